// Does the passport belong to this history: issuer, graph digest, claims, and what the ledger says (docs/verification.md §14).

import { toHex } from '../bytes.ts';
import { GS1_STEM, parseDigitalLink } from '../gs1.ts';
import { passportId } from '../hashing.ts';
import { PARTICIPANT_PREFIX } from '../identifiers.ts';
import type { BatchPlace } from './bundle.ts';
import { checkClaims } from './claims.ts';
import type { Criterion } from './criteria/figure.ts';
import { finding, type Finding } from './findings.ts';
import type { History } from './history.ts';
import { PASSPORT, type Sound } from './sound.ts';
import { numberOf, objectsOf, referenceOf, textOf } from './subjects.ts';
import { named, STATUSES, type ChainView } from './view.ts';

const PREFIX = /^[0-9]{4,12}$/;
const SAID: Readonly<Record<string, string>> = {
  suspended: 'PASSPORT_SUSPENDED',
  withdrawn: 'PASSPORT_WITHDRAWN',
  superseded: 'PASSPORT_SUPERSEDED',
  'end-of-life': 'PASSPORT_END_OF_LIFE',
};

/** The passports of a target, in the order of the bundle. */
export function passportsOf(target: string, sound: readonly Sound[]): Sound[] {
  const isOf = ({ id, item, lot }: Sound['subject']): boolean => id === target || (item ?? lot) === target;
  return sound.filter((record) => record.kind === PASSPORT && isOf(record.subject));
}

/** The passport in force of a target, the one that is judged, and who holds its GTIN's prefix if a membership speaks of it. */
export interface Judged {
  readonly passport: Sound;
  readonly owner: string | undefined;
}

/** Judge the passport of the history's target, if it has one; `criteria` are those under the catalogue that it states. */
export function* checkPassports(
  history: History,
  judged: Judged | undefined,
  criteria: readonly Criterion[],
  view: ChainView | undefined,
): Generator<Finding> {
  if (!judged) return;
  const { passport, owner } = judged;
  const { digest, subject } = passport;
  yield* rightful(passport, owner, history);
  if (subject.graphDigest !== history.graphDigest) yield finding('passport', 'GRAPH_DIGEST_MISMATCH', digest);
  yield* checkClaims(subject, history, criteria, digest);
  if (view) yield* onChain(passport, view);
}

/** The passport of a target that is judged; undefined if it has none. */
export function judgedOf(target: string, sound: readonly Sound[], members: readonly Sound[]): Judged | undefined {
  const arrived = passportsOf(target, sound).sort(byArrival);
  if (!arrived.length) return undefined;
  const owner = ownerOf(arrived[0], members);
  const owned = arrived.filter((record) => owner === undefined || issuerOf(record) === owner);
  return { passport: newest(owned.length ? owned : arrived), owner };
}

/** A place in a batch is that of a passport in the evidence: nothing rides along. */
export function* checkPlaces(places: readonly BatchPlace[], sound: readonly Sound[]): Generator<Finding> {
  const here = new Set(sound.filter((record) => record.kind === PASSPORT).map((record) => named(passportIdOf(record), record.digest)));
  for (const { passport, digest } of places) {
    if (!here.has(named(passport, digest))) yield finding('passport', 'PASSPORT_BATCH_PROOF', passport, { reason: 'absent' });
  }
}

/** The passport id as hex. */
export function passportIdOf({ subject }: Sound): string {
  return toHex(passportId(subject.id as string));
}

/** In the order of the log; what is not in it yet comes last. */
function byArrival({ place: one }: Sound, { place: other }: Sound): number {
  if (!one || !other) return Number(!one) - Number(!other);
  return one.head - other.head || one.index - other.index;
}

/** The last of the first issuer's versions, each naming the one before; without a first, the last to arrive. */
function newest(arrived: readonly Sound[]): Sound {
  const chain: Sound[] = [];
  for (const record of arrived) {
    const last = chain.at(-1);
    const replaced = referenceOf(record.subject, 'replaces')?.digest;
    const follows = !last || issuerOf(record) === issuerOf(last);
    if (follows && numberOf(record.subject, 'version') === chain.length + 1 && replaced === last?.digest) chain.push(record);
  }
  return chain.at(-1) ?? arrived[arrived.length - 1];
}

function issuerOf({ subject }: Sound): string {
  return PARTICIPANT_PREFIX + (subject['filiera:participant'] as string);
}

/** The member with the longest company prefix of the passport's GTIN, by the coordinator's word; of two the greater id. */
function ownerOf({ subject }: Sound, members: readonly Sound[]): string | undefined {
  const gtin = gtinOf(subject.id as string);
  if (gtin === undefined) return undefined;
  // One membership a member: of several the last in the bundle's order counts.
  const prefixes = new Map(members.map((member) => [member.subject.id as string, prefixesOf(member)]));
  let best: { length: number; party: string } | undefined;
  for (const [party, known] of prefixes) {
    for (const { length } of known.filter((prefix) => gtin.startsWith(prefix, 1))) {
      const better = !best || length > best.length || (length === best.length && party > best.party);
      if (better) best = { length, party };
    }
  }
  return best?.party;
}

function prefixesOf({ subject }: Sound): string[] {
  const registered = objectsOf(subject, 'registrations').filter((entry) => entry.scheme === 'gs1-prefix');
  return registered.map((entry) => textOf(entry, 'number') ?? '').filter((number) => PREFIX.test(number));
}

/** The 14 digits of the trade item; undefined for an identifier of another kind. */
function gtinOf(identifier: string): string | undefined {
  return identifier.startsWith(GS1_STEM) ? parseDigitalLink(identifier).path.find(([ai]) => ai === '01')?.[1] : undefined;
}

/** Whoever may register passports may register one about anybody's garment. */
function* rightful(passport: Sound, owner: string | undefined, { walk }: History): Generator<Finding> {
  const [issuer, id] = [issuerOf(passport), passport.subject.id as string];
  if (owner === undefined) {
    const took = walk.steps.some((step) => step.signer === issuer || step.holder === issuer);
    if (!took) yield finding('passport', 'PASSPORT_NOT_OF_ISSUER', passport.digest, { id });
  } else if (issuer !== owner) {
    yield finding('passport', 'GTIN_NOT_OF_ISSUER', passport.digest, { gtin: gtinOf(id) ?? '–' });
  }
}

function* onChain(passport: Sound, view: ChainView): Generator<Finding> {
  const { digest, subject } = passport;
  const found = view.passports.get(named(subject['filiera:participant'] as string, passportIdOf(passport)));
  if (!found?.status) {
    yield finding('passport', 'PASSPORT_NOT_ON_CHAIN', digest);
    return;
  }
  if (found.digest !== digest) yield finding('passport', 'PASSPORT_OTHER_ON_CHAIN', digest);
  const code = SAID[STATUSES[found.status]];
  if (code !== undefined) yield finding('passport', code, digest);
}
