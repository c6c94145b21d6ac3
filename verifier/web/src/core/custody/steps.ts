// What a record does to goods, as custody sees it (docs/verification.md §7).

import { parseEntries } from '../accounts.ts';
import { holderOf } from '../events.ts';
import { goodsOf, isGain, isLoss, type Movement } from '../goods.ts';
import { PARTICIPANT_PREFIX } from '../identifiers.ts';
import { parseUnit, type Unit } from '../quantities.ts';
import type { JsonObject } from '../strictJson.ts';
import type { Dimension, Effect } from '../vocabulary.ts';
import { Decimal, ZERO } from './decimal28.ts';
import type { Sound } from './sound.ts';
import { decimalOf, objectOf, objectsOf, referenceOf, textOf, type Reference } from './subjects.ts';

const WITHHELD = 'withheld:';

/** Goods that a step moves, names or throws away; quantity and amount are undefined where withheld. */
export interface Move {
  /** Lot or item; empty for scrap that leaves the chain. */
  readonly lot: string;
  readonly effect: Effect | 'scrapped';
  readonly quantity: Decimal | undefined;
  /** The quantity in the base unit of its dimension. */
  readonly amount: Decimal | undefined;
  readonly unit: MoveUnit;
  readonly isItem: boolean;
  /** A pointer into the subject. */
  readonly place: string;
}

export interface MoveUnit {
  readonly code: string;
  readonly symbol: string;
  readonly dimension: Dimension;
  readonly factor: Decimal;
}

/** One entry of a lot account; balances are undefined where withheld. */
export interface Balance {
  readonly lot: string;
  readonly lotSeq: number;
  readonly before: Decimal | undefined;
  readonly after: Decimal | undefined;
  readonly unit: MoveUnit;
  readonly previous: string | undefined;
}

/** One event. `holder` is whose goods moved, `signer` who says so; both are URNs. */
export interface Step {
  readonly digest: string;
  readonly id: string;
  readonly act: string;
  readonly process: string | undefined;
  readonly day: string;
  readonly signer: string;
  readonly holder: string;
  readonly onBehalf: boolean;
  /** The event's own movements, not turned round for a correction. */
  readonly moves: readonly Move[];
  readonly consumed: readonly Move[];
  readonly produced: readonly Move[];
  readonly scrap: readonly Move[];
  readonly entries: readonly Balance[];
  /** Declared yields by output, undefined where withheld; undefined if the event declares none. */
  readonly yields: ReadonlyMap<string, Decimal | undefined> | undefined;
  readonly sender: string | undefined;
  readonly recipient: string | undefined;
  readonly answers: Reference | undefined;
  readonly corrects: Reference | undefined;
  readonly stage: string | undefined;
  readonly facility: string | undefined;
  readonly subject: JsonObject;
}

/** The step of an event that has passed the check of its form. */
export function readStep({ digest, id, subject }: Sound): Step {
  const moves = goodsOf(subject, true).movements.map(readMove);
  return {
    digest,
    id,
    act: subject['filiera:act'] as string,
    process: textOf(subject, 'filiera:processType'),
    day: subject['filiera:day'] as string,
    signer: PARTICIPANT_PREFIX + (subject['filiera:participant'] as string),
    holder: holderOf(subject) ?? withheldAs(digest),
    onBehalf: 'filiera:onBehalfOf' in subject,
    moves,
    consumed: moves.filter((move) => move.effect === 'consumed'),
    produced: moves.filter((move) => move.effect === 'produced'),
    scrap: readScrap(subject),
    entries: readEntries(subject),
    yields: readYields(subject),
    sender: possessor(objectsOf(subject, 'sourceList'), 'source'),
    recipient: possessor(objectsOf(subject, 'destinationList'), 'destination'),
    answers: referenceOf(subject, 'filiera:answers'),
    corrects: referenceOf(subject, 'filiera:corrects'),
    stage: textOf(subject, 'filiera:stage'),
    facility: textOf(objectOf(subject, 'readPoint' in subject ? 'readPoint' : 'bizLocation'), 'id'),
    subject,
  };
}

