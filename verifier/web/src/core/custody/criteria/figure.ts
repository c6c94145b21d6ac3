// What a criterion says (docs/criteria.md).

import { Decimal, ONE, ZERO } from '../decimal28.ts';

/** Shares are said to a tenth of a thousandth; what is left out stands in the coverage, not in the rounding. */
const PLACES = 4;

/** What would have to be there, and where. */
export type Missing = readonly [code: string, place: string];

/** One figure that anybody can compute again; `value` is undefined for "not enough evidence". */
export interface Figure {
  readonly id: string;
  readonly value: Decimal | undefined;
  /** Digits behind the point with which the value is written. */
  readonly places: number;
  readonly unit: string;
  readonly method: string;
  /** Shares of what the value rests on; with a coverage below 1 the rest is unknown. */
  readonly proven: Decimal;
  readonly declared: Decimal;
  readonly coverage: Decimal;
  /** Digests of the records that it rests on. */
  readonly inputs: readonly string[];
  readonly missing: readonly Missing[];
}

export interface Criterion {
  readonly id: string;
  readonly catalogue: string;
  readonly figures: readonly Figure[];
}

/** The value as plain text; null where there is none. */
export function textOfFigure({ value, places }: Figure): string | null {
  return value ? value.format(places) : null;
}

/** Collects the weighted parts of one figure. */
export class Tally {
  private proven = ZERO;
  private declared = ZERO;
  private unknown = ZERO;
  private value = ZERO;
  private readonly inputs = new Set<string>();
  private readonly missing = new Map<string, Missing>();

  /** Take a part into account: `value` is what each unit of its weight adds. */
  count(weight: Decimal, value: Decimal, records: Iterable<string>, proven: boolean): void {
    this.value = this.value.add(weight.mul(value));
    if (proven) this.proven = this.proven.add(weight);
    else this.declared = this.declared.add(weight);
    for (const digest of records) this.inputs.add(digest);
  }

  /** Say what would have to be there; its weight lowers the coverage. */
  lack(weight: Decimal, code: string, place: string): void {
    this.unknown = this.unknown.add(weight);
    this.missing.set(`${code} ${place}`, [code, place]);
  }

  /** The weighted average of what is known. */
  average(id: string, unit: string, method: string): Figure {
    const known = this.proven.add(this.declared);
    return this.figure(id, unit, method, known.isZero ? undefined : this.value.div(known).round(PLACES), PLACES);
  }

  /** The weighted sum of what is known. */
  sum(id: string, unit: string, method: string, places = PLACES): Figure {
    const known = this.proven.add(this.declared);
    return this.figure(id, unit, method, known.isZero ? undefined : this.value.round(places), places);
  }

  /** The share of all weight looked at that has what was asked for. */
  covered(id: string, method: string): Figure {
    const found = this.average(id, 'share', method);
    return { ...found, value: found.value && found.coverage };
  }

  private figure(id: string, unit: string, method: string, value: Decimal | undefined, places: number): Figure {
    const known = this.proven.add(this.declared);
    const whole = known.add(this.unknown);
    const share = (part: Decimal): Decimal => (whole.isZero ? ZERO : part.div(whole).round(PLACES));
    return {
      ...{ id, value, places, unit, method },
      proven: share(this.proven),
      declared: share(this.declared),
      coverage: share(known),
      inputs: [...this.inputs].sort(),
      missing: [...this.missing.keys()].sort().map((name) => this.missing.get(name)!),
    };
  }
}

/** A whole number that is counted on the graph itself: nothing in it is anybody's word. */
export function certain(value: number, id: string, unit: string, method: string, inputs: Iterable<string>): Figure {
  const shares = { proven: ONE, declared: ZERO, coverage: ONE };
  return { id, value: Decimal.int(value), places: 0, unit, method, ...shares, inputs: [...inputs].sort(), missing: [] };
}
