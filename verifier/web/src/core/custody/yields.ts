// Yields against the catalogue, measures against each other, scrap, and which gains are honest (docs/verification.md §12).

import { transforms, type Room } from './balance.ts';
import { CATALOGUE, fibreGroup } from './catalogue.ts';
import { statedWeight } from './criteria/shares.ts';
import { Decimal, max, min, ONE, sum, ZERO } from './decimal28.ts';
import { finding, type Finding } from './findings.ts';
import type { Graph } from './graph.ts';
import { amountOf, namesOf, ofDimension, unitOf, type Move, type Step } from './steps.ts';
import { decimalOf, objectOf, objectsOf, textOf } from './subjects.ts';

const PER_CENT = Decimal.int(100);
/** Scrap below this share of the input is dust. */
const DUST = Decimal.of('0.01');
const PLACES = 3;
/** What is consumed in making and is not the fibre that a yield is about. */
const AUXILIARY: ReadonlySet<string> = new Set(['chemical', 'packaging', 'trim']);
const PRODUCTS = ['/outputQuantityList/', '/outputEPCList/'];
const MEASURED = ['length', 'area', 'mass'];
const MARGIN = ONE.add(Decimal.of(CATALOGUE.conversionTolerance));

/** What the lots of a graph are made of, as the nearest records behind them say. */
export class Material {
  private readonly graph: Graph;
  private readonly known = new Map<Step, ReadonlySet<string>>();

  constructor(graph: Graph) {
    this.graph = graph;
  }

  /** Fibres of a step: its own word, else those of the makers of what it took; without recursion, for chains are long. */
  of(step: Step): ReadonlySet<string> {
    const path = [step];
    const begun = new Set<Step>();
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const own = fibresIn(top);
      const makers = namesOf(top, 'consumed').flatMap((lot) => this.graph.makers(lot));
      const unknown = own.size || this.known.has(top) ? [] : makers.filter((maker) => !this.known.has(maker) && !begun.has(maker));
      if (unknown.length) {
        begun.add(top);
        for (const maker of unknown) path.push(maker);
        continue;
      }
      if (!this.known.has(top)) {
        this.known.set(top, own.size ? own : new Set(makers.flatMap((maker) => [...(this.known.get(maker) ?? [])])));
      }
      path.pop();
    }
    return this.known.get(step)!;
  }

  /** Chemicals, trims and packaging: all who made the lot say so. */
  isAuxiliary(lot: string): boolean {
    const makers = this.graph.makers(lot);
    return makers.length > 0 && makers.every((maker) => AUXILIARY.has(maker.stage ?? ''));
  }
}

/** How much more than its goods a step may give, by its own word and the catalogue. */
export function roomOf(step: Step, material: Material): Room {
  const parameters = objectOf(step.subject, 'filiera:parameters');
  const [before, after] = [decimalOf(parameters, 'moistureIn'), decimalOf(parameters, 'moistureOut')];
  let moisture = ONE;
  if (before && after) {
    const water = min(after.div(PER_CENT), allowanceOf(material.of(step)));
    moisture = max(ONE, ONE.add(water).div(ONE.add(before.div(PER_CENT))));
  }
  const stretch = Decimal.of(CATALOGUE.stretch[step.process ?? ''] ?? '1');
  return { substances: substancesOf(step), moisture, stretch };
}

/** One transformation whose amounts are all disclosed; what is withheld balance.ts says. */
export function* checkYields(step: Step, room: Room, material: Material): Generator<Finding> {
  const shown = [...step.consumed, ...step.produced, ...step.scrap].every((move) => move.quantity);
  if (!transforms(step) || !shown) return;
  yield* scrapGoesSomewhere(step);
  yield* piecesFitTheCloth(step);
  yield* massFits(step, room, material);
}

/** Scrap that went nobody knows where is where a lot is sold twice. */
function* scrapGoesSomewhere({ subject, consumed, digest }: Step): Generator<Finding> {
  for (const entry of objectsOf(subject, 'filiera:scrap')) {
    const quantity = decimalOf(entry, 'quantity');
    if (entry.destination !== 'unknown' || !quantity) continue;
    const unit = unitOf(entry.uom as string);
    const went = amountOf(ofDimension(consumed, unit.dimension));
    if (quantity.mul(unit.factor).gt(went.mul(DUST))) {
      yield finding('balance', 'SCRAP_WITHOUT_DESTINATION', digest, { quantity: quantity.format(), unit: unit.symbol });
    }
  }
}

