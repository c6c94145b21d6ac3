// Decimals of 28 significant digits: the arithmetic of docs/verification.md §1.
//
// Amounts as they are signed stay exact; quotients stay short however long a chain of them is, so that neither a deep
// graph nor a hostile one makes numbers grow.

import type { Rational } from '../decimal.ts';

const DIGITS = 28;
const LIMIT = 10n ** BigInt(DIGITS);
/** Further behind the last digit than this, a summand only decides which way a tie is rounded. */
const GUARD = 40;

/** coefficient × 10^exponent, every result rounded half to even. */
export class Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;

  private constructor(coefficient: bigint, exponent: number) {
    this.coefficient = coefficient;
    this.exponent = coefficient ? exponent : 0;
  }

  /** Any decimal text, signed or not; RangeError for anything else. */
  static of(text: string): Decimal {
    const found = /^(-?[0-9]+)(?:\.([0-9]+))?$/.exec(text);
    if (!found) throw new RangeError(text);
    const [, whole, fraction = ''] = found;
    return fit(BigInt(whole + fraction), -fraction.length);
  }

  static int(value: number): Decimal {
    return fit(BigInt(value), 0);
  }

  /** A fraction whose denominator divides a power of ten, as every signed decimal's does. */
  static from(value: Rational): Decimal {
    if (value.denominator === 1n) return fit(value.numerator, 0);
    return fit(value.numerator, 0).div(fit(value.denominator, 0));
  }

  static fitting(coefficient: bigint, exponent: number): Decimal {
    return new Decimal(coefficient, exponent);
  }

  add(other: Decimal): Decimal {
    if (!this.coefficient) return other;
    if (!other.coefficient) return this;
    const [high, low] = this.exponent >= other.exponent ? [this, other] : [other, this];
    const gap = high.exponent - low.exponent;
    if (gap > GUARD && low.magnitude < high.exponent - GUARD) {
      const trace = low.coefficient < 0n ? -1n : 1n;
      return fit(high.coefficient * ten(GUARD) + trace, high.exponent - GUARD);
    }
    return fit(high.coefficient * ten(gap) + low.coefficient, low.exponent);
  }

  sub(other: Decimal): Decimal {
    return this.add(other.neg());
  }

  mul(other: Decimal): Decimal {
    return fit(this.coefficient * other.coefficient, this.exponent + other.exponent);
  }

  /** RangeError if `other` is 0. */
  div(other: Decimal): Decimal {
    const shift = Math.max(0, DIGITS + 2 + length(other.coefficient) - length(this.coefficient));
    const dividend = this.coefficient * ten(shift);
    const quotient = dividend / other.coefficient;
    if (quotient * other.coefficient === dividend) return fit(quotient, this.exponent - other.exponent - shift);
    // One more digit that is neither 0 nor 5 keeps a remainder from looking like a tie.
    const trace = dividend < 0n === other.coefficient < 0n ? 1n : -1n;
    return fit(quotient * 10n + trace, this.exponent - other.exponent - shift - 1);
  }

  neg(): Decimal {
    return new Decimal(-this.coefficient, this.exponent);
  }

  abs(): Decimal {
    return this.coefficient < 0n ? this.neg() : this;
  }

  /** Negative, zero or positive as this is less than, equal to or more than `other`. */
  cmp(other: Decimal): number {
    const difference = this.sub(other).coefficient;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  gt(other: Decimal): boolean {
    return this.cmp(other) > 0;
  }

  lt(other: Decimal): boolean {
    return this.cmp(other) < 0;
  }

  equals(other: Decimal): boolean {
    return this.cmp(other) === 0;
  }

  get isZero(): boolean {
    return this.coefficient === 0n;
  }

  /** Rounded half to even to `places` digits behind the point, whatever the number of digits before it. */
  round(places: number): Decimal {
    const drop = -places - this.exponent;
    return drop <= 0 ? this : new Decimal(halfEven(this.coefficient, drop), -places);
  }

  /** Plain text with exactly `places` digits behind the point, or with as many as the value needs. */
  format(places?: number): string {
    if (places !== undefined) return plain(this.round(places), places);
    let { coefficient, exponent } = this;
    while (exponent < 0 && coefficient % 10n === 0n) [coefficient, exponent] = [coefficient / 10n, exponent + 1];
    return plain(new Decimal(coefficient, exponent), Math.max(0, -exponent));
  }

  toString(): string {
    return this.format();
  }

  /** Exponent of the first digit. */
  private get magnitude(): number {
    return this.exponent + length(this.coefficient) - 1;
  }
}

export const ZERO = Decimal.int(0);
export const ONE = Decimal.int(1);

export function sum(values: Iterable<Decimal>): Decimal {
  let total = ZERO;
  for (const value of values) total = total.add(value);
  return total;
}

export function min(first: Decimal, ...rest: readonly Decimal[]): Decimal {
  return rest.reduce((least, each) => (each.lt(least) ? each : least), first);
}

export function max(first: Decimal, ...rest: readonly Decimal[]): Decimal {
  return rest.reduce((most, each) => (each.gt(most) ? each : most), first);
}

function fit(coefficient: bigint, exponent: number): Decimal {
  if (coefficient < LIMIT && coefficient > -LIMIT) return Decimal.fitting(coefficient, exponent);
  const drop = length(coefficient) - DIGITS;
  return fit(halfEven(coefficient, drop), exponent + drop);
}

/** The coefficient without its last `drop` digits. */
function halfEven(coefficient: bigint, drop: number): bigint {
  const unit = ten(Math.min(drop, 2 * GUARD + length(coefficient)));
  const magnitude = coefficient < 0n ? -coefficient : coefficient;
  const whole = magnitude / unit;
  const twice = 2n * (magnitude % unit);
  const rounded = twice > unit || (twice === unit && whole % 2n === 1n) ? whole + 1n : whole;
  return coefficient < 0n ? -rounded : rounded;
}

function plain({ coefficient, exponent }: Decimal, places: number): string {
  const digits = ((coefficient < 0n ? -coefficient : coefficient) * ten(places + exponent)).toString().padStart(places + 1, '0');
  const text = places ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : digits;
  return coefficient < 0n ? `-${text}` : text;
}

/** Number of digits. */
function length(coefficient: bigint): number {
  return (coefficient < 0n ? -coefficient : coefficient).toString().length;
}

const POWERS = Array.from({ length: 64 }, (_, exponent) => 10n ** BigInt(exponent));

function ten(exponent: number): bigint {
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}
