// Order of a maker's records, lot accounts, and items (docs/verification.md §8). Two signed records with the same place
// prove double use by themselves, from wherever they come.

import { isGain, isLoss } from '../goods.ts';
import { finding, type Finding } from './findings.ts';
import type { Sound } from './sound.ts';
import { distinct, type Balance, type Move, type Step } from './steps.ts';
import { numberOf, textOf } from './subjects.ts';

export function* checkLedger(sound: readonly Sound[], known: Iterable<Step>, standing: readonly Step[]): Generator<Finding> {
  yield* ids(sound);
  yield* sequences(sound);
  yield* accounts(known);
  yield* items(standing);
}

function* ids(sound: readonly Sound[]): Generator<Finding> {
  for (const [, records] of grouped(sound, (record) => `${record.issuer} ${record.id}`)) {
    const digests = distinct(records.map((record) => record.digest));
    if (digests.length > 1) yield finding('sequence', 'RECORD_ID_REUSED', digests[0], { id: records[0].id });
  }
}

/** Per key: no number twice, and each record names its predecessor where both are here and that is disclosed. */
function* sequences(sound: readonly Sound[]): Generator<Finding> {
  const numbered = sound.filter((record) => numberOf(record.subject, 'filiera:recordSeq') !== undefined);
  const places = grouped(numbered, ({ keyId, subject }) => `${keyId} ${numberOf(subject, 'filiera:recordSeq')}`);
  for (const records of places.values()) {
    const [{ keyId, subject }] = records;
    const seq = numberOf(subject, 'filiera:recordSeq')!;
    const digests = distinct(records.map((record) => record.digest));
    if (digests.length > 1) yield finding('sequence', 'RECORD_FORK', digests[0], { seq, other: digests[1] });
    const before = places.get(`${keyId} ${seq - 1}`);
    for (const record of before ? records : []) {
      const previous = textOf(record.subject, 'filiera:previousRecord');
      const holds = previous === undefined || before!.some((each) => each.digest === previous);
      if (!holds) yield finding('sequence', 'RECORD_FORK', record.digest, { seq, other: previous });
    }
  }
}

interface Posting {
  readonly step: Step;
  readonly entry: Balance;
}

/** Per lot and holder: no number twice, and what one entry leaves is what the next begins with. */
function* accounts(known: Iterable<Step>): Generator<Finding> {
  const postings = [...known].flatMap((step) => step.entries.map((entry) => ({ step, entry })));
  for (const { step, entry } of postings) {
    if (!entry.before || !entry.after) yield finding('accounts', 'LOT_AMOUNT_WITHHELD', step.digest, { lot: entry.lot });
  }
  const account = ({ step, entry }: Posting, seq = entry.lotSeq): string => `${entry.lot} ${step.holder} ${seq}`;
  const numbered = grouped(postings, (posting) => account(posting));
  for (const here of numbered.values()) {
    const [{ step, entry }] = here;
    const { lot, lotSeq: seq } = entry;
    if (here.length > 1) {
      const [digest, other] = here.map((posting) => posting.step.digest).sort();
      yield finding('accounts', 'LOT_ACCOUNT_FORK', digest, { lot, seq, other });
      continue;
    }
    const before = seq > 0 ? (numbered.get(account(here[0], seq - 1)) ?? []) : undefined;
    if (before?.length === 0) yield finding('accounts', 'LOT_ACCOUNT_GAP', step.digest, { lot, seq });
    if (before?.length === 1 && !carriesOver(before[0], entry)) {
      yield finding('accounts', 'LOT_ACCOUNT_BROKEN', step.digest, { lot, seq });
    }
  }
}

function carriesOver({ step, entry: { after, unit } }: Posting, entry: Balance): boolean {
  if (entry.previous !== undefined && entry.previous !== step.digest) return false;
  if (!after || !entry.before) return true;
  return unit.dimension === entry.unit.dimension && after.mul(unit.factor).equals(entry.before.mul(entry.unit.factor));
}

/** An item is one piece and has no account: it is made once, and leaves a holder no oftener than it came to him. */
function* items(standing: readonly Step[]): Generator<Finding> {
  const uses = standing.flatMap((step) => step.moves.filter((move) => move.isItem).map((move) => ({ step, move })));
  const births = grouped(uses.filter(({ move }) => move.effect === 'produced'), ({ move }) => move.lot);
  for (const [item, made] of births) {
    const digests = distinct(made.map(({ step }) => step.digest));
    if (digests.length > 1) yield finding('accounts', 'ITEM_MADE_TWICE', digests.at(-1), { item });
  }
  for (const held of grouped(uses, ({ step, move }) => `${move.lot} ${step.holder}`).values()) {
    const [{ step, move }] = held;
    const digests = (which: (effect: Move['effect']) => boolean): string[] =>
      distinct(held.filter((use) => which(use.move.effect)).map((use) => use.step.digest));
    const [gained, lost] = [digests((effect) => isGain(effect as never)), digests((effect) => isLoss(effect as never))];
    if (gained.length && lost.length > gained.length) {
      yield finding('accounts', 'ITEM_USED_TWICE', lost.at(-1), { item: move.lot, holder: step.holder });
    }
  }
}

/** Things by a name, in their order. */
export function grouped<Thing>(things: Iterable<Thing>, nameOf: (thing: Thing) => string): Map<string, Thing[]> {
  const groups = new Map<string, Thing[]>();
  for (const thing of things) {
    const name = nameOf(thing);
    const group = groups.get(name);
    if (group) group.push(thing);
    else groups.set(name, [thing]);
  }
  return groups;
}
