// The view of the chain that the facts of a snapshot give (protocol/README §16).

import { refuse } from '../errors.ts';
import type { Json } from '../strictJson.ts';
import { headName, type Fact } from './bundle.ts';
import { CHAIN_HASH, HASH } from './fields.ts';
import { answersTo, keyOf, type Answers, type Question, type Snapshot } from './snapshot.ts';
import { CONTRACTS } from './trust.ts';
import { named, STATUSES, type ChainHead, type ChainKey, type ChainView } from './view.ts';
import type { Wanted } from './wanted.ts';

const ACTIVE = STATUSES.indexOf('active');

/** The view, or the questions that the facts leave open; PROOF_…, SNAPSHOT_MALFORMED. */
export function readFacts(
  wanted: Wanted,
  snapshot: Snapshot,
  facts: readonly Fact[],
): { view: ChainView; open: readonly Question[] } | { view: undefined; open: readonly Question[] } {
  const { answers, open } = answersTo(questionsOf(wanted), snapshot, facts);
  return open.length ? { view: undefined, open } : { view: viewOf(wanted, snapshot, new Values(answers)), open };
}

function questionsOf({ heads, keys, roles, coordinators, passports, places }: Wanted): Question[] {
  return [
    ...[...new Set(heads.map((head) => head.log))].map((log): Question => ['log', log]),
    ...heads.map(({ log, seq }): Question => ['head', log, seq]),
    ...keys.map((pair): Question => ['key', ...pair]),
    ...[...roles.keys()].map((party): Question => ['roles', party]),
    ...coordinators.map((key): Question => ['coordinator', key]),
    ...passports.map((pair): Question => ['passport', ...pair]),
    ...places.flatMap(([issuer, { root, passport, digest }]): Question[] => [
      ['batch', issuer, root],
      ['item', issuer, root, passport, digest],
    ]),
  ];
}

function viewOf(wanted: Wanted, snapshot: Snapshot, values: Values): ChainView {
  const heads = new Map<string, ChainHead>();
  const transactions = new Map<string, number>();
  const logSeqs = new Map<string, number>();
  for (const { log, seq } of wanted.heads) {
    const [, last] = values.of(['log', log], hash, number) ?? [];
    if (last !== undefined) logSeqs.set(log, last);
    const found = values.of(['head', log, seq], hash, hash, number, hash, number, transaction);
    if (!found) continue;
    const [headHash, root, size, manifest, block, sent] = found;
    heads.set(headName(log, seq), { headHash, root, size, manifest, block, time: 0 });
    transactions.set(sent, block);
  }
  const roles = new Map<string, number>();
  for (const [party, places] of wanted.roles) {
    const [periods] = values.of(['roles', party], listOfPeriods) ?? [[]];
    for (const { log, head } of places) {
      const block = heads.get(headName(log, head))?.block;
      if (block !== undefined) roles.set(named(party, block), periods.findLast(([since]) => since <= block)?.[1] ?? 0);
    }
  }
  return {
    ...{ chainId: snapshot.chainId, genesis: snapshot.genesis, latest: snapshot.block, heads, logSeqs, roles, transactions },
    codeHashes: new Map(CONTRACTS.map((name) => [name, snapshot.contracts[name].codeHash])),
    keys: new Map(wanted.keys.flatMap((pair) => present(named(...pair), keyOfPair(pair, values)))),
    coordinators: new Set(wanted.coordinators.filter((key) => values.of(['coordinator', key]))),
    passports: registered(wanted, values),
  };
}

function keyOfPair(pair: readonly [string, string], values: Values): ChainKey | undefined {
  const found = values.of(['key', ...pair], number, number, orNull, orNull);
  if (!found) return undefined;
  const [capabilities, fromBlock, toBlock, disputedFrom] = found;
  return { capabilities, fromBlock, toBlock, disputedFrom, origin: 0 };
}

/** A registration of its own goes before a batch (README §11). */
function registered({ passports, places }: Wanted, values: Values): Map<string, { digest: string; status: number }> {
  const found = new Map<string, { digest: string; status: number }>();
  for (const [issuer, { root, count, passport, digest }] of places) {
    const [registeredCount] = values.of(['batch', issuer, root], number) ?? [];
    const [changed] = values.of(['item', issuer, root, passport, digest], status) ?? [ACTIVE];
    if (registeredCount === count) found.set(named(issuer, passport), { digest, status: changed });
  }
  for (const pair of passports) {
    const single = values.of(['passport', ...pair], hash, status);
    if (single) found.set(named(...pair), { digest: single[0], status: single[1] });
  }
  return found;
}

/** Values of facts in the form of their kind. */
class Values {
  private readonly answers: Answers;

  constructor(answers: Answers) {
    this.answers = answers;
  }

  /** Each value read by its form; undefined where the fact is absent; SNAPSHOT_MALFORMED. */
  of<Forms extends readonly ((value: Json) => unknown)[]>(
    question: Question,
    ...forms: Forms
  ): { [Place in keyof Forms]: ReturnType<Forms[Place]> } | undefined {
    const found = this.answers.get(keyOf(question));
    if (!found) return undefined;
    if (found.length !== forms.length) wrong();
    return found.map((value, at) => forms[at](value)) as { [Place in keyof Forms]: ReturnType<Forms[Place]> };
  }
}

function hash(value: Json): string {
  return typeof value === 'string' && HASH.test(value) ? value : wrong();
}

function transaction(value: Json): string {
  return typeof value === 'string' && CHAIN_HASH.test(value) ? value : wrong();
}

function number(value: Json): number {
  return typeof value === 'number' && value >= 0 ? value : wrong();
}

function orNull(value: Json): number | undefined {
  return value === null ? undefined : number(value);
}

function status(value: Json): number {
  const found = number(value);
  return found < STATUSES.length ? found : wrong();
}

function listOfPeriods(value: Json): (readonly [number, number])[] {
  if (!Array.isArray(value)) return wrong();
  return value.map((each) => (Array.isArray(each) && each.length === 2 ? [number(each[0]), number(each[1])] : wrong()));
}

function wrong(): never {
  return refuse('SNAPSHOT_MALFORMED', '/snapshot/entries');
}

function present<Value>(name: string, value: Value | undefined): (readonly [string, Value])[] {
  return value === undefined ? [] : [[name, value]];
}
