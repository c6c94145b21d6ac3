// How much of the finished goods each lot behind them makes up, by mass (docs/criteria.md, "Shares of the mass").

import { Decimal, ONE, sum, ZERO } from '../decimal28.ts';
import { distinct, namesOf, ofDimension, type Move, type Step } from '../steps.ts';
import { decimalOf, objectOf } from '../subjects.ts';

const CM_PER_M = Decimal.int(100);
const GRAMS_PER_KG = Decimal.int(1000);

/** Shares of the target's mass by lot and by the digest of the step that made it; what has none weighs nothing known. */
export interface Shares {
  readonly lots: ReadonlyMap<string, Decimal>;
  readonly steps: ReadonlyMap<string, Decimal>;
}

/** Makers of each lot, by ascending digest. */
export type Makers = ReadonlyMap<string, readonly Step[]>;

export function makersAmong(steps: readonly Step[]): Makers {
  const makers = new Map<string, Step[]>();
  for (const step of steps) {
    for (const lot of namesOf(step, 'produced')) {
      const known = makers.get(lot);
      if (known) known.push(step);
      else makers.set(lot, [step]);
    }
  }
  return makers;
}

export function massShares(target: string, makers: Makers): Shares {
  const order = downstreamFirst(target, makers);
  const weights = new Weights(makers);
  // Sources first: what a lot weighs never asks more than one step back, however long the chain is.
  for (const lot of [...order].reverse()) weights.perUnit(lot);
  const lots = new Map([[target, ONE]]);
  const steps = new Map<string, Decimal>();
  for (const lot of order) {
    const share = lots.get(lot);
    if (!share) continue;
    for (const [step, part] of divided(lot, makers.get(lot) ?? [], share)) {
      increase(steps, step.digest, part);
      for (const [source, ratio] of mixOf(step, weights)) increase(lots, source, part.mul(ratio));
    }
  }
  return { lots, steps };
}

/** Every lot behind a target, each after all that were made of it; depth first, so that a cycle ends. */
export function downstreamFirst(target: string, makers: Makers): string[] {
  const sources = (lot: string): Iterator<string> =>
    distinct((makers.get(lot) ?? []).flatMap((step) => namesOf(step, 'consumed'))).values();
  const order: string[] = [];
  const seen = new Set([target]);
  const path = [{ lot: target, rest: sources(target) }];
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const next = top.rest.next();
    if (next.done) {
      order.push(top.lot);
      path.pop();
    } else if (!seen.has(next.value)) {
      seen.add(next.value);
      path.push({ lot: next.value, rest: sources(next.value) });
    }
  }
  return order.reverse();
}

/** Kilograms per metre or square metre, where a step states what its cloth weighs. */
export function statedWeight(step: Step, lot: string): Decimal | undefined {
  const parameters = objectOf(step.subject, 'filiera:parameters');
  const perSquareMetre = decimalOf(parameters, 'grammage')?.div(GRAMS_PER_KG);
  const dimensions = new Set(step.produced.filter((move) => move.lot === lot).map((move) => move.unit.dimension));
  if (!perSquareMetre || dimensions.size !== 1) return undefined;
  if (dimensions.has('area')) return perSquareMetre;
  const width = dimensions.has('length') ? decimalOf(parameters, 'width') : undefined;
  return width && perSquareMetre.mul(width).div(CM_PER_M);
}

/** Kilograms per base unit of each lot, found once. */
class Weights {
  private readonly makers: Makers;
  private readonly known = new Map<string, Decimal | undefined>();

  constructor(makers: Makers) {
    this.makers = makers;
  }

  perUnit(lot: string): Decimal | undefined {
    if (!this.known.has(lot)) {
      this.known.set(lot, undefined); // a lot made of itself weighs nothing; custody refuses it elsewhere
      this.known.set(lot, this.find(lot));
    }
    return this.known.get(lot);
  }

  mass({ lot, amount, unit }: Move): Decimal | undefined {
    if (amount === undefined || unit.dimension === 'mass') return amount;
    const weight = this.perUnit(lot);
    return weight && amount.mul(weight);
  }

  private find(lot: string): Decimal | undefined {
    for (const step of this.makers.get(lot) ?? []) {
      const weight = statedWeight(step, lot) ?? this.ofIngredients(step);
      if (weight) return weight;
    }
    return undefined;
  }

  /** What went in, less scrap, over what came out. */
  private ofIngredients({ consumed, produced, scrap }: Step): Decimal | undefined {
    const wentIn = consumed.map((move) => this.mass(move));
    const made = sum(produced.flatMap((move) => move.amount ?? []));
    if (!wentIn.length || made.isZero || !wentIn.every((mass) => mass !== undefined)) return undefined;
    const left = sum(ofDimension(scrap, 'mass').flatMap((move) => move.amount ?? []));
    return sum(wentIn).sub(left).div(made);
  }
}

/** Several steps may make one lot: each by what it made of it, equally where that is withheld. */
function* divided(lot: string, makers: readonly Step[], share: Decimal): Generator<[Step, Decimal]> {
  const made = makers.map((step) => sum(step.produced.flatMap((move) => (move.lot === lot ? (move.quantity ?? []) : []))));
  const whole = sum(made);
  const equal = makers.length ? ONE.div(Decimal.int(makers.length)) : ONE;
  for (const [index, step] of makers.entries()) yield [step, share.mul(whole.isZero ? equal : made[index].div(whole))];
}

/** What each consumed lot is of all that a step consumed, as far as that has a mass. */
function mixOf({ consumed }: Step, weights: Weights): Map<string, Decimal> {
  const found = new Map<string, Decimal>();
  for (const [lot, mass] of comparable(consumed, weights)) if (mass) increase(found, lot, mass);
  const whole = sum(found.values());
  const shares = [...found].filter(([, mass]) => !mass.isZero).map(([lot, mass]) => [lot, mass.div(whole)] as const);
  return whole.isZero ? new Map() : new Map(shares);
}

/** Masses; or amounts, where goods of one kind have no mass: what a piece weighs does not matter for proportions. */
function comparable(consumed: readonly Move[], weights: Weights): (readonly [string, Decimal | undefined])[] {
  const masses = consumed.map((move) => [move.lot, weights.mass(move)] as const);
  const alike = new Set(consumed.map((move) => move.unit.dimension)).size === 1;
  if (!alike || masses.some(([, mass]) => mass)) return masses;
  if (new Set(consumed.map((move) => move.lot)).size === 1) return [[consumed[0].lot, ONE]];
  return consumed.map((move) => [move.lot, move.amount] as const);
}

function increase(shares: Map<string, Decimal>, name: string, by: Decimal): void {
  shares.set(name, (shares.get(name) ?? ZERO).add(by));
}
