// Quantities with units: exact amounts in UN/ECE Rec. 20 codes of the closed list (protocol/README §1).

import { parseDecimal, Rational } from './decimal.ts';
import { refuse, shown } from './errors.ts';
import { UNITS, type Dimension } from './vocabulary.ts';

/** `factor` times the unit gives the base unit of its dimension (kg, m, m², pieces, l, kWh). */
export interface Unit {
  readonly code: string;
  readonly dimension: Dimension;
  readonly factor: Rational;
  readonly symbol: string;
}

export interface Quantity {
  readonly value: Rational;
  readonly unit: Unit;
}

const READ = new Map([...UNITS].map(([code, entry]) => [code, { code, ...entry, factor: Rational.of(entry.factor) }]));

/** UNIT_UNKNOWN if the closed list has no such code. */
export function parseUnit(code: unknown, place = ''): Unit {
  return READ.get(code as string) ?? refuse('UNIT_UNKNOWN', place, { unit: shown(code), known: [...READ.keys()].join(', ') });
}

/** A quantity from its two signed texts; QUANTITY_FORM, UNIT_UNKNOWN. */
export function parseQuantity(text: unknown, unit: unknown, place = ''): Quantity {
  return { value: parseDecimal(text, `${place}/quantity`), unit: parseUnit(unit, `${place}/uom`) };
}

/** The amount in the base unit of its dimension. */
export function inBase({ value, unit }: Quantity): Rational {
  return value.mul(unit.factor);
}

/** The amount in another unit of the same dimension; UNIT_DIMENSION, since only a declared yield leads further. */
export function convert(quantity: Quantity, code: string): Rational {
  const target = parseUnit(code);
  if (target.dimension !== quantity.unit.dimension) refuse('UNIT_DIMENSION', '', { unit: quantity.unit.code, target: code });
  return inBase(quantity).div(target.factor);
}
