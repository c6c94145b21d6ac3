// Catalogues that the file carries by a coordinator's signature, and what would be under a newer one: beside the figures of
// the version that the passport states, never instead (protocol/README §20).

import { sameJson, type Json } from '../strictJson.ts';
import { CATALOGUE, VERSIONS, type Catalogue } from './catalogue.ts';
import { evaluate, METHODS } from './criteria/evaluate.ts';
import type { Evidence } from './criteria/evidence.ts';
import type { Criterion } from './criteria/figure.ts';
import { finding, type Finding } from './findings.ts';
import { CATALOGUE_RECORD, type Sound } from './sound.ts';
import type { ChainView } from './view.ts';

/** The criteria under a newer version; `record` is the coordinator's, undefined for one that only the software ships. */
export interface Beside {
  readonly version: string;
  readonly record: string | undefined;
  readonly criteria: readonly Criterion[];
  /** Criteria that cannot be computed here. */
  readonly unknown: readonly string[];
}

interface Published {
  readonly digest: string;
  readonly version: string;
  readonly content: Catalogue;
}

/** What coordinators in force published, in the order of digests. */
export function publishedIn(words: readonly Sound[], view: ChainView | undefined): Published[] {
  const counted = words.filter(({ kind, keyId }) => kind === CATALOGUE_RECORD && view?.coordinators.has(keyId));
  const found = counted.map(({ digest, subject }) => {
    const { version, content } = subject as unknown as Published;
    return { digest, version, content };
  });
  return found.sort((one, other) => (one.digest < other.digest ? -1 : 1));
}

/** A version has one content, whoever carries it; and what cannot be computed is said. */
export function* checkCatalogues(published: readonly Published[]): Generator<Finding> {
  const known = new Map<string, Catalogue>();
  for (const { digest, version, content } of published) {
    const first = known.get(version) ?? content;
    known.set(version, first);
    if (!sameJson(first as unknown as Json, content as unknown as Json)) yield finding('evidence', 'CATALOGUE_DIFFERS', digest, { version });
    for (const criterion of unknownOf(content)) yield finding('evidence', 'CATALOGUE_METHOD_UNKNOWN', digest, { criterion, version });
  }
}

/** The catalogue that a passport states, if it is one that is shipped; else the one in use. */
export function statedBy(passport: Sound | undefined): Catalogue {
  return VERSIONS.get(passport?.subject.catalogueVersion as string) ?? CATALOGUE;
}

/** The same evidence under each version newer than `stated`: shipped, or published by the coordinator. */
export function besideOf(evidence: Evidence, stated: Catalogue, published: readonly Published[]): Beside[] {
  const found = new Map<string, { content: Catalogue; record: string | undefined }>();
  for (const [version, content] of VERSIONS) found.set(version, { content, record: undefined });
  for (const { version, content, digest } of published) found.set(version, { content, record: digest });
  const later = [...found].filter(([version]) => follows(version, stated.version));
  later.sort(([one], [other]) => (follows(one, other) ? 1 : -1));
  return later.map(([version, { content, record }]) => {
    return { version, record, criteria: evaluate(evidence, content), unknown: unknownOf(content) };
  });
}

function unknownOf({ criteria }: Catalogue): string[] {
  return criteria.map(({ id }) => id).filter((id) => !METHODS.has(id));
}

/** Versions follow each other by year, then by number: `2027-1` comes after `2026-2`. */
function follows(version: string, other: string): boolean {
  const [[year, number], [otherYear, otherNumber]] = [version, other].map((each) => each.split('-').map(Number));
  return year === otherYear ? number > otherNumber : year > otherYear;
}
