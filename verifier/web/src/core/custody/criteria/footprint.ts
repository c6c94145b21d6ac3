// Environmental footprint, and how much of it is primary data (docs/criteria.md). Never called a PEF result.

import type { Catalogue } from '../catalogue.ts';
import type { Decimal } from '../decimal28.ts';
import { namesOf, unitOf, type Step } from '../steps.ts';
import { decimalOf, objectOf, objectsOf } from '../subjects.ts';
import type { Evidence } from './evidence.ts';
import { Tally, type Figure } from './figure.ts';

const CLIMATE = 'climate-change';
const KG = 'kg CO2e';

export function footprint(evidence: Evidence, _catalogue: Catalogue): Figure[] {
  const statements = evidence.said('footprint-statement');
  const ofTarget = statements.filter((step) => namesOf(step).includes(evidence.target) && amountOf(step) && scopeOf(step) !== 'gate-to-gate');
  const parts = new Parts(evidence);
  if (ofTarget.length) {
    parts.put(newest(ofTarget)!, amountOf(newest(ofTarget)!)!, evidence.shares.lots.get(evidence.target)!);
    return parts.figures('statement-of-product/1');
  }
  for (const step of evidence.work) {
    const about = newest(statements.filter((said) => sharesGoods(said, step)));
    const amount = about && amountOf(about, 'mass');
    if (about && amount) parts.put(about, amount, evidence.shareOf(step));
    else parts.lack(step, evidence.shareOf(step));
  }
  return parts.figures('sum-of-steps-by-mass/1');
}

/** A statement from gate to gate is of one step alone: what lies upstream is not in it. */
function scopeOf({ subject }: Step): unknown {
  return objectOf(subject, 'filiera:footprint')?.scope;
}

/** Climate change and primary data, which rest on the same statements. */
class Parts {
  private readonly evidence: Evidence;
  private readonly climate = new Tally();
  private readonly primary = new Tally();

  constructor(evidence: Evidence) {
    this.evidence = evidence;
  }

  put({ digest, subject }: Step, amount: Decimal, weight: Decimal): void {
    const proven = this.evidence.isProven(digest);
    this.climate.count(weight, amount, [digest], proven);
    const share = decimalOf(objectOf(subject, 'filiera:footprint'), 'primaryDataShare');
    if (share) this.primary.count(weight, share, [digest], proven);
    else this.primary.lack(weight, 'PRIMARY_SHARE_NOT_STATED', digest);
  }

  lack({ digest }: Step, weight: Decimal): void {
    this.climate.lack(weight, 'FOOTPRINT_NOT_STATED', digest);
    this.primary.lack(weight, 'FOOTPRINT_NOT_STATED', digest);
  }

  figures(method: string): Figure[] {
    return [this.climate.sum(CLIMATE, KG, method), this.primary.average('primary-data', 'share', 'mass-weighted/1')];
  }
}

/** Kg CO2e per base unit of reference; undefined if withheld, in another unit, or of another dimension than asked for. */
function amountOf({ subject }: Step, dimension?: string): Decimal | undefined {
  const stated = objectOf(subject, 'filiera:footprint');
  const reference = objectOf(stated, 'referenceQuantity');
  const quantity = decimalOf(reference, 'quantity');
  const category = objectsOf(stated, 'categories').find((each) => each.category === CLIMATE && each.unit === KG);
  if (!category || !reference || !quantity) return undefined;
  const unit = unitOf(reference.uom as string);
  if (quantity.isZero || (dimension !== undefined && unit.dimension !== dimension)) return undefined;
  const value = decimalOf(category, 'value')!;
  return (category.negative === true ? value.neg() : value).div(quantity.mul(unit.factor));
}

/** The statement of the last day, of two the one of the greater digest. */
function newest(statements: readonly Step[]): Step | undefined {
  const key = (step: Step): string => `${step.day} ${step.digest}`;
  return statements.reduce<Step | undefined>((last, each) => (last && key(last) > key(each) ? last : each), undefined);
}

function sharesGoods(said: Step, step: Step): boolean {
  const made = new Set(namesOf(step, 'produced'));
  return namesOf(said).some((lot) => made.has(lot));
}
