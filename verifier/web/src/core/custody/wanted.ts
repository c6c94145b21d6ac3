// What has to be known of the chain to judge a bundle (protocol/README §16): the same questions whoever is asked.

import { actedFor, authorOf } from './authority.ts';
import type { BatchPlace, Bundle, BundleHead, LogPlace } from './bundle.ts';
import { passportIdOf } from './passports.ts';
import { PASSPORT, type Sound } from './sound.ts';
import { named } from './view.ts';

/** Hashes are hex; each question once. */
export interface Wanted {
  readonly heads: readonly BundleHead[];
  /** Participant and key id. */
  readonly keys: readonly (readonly [string, string])[];
  /** Whose roles, and in the blocks of which heads. */
  readonly roles: ReadonlyMap<string, readonly LogPlace[]>;
  readonly coordinators: readonly string[];
  /** Issuer and passport id. */
  readonly passports: readonly (readonly [string, string])[];
  /** Issuers of the passports that stand at places in batches. */
  readonly places: readonly (readonly [string, BatchPlace])[];
}

export function wantedBy(bundle: Bundle, sound: readonly Sound[], words: readonly Sound[]): Wanted {
  const authors = bundle.authors();
  const keys = new Map(bundle.keys.map(({ participant, keyHash }) => [named(participant, keyHash), [participant, keyHash] as const]));
  const roles = new Map<string, LogPlace[]>();
  const passports = new Map<string, readonly [string, string]>();
  const issuers = new Map<string, string>();
  for (const record of sound) {
    const author = authorOf(record, authors);
    for (const party of [author, actedFor(record)]) {
      if (party === undefined) continue;
      const places = roles.get(party) ?? [];
      if (record.place) places.push(record.place);
      roles.set(party, places);
    }
    if (author === undefined) continue;
    keys.set(named(author, record.keyId), [author, record.keyId]);
    if (record.kind !== PASSPORT) continue;
    const passport = passportIdOf(record);
    passports.set(named(author, passport), [author, passport]);
    issuers.set(named(passport, record.digest), author);
  }
  const places = bundle.batches.flatMap((place) => {
    const issuer = issuers.get(named(place.passport, place.digest));
    return issuer === undefined ? [] : [[issuer, place] as const];
  });
  const coordinators = [...new Set(words.map((word) => word.keyId))];
  return { heads: bundle.heads, keys: [...keys.values()], roles, coordinators, passports: [...passports.values()], places };
}
