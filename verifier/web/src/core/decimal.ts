// Exact numbers: the decimal strings of protocol/README §1, and what arithmetic makes of them. Never a double.

import { refuse, shown } from './errors.ts';

const FORM = /^(0|[1-9][0-9]{0,14})(?:\.([0-9]{0,5}[1-9]))?$/;

/** An exact fraction in lowest terms, denominator positive. */
export class Rational {
  static readonly ZERO = new Rational(0n);
  static readonly ONE = new Rational(1n);

  readonly numerator: bigint;
  readonly denominator: bigint;

  /** RangeError for a denominator of 0. */
  constructor(numerator: bigint, denominator: bigint = 1n) {
    if (denominator === 0n) throw new RangeError('division by zero');
    const common = gcd(numerator, denominator);
    const sign = denominator < 0n ? -1n : 1n;
    this.numerator = (sign * numerator) / common;
    this.denominator = (sign * denominator) / common;
  }

  /** Any decimal text, signed or not, as in our vocabularies; RangeError for anything else. */
  static of(text: string): Rational {
    const found = /^(-?)([0-9]+)(?:\.([0-9]+))?$/.exec(text);
    if (!found) throw new RangeError(text);
    const [, sign, whole, fraction = ''] = found;
    return new Rational(BigInt(sign + whole + fraction), 10n ** BigInt(fraction.length));
  }

  add(other: Rational): Rational {
    return new Rational(this.numerator * other.denominator + other.numerator * this.denominator, this.denominator * other.denominator);
  }

  sub(other: Rational): Rational {
    return this.add(other.neg());
  }

  mul(other: Rational): Rational {
    return new Rational(this.numerator * other.numerator, this.denominator * other.denominator);
  }

  /** RangeError if `other` is 0. */
  div(other: Rational): Rational {
    return new Rational(this.numerator * other.denominator, this.denominator * other.numerator);
  }

  neg(): Rational {
    return new Rational(-this.numerator, this.denominator);
  }

  abs(): Rational {
    return this.numerator < 0n ? this.neg() : this;
  }

  /** Negative, zero or positive as this is less than, equal to or more than `other`. */
  cmp(other: Rational): number {
    const difference = this.numerator * other.denominator - other.numerator * this.denominator;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  equals(other: Rational): boolean {
    return this.cmp(other) === 0;
  }

  get isZero(): boolean {
    return this.numerator === 0n;
  }

  get isNegative(): boolean {
    return this.numerator < 0n;
  }

  /** Rounded half to even to `places` digits behind the point. */
  round(places: number): Rational {
    const scale = 10n ** BigInt(places);
    const magnitude = (this.isNegative ? -this.numerator : this.numerator) * scale;
    const whole = magnitude / this.denominator;
    const twice = 2n * (magnitude % this.denominator);
    const up = twice > this.denominator || (twice === this.denominator && whole % 2n === 1n);
    const rounded = up ? whole + 1n : whole;
    return new Rational(this.isNegative ? -rounded : rounded, scale);
  }

  /** Plain text: exact and without trailing zeros, or with exactly `places` digits, rounded half to even.
   *  RangeError if no decimal writes it exactly and `places` is not given. */
  format(places?: number): string {
    if (places !== undefined) return fixed(this.round(places), places);
    return fixed(this, digitsNeeded(this.denominator));
  }

  toString(): string {
    return `${this.numerator}/${this.denominator}`;
  }
}

export const ZERO = Rational.ZERO;
export const ONE = Rational.ONE;

/** The exact value of a signed decimal string; QUANTITY_FORM for any other spelling. */
export function parseDecimal(text: unknown, place = ''): Rational {
  if (typeof text !== 'string' || !FORM.test(text)) {
    refuse('QUANTITY_FORM', place, { value: shown(text), canonical: suggestion(text) });
  }
  return Rational.of(text);
}

/** The one decimal string of a value; QUANTITY_FORM if README §1 cannot write it. */
export function formatDecimal(value: Rational): string {
  const text = writable(value) ? value.format() : '';
  return FORM.test(text) ? text : refuse('QUANTITY_FORM', '', { value: value.toString(), canonical: '–' });
}

export function sum(values: Iterable<Rational>): Rational {
  let total = ZERO;
  for (const value of values) total = total.add(value);
  return total;
}

/** The spelling that would have been accepted, for the remedy; a dash if there is none. */
export function suggestion(text: unknown): string {
  const found = typeof text === 'string' && text.length <= 64 ? /^\s*\+?0*([0-9]+?)(?:[.,]([0-9]{1,6}?)0*)?\s*$/.exec(text) : null;
  if (!found) return '–';
  const whole = found[1].replace(/^0+(?=.)/, '');
  const fraction = (found[2] ?? '').replace(/0+$/, '');
  const candidate = fraction ? `${whole}.${fraction}` : whole;
  return FORM.test(candidate) ? candidate : '–';
}

/** Text with `places` digits behind the point of a value that needs no more. */
function fixed(value: Rational, places: number): string {
  const scaled = (value.abs().numerator * 10n ** BigInt(places)) / value.denominator;
  const digits = scaled.toString().padStart(places + 1, '0');
  const text = places ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : digits;
  return value.isNegative ? `-${text}` : text;
}

function writable(value: Rational): boolean {
  return 10n ** 6n % value.denominator === 0n;
}

function digitsNeeded(denominator: bigint): number {
  let rest = denominator;
  let twos = 0;
  let fives = 0;
  for (; rest % 2n === 0n; rest /= 2n) twos++;
  for (; rest % 5n === 0n; rest /= 5n) fives++;
  if (rest !== 1n) throw new RangeError('no decimal writes this exactly');
  return Math.max(twos, fives);
}

function gcd(first: bigint, second: bigint): bigint {
  let [a, b] = [first < 0n ? -first : first, second < 0n ? -second : second];
  while (b) [a, b] = [b, a % b];
  return a || 1n;
}