/** Pieces at the stated consumption cannot need more cloth than was taken. */
function* piecesFitTheCloth({ subject, consumed, produced, digest }: Step): Generator<Finding> {
  const each = decimalOf(objectOf(subject, 'filiera:parameters'), 'consumptionPerPiece');
  const pieces = amountOf(ofDimension(produced, 'count'));
  const taken = consumed.filter((move) => MEASURED.includes(move.unit.dimension));
  const units = new Set(taken.map((move) => move.unit));
  if (!each || pieces.isZero || units.size !== 1) return;
  const [unit] = units;
  const [needed, given] = [each.mul(pieces), amountOf(taken).div(unit.factor)];
  if (needed.gt(given.mul(MARGIN))) {
    yield finding('balance', 'CONVERSION_MISMATCH', digest, { needed: needed.format(), given: given.format(), unit: unit.symbol });
  }
}

/** Kilograms of product per kilogram of fibre goods; cloth in metres weighs what the record says it weighs. */
function* massFits(step: Step, room: Room, material: Material): Generator<Finding> {
  const products = step.produced.filter(isProduct);
  const [wentAll, came] = [weighed(step.consumed), weighed(products, step)];
  if (!wentAll || !came) return;
  if (products.some((move) => move.unit.dimension !== 'mass')) {
    const rest = [...step.produced.filter((move) => !isProduct(move)), ...step.scrap];
    const whole = came.add(amountOf(ofDimension(rest, 'mass')));
    const most = wentAll.add(room.substances).mul(room.moisture);
    if (whole.gt(most.mul(MARGIN))) {
      yield finding('balance', 'CONVERSION_MISMATCH', step.digest, { needed: whole.format(PLACES), given: wentAll.format(), unit: 'kg' });
      return;
    }
  }
  const went = weighed(step.consumed.filter((move) => !material.isAuxiliary(move.lot)));
  const band = bandOf(step, material);
  if (!went || went.isZero || !band) return;
  const actual = came.div(room.moisture).div(went);
  if (actual.lt(band.low) || actual.gt(band.high)) {
    const limits = { low: band.low.format(), high: band.high.format() };
    yield finding('balance', 'YIELD_OUT_OF_BAND', step.digest, { process: step.process!, actual: actual.format(PLACES), ...limits });
  }
}

function isProduct({ place }: Move): boolean {
  return PRODUCTS.some((list) => place.startsWith(list));
}

/** Their mass, with the weight that `stating` states where they are measured; undefined if one cannot be weighed. */
function weighed(movements: readonly Move[], stating?: Step): Decimal | undefined {
  let whole = ZERO;
  for (const { lot, amount, unit } of movements) {
    const weight = unit.dimension === 'mass' ? ONE : stating && statedWeight(stating, lot);
    if (!weight || !amount) return undefined;
    whole = whole.add(amount.mul(weight));
  }
  return whole;
}

/** The widest of the bands of a step's fibres; undefined if the catalogue has none for its process. */
function bandOf(step: Step, material: Material): { low: Decimal; high: Decimal } | undefined {
  const bands = CATALOGUE.yieldBands[step.process ?? ''];
  if (!bands) return undefined;
  const groups = [...material.of(step)].map(fibreGroup);
  const found = (groups.length ? groups : ['default']).map((group) => bands[group] ?? bands.default);
  const [low, ...lows] = found.map((band) => Decimal.of(band[0]));
  const [high, ...highs] = found.map((band) => Decimal.of(band[1]));
  return { low: min(low, ...lows), high: max(high, ...highs) };
}

function fibresIn({ subject }: Step): ReadonlySet<string> {
  return new Set(objectsOf(subject, 'filiera:material').flatMap((each) => textOf(each, 'fibre') ?? []));
}

/** Kilograms of substances that the record says were used. */
function substancesOf({ subject }: Step): Decimal {
  const used = objectsOf(subject, 'filiera:substances').map((each) => {
    const [quantity, code] = [decimalOf(each, 'quantity'), textOf(each, 'uom')];
    const unit = quantity && code !== undefined ? unitOf(code) : undefined;
    return quantity && unit?.dimension === 'mass' ? quantity.mul(unit.factor) : ZERO;
  });
  return sum(used);
}

/** The highest agreed allowance among fibres; one that has none counts as dry. */
function allowanceOf(fibres: Iterable<string>): Decimal {
  return max(ZERO, ...[...fibres].map((fibre) => Decimal.of(CATALOGUE.moistureAllowances[fibre] ?? '0')));
}
