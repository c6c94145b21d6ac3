// Words of the Core Business Vocabulary in any of their three spellings: short, URN, IRI.

import cbvFile from '../../../../../protocol/vocabulary/cbv.json' with { type: 'json' };

import { refuse, shown } from '../errors.ts';
import type { Json } from '../strictJson.ts';

export type WordList = 'bizStep' | 'disposition' | 'bizTransactionType' | 'sourceDestinationType' | 'errorReason';

interface Words {
  readonly iri: string;
  readonly urn: string;
  readonly words: readonly string[];
}
const LISTS: Readonly<Record<WordList, Words>> = cbvFile.lists;

/** The short word, or the URI of a word of somebody else's vocabulary; EPCIS_WORD for anything else. */
export function shortWord(list: WordList, value: Json | undefined, place = ''): string {
  const { iri, urn, words } = LISTS[list];
  const text = typeof value === 'string' ? value : '';
  const prefixes = [iri, urn, 'cbv:', iri.slice(iri.lastIndexOf('/') + 1)];
  const word = prefixes.reduce((rest, prefix) => (rest.startsWith(prefix) ? rest.slice(prefix.length) : rest), text);
  if (words.includes(word)) return word;
  const foreign = !/^(urn:epcglobal:cbv:|https:\/\/ref\.gs1\.org\/cbv\/|cbv:)/.test(text);
  return foreign && /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(text) ? text : refuse('EPCIS_WORD', place, { value: shown(value), name: list });
}

/** The IRI of a word in any spelling, or the URI of a foreign one. */
export function wordIri(list: WordList, value: Json | undefined): string {
  const word = shortWord(list, value);
  return LISTS[list].words.includes(word) ? LISTS[list].iri + word : word;
}
