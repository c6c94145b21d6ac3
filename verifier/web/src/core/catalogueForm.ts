// What of a version of the catalogue may be believed, by itself (protocol/README §20).

import file from '../../../../protocol/vocabulary/catalogues.json' with { type: 'json' };
import { toHex, utf8 } from './bytes.ts';
import { canonicalJson } from './custody/canonical.ts';
import { refuse } from './errors.ts';
import { sha256 } from './hashing.ts';
import type { JsonObject } from './strictJson.ts';

const SUBJECT = '/credentialSubject';
/** SHA-256 of every version that was ever published: the pages hold of the catalogue itself only what figures are computed from. */
const DIGESTS = new Map(Object.entries(file.digests));

/** Refuse a record whose content is of another version, lists a criterion twice, or differs from the shipped one. */
export function checkCatalogue(subject: JsonObject): void {
  const { version, content } = subject as { version: string; content: JsonObject };
  if (content.version !== version) {
    refuse('CATALOGUE_VERSION_MISMATCH', `${SUBJECT}/content/version`, { version, found: String(content.version) });
  }
  const ids = (content.criteria as JsonObject[]).map(({ id }) => id);
  if (new Set(ids).size < ids.length) refuse('CATALOGUE_CRITERION_TWICE', `${SUBJECT}/content/criteria`, { version });
  const digest = DIGESTS.get(version);
  if (digest !== undefined && toHex(sha256(utf8(canonicalJson(content)))) !== digest) refuse('CATALOGUE_DIFFERS', `${SUBJECT}/content`, { version });
}
