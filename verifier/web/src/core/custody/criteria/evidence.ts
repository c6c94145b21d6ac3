// What the criteria read: steps behind the target, what is said about them, and facilities (docs/criteria.md).

import type { JsonObject } from '../../strictJson.ts';
import { ZERO, type Decimal } from '../decimal28.ts';
import type { Walk } from '../graph.ts';
import { MASTER_DATA, type Sound } from '../sound.ts';
import type { Step } from '../steps.ts';
import { numberOf, textOf } from '../subjects.ts';
import { makersAmong, massShares, type Makers, type Shares } from './shares.ts';

export interface Evidence {
  readonly target: string;
  /** Steps of the walk, by digest. */
  readonly steps: readonly Step[];
  /** Steps that make something of something: where work is done. */
  readonly work: readonly Step[];
  /** Steps that bring goods into the graph. */
  readonly origins: readonly Step[];
  readonly makers: Makers;
  readonly shares: Shares;
  /** Standing steps beside the walk, of some acts. */
  said(...acts: readonly string[]): readonly Step[];
  /** Whether more than its author stands for a record. */
  isProven(digest: string): boolean;
  companyOf(party: string): string;
  /** The facility of a step as it was on its day; undefined if unknown or withheld. */
  placeOf(step: Step): JsonObject | undefined;
  /** The share of the target's mass that a step made. */
  shareOf(step: Step): Decimal;
}

export interface Told {
  readonly target: string;
  readonly walk: Walk;
  /** Standing steps that are not on the walk. */
  readonly beside: readonly Step[];
  readonly told: readonly Sound[];
  readonly proven: ReadonlySet<string>;
  readonly companyOf: (party: string) => string;
}

export function gatherEvidence({ target, walk, beside, told, proven, companyOf }: Told): Evidence {
  const { steps } = walk;
  const makers = makersAmong(steps);
  const shares = massShares(target, makers);
  const versions = versionsById(told);
  return {
    ...{ target, steps, makers, shares, companyOf },
    work: steps.filter((step) => step.consumed.length && step.produced.length),
    origins: steps.filter((step) => step.produced.length && !step.consumed.length),
    said: (...acts) => beside.filter((step) => acts.includes(step.act)),
    isProven: (digest) => proven.has(digest),
    placeOf: ({ facility, day }) => inForce(versions.get(facility ?? '') ?? [], day),
    shareOf: (step) => shares.steps.get(step.digest) ?? ZERO,
  };
}

function versionsById(told: readonly Sound[]): Map<string, JsonObject[]> {
  const found = new Map<string, JsonObject[]>();
  for (const { kind, subject } of [...told].sort((a, b) => (a.digest < b.digest ? -1 : 1))) {
    if (kind !== MASTER_DATA) continue;
    const id = subject.id as string;
    found.set(id, [...(found.get(id) ?? []), subject]);
  }
  return found;
}

/** The greatest version begun by a day, of two the one that begins later; undefined if it has ended. */
function inForce(versions: readonly JsonObject[], day: string): JsonObject | undefined {
  let last: JsonObject | undefined;
  for (const each of versions) if (begin(each) <= day && (!last || supersedes(each, last))) last = each;
  return last && (textOf(last, 'validUntil') ?? day) >= day ? last : undefined;
}

function begin(version: JsonObject): string {
  return version.validFrom as string;
}

function supersedes(one: JsonObject, other: JsonObject): boolean {
  const difference = numberOf(one, 'version')! - numberOf(other, 'version')!;
  return difference > 0 || (difference === 0 && begin(one) > begin(other));
}