/** The name of a holder who is not named: nobody else's, and his own in another record only where accounts tie both. */
export function withheldAs(digest: string): string {
  return WITHHELD + digest;
}

export function isWithheld(party: string): boolean {
  return party.startsWith(WITHHELD);
}

/** The distinct lots and items that a step names with one of the effects (none given: all), in order. */
export function namesOf(step: Step, ...effects: readonly Effect[]): string[] {
  const moves = effects.length ? step.moves.filter(({ effect }) => effects.includes(effect as Effect)) : step.moves;
  return distinct(moves.map((move) => move.lot));
}

/** The lots of which the holder has more after the step. */
export function gainsOf(step: Step): string[] {
  return namesOf(step, 'produced', 'received');
}

/** The lots of which the holder has less after the step. */
export function lossesOf(step: Step): string[] {
  return namesOf(step, 'consumed', 'sent');
}

export function movesGoods(step: Step): boolean {
  return step.moves.some(({ effect }) => effect !== 'scrapped' && (isGain(effect) || isLoss(effect)));
}

/** The sum of amounts; undefined if there are none, if one is withheld, or if their dimensions differ. */
export function totalOf(movements: readonly Move[]): { dimension: Dimension; amount: Decimal } | undefined {
  if (!movements.length) return undefined;
  const { dimension } = movements[0].unit;
  let amount = ZERO;
  for (const move of movements) {
    if (move.amount === undefined || move.unit.dimension !== dimension) return undefined;
    amount = amount.add(move.amount);
  }
  return { dimension, amount };
}

/** The total, nothing where it is unknown. */
export function amountOf(movements: readonly Move[]): Decimal {
  return totalOf(movements)?.amount ?? ZERO;
}

export function ofDimension(movements: readonly Move[], dimension: Dimension): Move[] {
  return movements.filter((move) => move.unit.dimension === dimension);
}

/** Distinct texts in order. */
export function distinct(texts: Iterable<string>): string[] {
  return [...new Set(texts)].sort();
}

const UNITS = new Map<string, MoveUnit>();

/** A unit of the closed list. */
export function unitOf(code: string): MoveUnit {
  const known = UNITS.get(code);
  if (known) return known;
  const { symbol, dimension, factor }: Unit = parseUnit(code);
  const unit = { code, symbol, dimension, factor: Decimal.from(factor) };
  UNITS.set(code, unit);
  return unit;
}

function readMove({ lot, effect, quantity: signed, unit: code, isItem, place }: Movement): Move {
  const unit = unitOf(code);
  const quantity = signed && Decimal.from(signed);
  return { lot, effect, quantity, amount: quantity?.mul(unit.factor), unit, isItem, place };
}

/** Scrap without a lot of its own: it leaves the chain. */
function readScrap(subject: JsonObject): Move[] {
  return objectsOf(subject, 'filiera:scrap').flatMap((entry, index) => {
    if ('epcClass' in entry) return [];
    const [quantity, unit] = [decimalOf(entry, 'quantity'), unitOf(entry.uom as string)];
    const place = `/filiera:scrap/${index}`;
    return [{ lot: '', effect: 'scrapped' as const, quantity, amount: quantity?.mul(unit.factor), unit, isItem: false, place }];
  });
}

function readEntries(subject: JsonObject): Balance[] {
  return parseEntries(subject).map(({ lot, lotSeq, before, after, unit, previous }) => ({
    lot,
    lotSeq,
    before: before && Decimal.from(before),
    after: after && Decimal.from(after),
    unit: unitOf(unit),
    previous,
  }));
}

function readYields(subject: JsonObject): Map<string, Decimal | undefined> | undefined {
  if (!('filiera:declaredYield' in subject)) return undefined;
  return new Map(objectsOf(subject, 'filiera:declaredYield').map((each) => [each.output as string, decimalOf(each, 'yield')]));
}

/** Who possesses the goods at one end; undefined if not stated or withheld. */
function possessor(parties: readonly JsonObject[], member: string): string | undefined {
  return textOf(parties.find((each) => each.type === 'possessing_party'), member);
}
