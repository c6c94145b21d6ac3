// Papers and facts that are used twice (docs/verification.md §13). Honest makers repeat papers too: one delivery note stands
// on several records of one delivery, a monthly invoice on all deliveries of that month.

import { base } from './cited.ts';
import { finding, type Finding } from './findings.ts';
import { grouped } from './ledger.ts';
import { distinct, gainsOf, lossesOf, namesOf, type Step } from './steps.ts';
import { objectOf, objectsOf, textOf } from './subjects.ts';

const DELIVERY = ['desadv', 'bol', 'transport-document', 'ddt', 'cmr'];
const INVOICE = ['inv', 'invoice'];
const TEST = ['testres', 'test-report', 'lab-report'];
const JUDGED: ReadonlySet<string> = new Set([...DELIVERY, ...INVOICE, ...TEST]);
const MONTH = 'yyyy-mm'.length;

/** One record that shows a paper; `name` is what the paper is known by, `occasion` what makes two uses one. */
interface Use {
  readonly step: Step;
  readonly name: string;
  readonly kind: string;
  readonly reference: string;
  readonly lots: ReadonlySet<string>;
  readonly occasion: string | undefined;
}

/** Papers of one delivery, test or invoice that stand under unrelated lots; `standing` by ascending digest. */
export function* checkDocuments(standing: readonly Step[]): Generator<Finding> {
  for (const uses of grouped(standing.flatMap(usesIn), (use) => use.name).values()) {
    for (const [index, use] of uses.entries()) {
      const other = uses.slice(0, index).find((each) => isUnrelated(use, each));
      if (!other) continue;
      const values = { kind: use.kind, reference: use.reference, other: other.step.digest };
      yield finding('evidence', 'DOCUMENT_REUSED', use.step.digest, values);
    }
  }
}

/** Two records of one author that tell the same fact under two ids; only where all that makes a fact is disclosed. */
export function* checkDuplicates(standing: readonly Step[]): Generator<Finding> {
  const seen = new Map<string, Step>();
  for (const step of standing) {
    const fact = factOf(step);
    if (fact === undefined) continue;
    const other = seen.get(fact);
    if (other) yield finding('evidence', 'PROBABLE_DUPLICATE', step.digest, { other: other.digest });
    else seen.set(fact, step);
  }
}

function usesIn(step: Step): Use[] {
  const lots = new Set(namesOf(step).map(base));
  return lots.size ? [...numbersIn(step, lots), ...documentsIn(step, lots), ...reportsIn(step, lots)] : [];
}

/** A receipt names the sender's paper: its number counts under the sender, as on the shipment. */
function numbersIn(step: Step, lots: ReadonlySet<string>): Use[] {
  if (step.answers) return [];
  return objectsOf(step.subject, 'bizTransactionList').flatMap((entry) => {
    const [kind, reference] = [textOf(entry, 'type') ?? '', textOf(entry, 'bizTransaction')];
    if (reference === undefined || !JUDGED.has(kind)) return [];
    // A number is only a text, so nobody is asked about records of one day.
    return [{ step, kind, reference, lots, name: joined(kind, reference, step.signer), occasion: timeOf(step, kind) }];
  });
}

function documentsIn(step: Step, lots: ReadonlySet<string>): Use[] {
  const parties = distinct([step.sender ?? step.holder, step.recipient ?? step.holder]);
  return objectsOf(step.subject, 'filiera:documents').flatMap((entry) => {
    const [kind, digest] = [textOf(entry, 'kind') ?? '', textOf(entry, 'sha256')];
    if (digest === undefined || !JUDGED.has(kind)) return [];
    const time = timeOf(step, kind);
    const reference = textOf(entry, 'reference') ?? digest.slice(0, 12);
    return [{ step, kind, reference, lots, name: joined('sha256', digest), occasion: time && joined(time, ...parties) }];
  });
}

function reportsIn(step: Step, lots: ReadonlySet<string>): Use[] {
  const test = objectOf(step.subject, 'filiera:test');
  const reference = textOf(test, 'reportNumber');
  if (reference === undefined) return [];
  const name = joined('report', reference, textOf(test, 'laboratory') ?? '');
  return [{ step, kind: 'test-report', reference, lots, name, occasion: undefined }];
}

/** The day of a delivery, the month of an invoice; a test has no occasion but its goods. */
function timeOf({ day }: Step, kind: string): string | undefined {
  if (TEST.includes(kind)) return undefined;
  return INVOICE.includes(kind) ? day.slice(0, MONTH) : day;
}

function isUnrelated(one: Use, other: Use): boolean {
  const sameGoods = [...one.lots].some((lot) => other.lots.has(lot));
  return !sameGoods && (one.occasion === undefined || one.occasion !== other.occasion);
}

/** Who, what, which goods and how much, between whom, on what paper. Without a paper the day and hour tell two facts apart;
 *  with one they do not, for they are the author's to choose. */
function factOf(step: Step): string | undefined {
  const { subject, signer, holder, act, process, sender, recipient, answers, day } = step;
  const moves = step.moves.filter((move) => ['consumed', 'sent', 'produced', 'received'].includes(move.effect));
  if (!gainsOf(step).length && !lossesOf(step).length) return undefined;
  if (moves.some((move) => !move.quantity || move.isItem)) return undefined;
  const papers = objectsOf(subject, 'bizTransactionList').filter((entry) => 'bizTransaction' in entry);
  const time = textOf(subject, 'eventTime');
  if (!papers.length && time === undefined) return undefined;
  const goods = moves.map((move) => joined(move.lot, move.effect, move.quantity!.format(), move.unit.code)).sort();
  const named = papers.map((entry) => joined(textOf(entry, 'type') ?? '', textOf(entry, 'bizTransaction')!)).sort();
  const when = papers.length ? [] : [day, time];
  return JSON.stringify([signer, holder, act, process, goods, when, sender, recipient, answers, named]);
}

function joined(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
