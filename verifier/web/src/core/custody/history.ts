// What sound records tell about a target: the graph behind it, and who stands for each step.

import { fromHex, toHex } from '../bytes.ts';
import { graphDigest } from '../hashing.ts';
import type { JsonObject } from '../strictJson.ts';
import { gatherEvidence, type Evidence } from './criteria/evidence.ts';
import { gradesOf, isProven, type Grade } from './grades.ts';
import { Graph, makingOf, walkBehind, type Walk } from './graph.ts';
import { tieHolders } from './holders.ts';
import { EVENT, MEMBERSHIP, type Sound } from './sound.ts';
import { namesOf, readStep, type Step } from './steps.ts';
import { textOf } from './subjects.ts';

export interface History {
  readonly target: string;
  readonly graph: Graph;
  readonly walk: Walk;
  /** Hex: the digest that a passport of the target states. */
  readonly graphDigest: string;
  readonly grades: ReadonlyMap<string, Grade>;
  /** Subjects of all that may be cited, by digest. */
  readonly subjects: ReadonlyMap<string, JsonObject>;
  /** Lots and items that steps of the walk name. */
  readonly lots: ReadonlySet<string>;
  readonly groups: ReadonlyMap<string, string>;
  readonly evidence: Evidence;
}

export function readHistory(
  target: string,
  sound: readonly Sound[],
  members: readonly Sound[],
  certifiers: ReadonlySet<string>,
): History {
  const graph = new Graph(tieHolders(sound.filter((record) => record.kind === EVENT).map(readStep)));
  const walk = walkBehind(graph, target);
  const groups = controlGroups(members);
  const companyOf = (party: string): string => groups.get(party) ?? party;
  const behind = new Set(walk.steps);
  const beside = graph.steps.filter((step) => !behind.has(step));
  const grades = gradesOf(walk.steps, beside, certifiers, companyOf);
  const proven = new Set([...grades].filter(([, grade]) => isProven(grade)).map(([digest]) => digest));
  for (const step of certified(walk, beside, certifiers, companyOf)) proven.add(step.digest);
  // A membership counts where its signer was checked to be the coordinator, not because a log took it.
  const told = [...sound.filter((record) => record.kind !== MEMBERSHIP), ...members];
  const evidence = gatherEvidence({ target, walk, beside, told, proven, companyOf });
  return {
    target,
    graph,
    walk,
    graphDigest: toHex(graphDigest(makingOf(graph, target).steps.map((step) => fromHex(step.digest)))),
    grades,
    subjects: new Map(told.map((record) => [record.digest, record.subject])),
    lots: new Set(walk.steps.flatMap((step) => namesOf(step))),
    groups,
    evidence,
  };
}

/** Of the steps beside the walk those of certifiers who belong to nobody on it. */
function certified(
  { steps }: Walk,
  beside: readonly Step[],
  certifiers: ReadonlySet<string>,
  companyOf: (party: string) => string,
): Step[] {
  const inside = new Set(steps.flatMap(({ signer, holder }) => [signer, holder]).map(companyOf));
  return beside.filter(({ signer }) => certifiers.has(signer) && !inside.has(companyOf(signer)));
}

/** The control group of each party for which the coordinator names one. */
function controlGroups(members: readonly Sound[]): Map<string, string> {
  return new Map(
    members.flatMap(({ subject }) => {
      const group = textOf(subject, 'controlGroup');
      return group === undefined ? [] : [[subject.id as string, group] as const];
    }),
  );
}
