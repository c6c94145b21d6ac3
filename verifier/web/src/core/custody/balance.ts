// Mass balance of one transformation, and of counts (docs/verification.md §11).

import { PROCESSES } from '../vocabulary.ts';
import type { Dimension } from '../vocabulary.ts';
import { Decimal, max, ONE, sum, ZERO } from './decimal28.ts';
import { finding, type Finding } from './findings.ts';
import { amountOf, namesOf, ofDimension, type Move, type Step } from './steps.ts';

/** Declared yields are rounded and scales are read by people; one part in a hundred is neither. */
const TOLERANCE = Decimal.of('0.01');
/** Mass says most of what goes in, liquor by volume least. */
const LEADING: readonly Dimension[] = ['mass', 'area', 'length', 'count', 'volume'];
const STRETCHED: readonly Dimension[] = ['length', 'area'];
const OUTPUTS = ['/outputQuantityList/', '/outputEPCList/'];
const RATIO_PLACES = 6;

/** How much more may honestly come out: kilograms of substances used, factors of moisture and of stretch. */
export interface Room {
  readonly substances: Decimal;
  readonly moisture: Decimal;
  readonly stretch: Decimal;
}

/** One transformation; `used` are the lots that the target is made of, and itself: a by-product that is used is a product. */
export function* checkTransformation(step: Step, room: Room, used: ReadonlySet<string>): Generator<Finding> {
  // A garment is one piece of its lot: the account of the lot counts them.
  if (!transforms(step) || step.act === 'garment-born') return;
  const { consumed, produced, scrap, digest } = step;
  const cameOut = [...produced, ...scrap];
  if ([...consumed, ...cameOut].some((move) => !move.quantity)) {
    yield finding('balance', 'BALANCE_WITHHELD', digest);
    return;
  }
  const leading = LEADING.find((dimension) => ofDimension(consumed, dimension).length);
  if (!leading) {
    const outputs = sum(produced.map((move) => move.quantity!)).format();
    yield finding('balance', 'BALANCE_GAIN', digest, { inputs: '0', outputs, dimension: 'energy' });
    return;
  }
  const [inputs, outputs] = [ofDimension(consumed, leading), ofDimension(cameOut, leading)];
  const gain = gainIn(step, leading, amountOf(inputs), amountOf(outputs), room);
  const alike = outputs.length === cameOut.length;
  // Where cloth is sewn with buttons and thread, kilos in do not bound kilos out; where all that went in is kilos, they do.
  const judged = alike || inputs.length === consumed.length;
  if (judged && gain) yield gain;
  if (alike && !gain) yield* loss(step, amountOf(inputs), amountOf(outputs));
  const needsBridge = !judged && gain?.code === 'BALANCE_GAIN';
  const isProduct = ({ place, lot }: Move): boolean => OUTPUTS.some((list) => place.startsWith(list)) || used.has(lot);
  for (const output of produced.filter(isProduct)) yield* yieldOf(step, output, inputs, leading, needsBridge);
}

/** A stock count may find less, or a little more; what it finds beyond that came from nowhere. */
export function* checkCounts(step: Step, lots: ReadonlySet<string>): Generator<Finding> {
  const counted = namesOf(step, 'counted').filter((lot) => lots.has(lot));
  for (const { lot, before, after } of step.entries) {
    if (counted.includes(lot) && before && after?.gt(before.mul(ONE.add(TOLERANCE)))) {
      const values = { lot, before: before.format(), after: after.format() };
      yield finding('balance', 'STOCK_COUNT_GAIN', step.digest, values);
    }
  }
}

/** Whether a step makes something of something. */
export function transforms(step: Step): boolean {
  return step.consumed.length > 0 && step.produced.length > 0;
}

function gainIn({ process, digest }: Step, leading: Dimension, went: Decimal, came: Decimal, room: Room): Finding | undefined {
  const stretch = STRETCHED.includes(leading) ? room.stretch : ONE;
  const most = went.mul(max(bandOf(process).high, stretch)).add(leading === 'mass' ? room.substances : ZERO);
  if (!came.gt(most)) return undefined;
  const wet = leading === 'mass' && !came.gt(most.mul(room.moisture));
  const values = { inputs: went.format(), outputs: came.format(), dimension: leading };
  return finding('balance', wet ? 'GAIN_BY_MOISTURE' : 'BALANCE_GAIN', digest, values);
}

/** Everything is in one dimension: what is lost has to be said. */
function* loss({ process, digest }: Step, went: Decimal, came: Decimal): Generator<Finding> {
  if (!came.lt(went.mul(bandOf(process).low))) return;
  yield finding('balance', 'BALANCE_LOSS_UNEXPLAINED', digest, { inputs: went.format(), lost: went.sub(came).format() });
}

/** Across dimensions the declared yield is the only bridge; where it is declared, the actual one has to be it. */
function* yieldOf(step: Step, output: Move, inputs: readonly Move[], leading: Dimension, needsBridge: boolean): Generator<Finding> {
  const { digest, yields } = step;
  const { lot } = output;
  const declared = yields?.get(lot);
  if (!declared) {
    if (yields?.has(lot)) yield finding('balance', 'BALANCE_WITHHELD', digest);
    else if (output.unit.dimension !== leading || needsBridge) yield finding('balance', 'YIELD_NOT_DECLARED', digest, { lot });
    return;
  }
  const [went, came] = [inCommonUnit(inputs), output.quantity!];
  const expected = declared.mul(went);
  if (came.sub(expected).abs().gt(TOLERANCE.mul(declared).mul(went))) {
    const values = { lot, declared: declared.format(), actual: came.div(went).format(RATIO_PLACES) };
    yield finding('balance', 'YIELD_MISMATCH', digest, values);
  }
}

/** The least and the most that may come out per unit in. */
function bandOf(process: string | undefined): { low: Decimal; high: Decimal } {
  const band = PROCESSES.get(process ?? '')?.band;
  return band ? { low: Decimal.of(band.low), high: Decimal.of(band.high) } : { low: ONE, high: ONE };
}

/** The sum in the movements' unit; in the base unit if they have several. */
function inCommonUnit(movements: readonly Move[]): Decimal {
  const units = new Set(movements.map((move) => move.unit));
  const amount = amountOf(movements);
  return units.size === 1 ? amount.div(movements[0].unit.factor) : amount;
}
