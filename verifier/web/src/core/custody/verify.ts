// The verification, top to bottom (docs/verification.md, "The rules"). Pure: the evidence, the trust and what the chain said
// are given. A record that fails a question is reported; the story is told from sound records only.

import { checkAuthority, certifiersOf, checkKeyOrigins } from './authority.ts';
import { evaluate } from './criteria/evaluate.ts';
import type { Criterion } from './criteria/figure.ts';
import { checkCounts, checkTransformation } from './balance.ts';
import type { Bundle } from './bundle.ts';
import { checkCitations } from './cited.ts';
import { checkCustody } from './custody.ts';
import { checkCorrections, checkLate } from './dates.ts';
import { finding, Verdict, type Finding } from './findings.ts';
import { checkHandovers } from './handover.ts';
import { readHistory, type History } from './history.ts';
import { checkLedger } from './ledger.ts';
import { affectedOf, checkLog } from './log.ts';
import { checkCertificates } from './overuse.ts';
import { checkDocuments, checkDuplicates } from './papers.ts';
import { checkPassports, checkPlaces, judgedOf } from './passports.ts';
import { besideOf, checkCatalogues, publishedIn, statedBy, type Beside } from './published.ts';
import { MEMBERSHIP, readMemberships, readRecords, type Sound } from './sound.ts';
import { checkStatements, readStatuses, type Statuses } from './statuses.ts';
import { lossesOf, namesOf } from './steps.ts';
import type { Trust } from './trust.ts';
import type { ChainView } from './view.ts';
import { asOfThePast, checkCosignatures, readSnapshot, type AsOf } from './witnesses.ts';
import { checkYields, Material, roomOf } from './yields.ts';

/** Evidence whose records have been read; reading them is most of the work, and whoever asks a chain needs them too. */
export interface Evidence {
  readonly bundle: Bundle;
  readonly sound: readonly Sound[];
  /** What the coordinator signed: memberships, catalogues that were published, status lists. */
  readonly words: readonly Sound[];
  readonly findings: readonly Finding[];
}

export interface Result {
  readonly target: string;
  readonly verdict: Verdict;
  /** How many records the evidence has, sound or not. */
  readonly records: number;
  readonly history: History;
  readonly members: readonly Sound[];
  readonly criteria: readonly Criterion[];
  /** The criteria under newer catalogues. */
  readonly beside: readonly Beside[];
  /** There if witnesses spoke for the chain. */
  readonly asOf: AsOf | undefined;
}

export function readEvidence(bundle: Bundle): Evidence {
  const records = readRecords(bundle.records);
  const words = readMemberships(bundle.memberships);
  return { bundle, sound: records.sound, words: words.sound, findings: [...records.findings, ...words.findings] };
}

/** Judge evidence; without a view enough witnesses may stand in for the chain. */
export function verify(evidence: Evidence, trust: Trust | undefined, view: ChainView | undefined): Result {
  const { bundle, sound, words } = evidence;
  const members = words.filter(({ kind }) => kind === MEMBERSHIP);
  const witnessed = trust && !view ? readSnapshot(bundle, sound, words, trust) : undefined;
  const seen = view ?? witnessed?.view;
  const history = readHistory(bundle.target, sound, members, certifiersOf(seen));
  const judged = judgedOf(bundle.target, sound, members);
  const stated = statedBy(judged?.passport);
  const criteria = evaluate(history.evidence, stated);
  const published = publishedIn(words, seen);
  const statuses = readStatuses(sound, words, bundle.authors(), affectedOf(bundle));
  const findings = [
    ...evidence.findings,
    ...statuses.findings,
    ...checkLog(bundle, sound, trust),
    ...(trust ? checkCosignatures(bundle, trust) : []),
    ...(witnessed?.findings ?? []),
    ...checkAuthority(bundle, sound, words, trust, seen),
    ...checkStory(history, sound),
    ...checkHonesty(history, evidence, statuses, seen),
    ...checkPassports(history, judged, criteria, seen),
    ...checkPlaces(bundle.batches, sound),
    ...checkCatalogues(published),
    finding('other-use', 'OTHER_PRODUCTS_NOT_CHECKED', bundle.target),
  ];
  return {
    ...{ target: bundle.target, history, members, asOf: witnessed?.asOf },
    criteria,
    beside: besideOf(history.evidence, stated, published),
    verdict: new Verdict(witnessed?.asOf ? findings.map(asOfThePast) : findings),
    records: bundle.records.length,
  };
}

/** Does the story hold together. */
function* checkStory(history: History, sound: readonly Sound[]): Generator<Finding> {
  const { graph, walk, target, lots, groups } = history;
  yield* checkLedger(sound, graph.known.values(), graph.steps);
  yield* checkCustody(graph, walk, target);
  yield* checkHandovers(graph, walk, groups);
  const used = new Set([target, ...walk.steps.flatMap(lossesOf)]);
  const material = new Material(graph);
  for (const step of walk.steps) {
    const room = roomOf(step, material);
    yield* checkTransformation(step, room, used);
    yield* checkYields(step, room, material);
  }
  for (const step of graph.steps) yield* checkCounts(step, lots);
  for (const step of graph.steps) {
    const doubted = step.subject.disposition === 'non_conformant' ? namesOf(step).filter((lot) => lots.has(lot)) : [];
    for (const lot of doubted) yield finding('affected', 'GOODS_NON_CONFORMANT', step.digest, { lot });
  }
}

/** What a dishonest participant would try: borrowed proof, chosen dates, papers used twice, keys in others' names. */
function* checkHonesty(
  history: History,
  { bundle, sound }: Evidence,
  statuses: Statuses,
  view: ChainView | undefined,
): Generator<Finding> {
  const authors = bundle.authors();
  yield* checkCitations(history, sound, certifiersOf(view), authors, statuses);
  yield* checkStatements(history, statuses);
  yield* checkDocuments(history.graph.steps);
  yield* checkDuplicates(history.graph.steps);
  yield* checkCertificates(history);
  yield* checkCorrections(history, sound);
  if (!view) return;
  yield* checkLate(history, sound, view);
  yield* checkKeyOrigins(sound, authors, view);
}
