// What a schema cannot say about values: check digits, one spelling of each name, sums of shares, ranges.

import { ONE, parseDecimal, sum } from './decimal.ts';
import { FilieraError, refuse } from './errors.ts';
import { parseReference } from './identifiers.ts';
import { isObject, type Json, type JsonObject } from './strictJson.ts';

const NAMING = new Set(['id', 'parentID', 'epcClass', 'lot', 'output', 'item', 'product', 'source', 'destination', 'party']);
const MATERIALS = ['filiera:material', 'materials'];
const RANGES = [['min', 'max'], ['from', 'to'], ['validFrom', 'validUntil']];

/** Refuse the first value that is well formed and yet wrong: IDENTIFIER_*, CHECK_DIGIT_WRONG and codes of gs1.ts,
 *  MATERIAL_SHARES, RANGE_REVERSED. A sum is judged only when all its parts are there. */
export function checkValues(value: Json, place: string): void {
  if (Array.isArray(value)) {
    value.forEach((member, index) => checkMember(member, `${place}/${index}`, true));
  } else if (isObject(value)) {
    checkShares(value, place);
    checkRanges(value, place);
    for (const [name, member] of Object.entries(value)) checkMember(member, `${place}/${name}`, NAMING.has(name));
  }
}

function checkMember(value: Json, place: string, naming: boolean): void {
  if (typeof value !== 'string') checkValues(value, place);
  else if (naming && /^(https:\/\/id\.gs1\.org\/|urn:filiera:)/.test(value)) parseAt(value, place);
}

/** The place is the one in the document, not the part of a link. */
function parseAt(value: string, place: string): void {
  try {
    parseReference(value);
  } catch (error) {
    if (error instanceof FilieraError) refuse(error.code, place, error.values);
    throw error;
  }
}

function checkShares(value: JsonObject, place: string): void {
  for (const name of MATERIALS) {
    const parts = value[name];
    if (!Array.isArray(parts) || !parts.every((part) => isObject(part) && 'share' in part)) continue;
    const total = sum(parts.map((part) => parseDecimal((part as JsonObject).share)));
    if (!total.equals(ONE)) refuse('MATERIAL_SHARES', `${place}/${name}`, { total: total.format() });
  }
}

function checkRanges(value: JsonObject, place: string): void {
  for (const [first, last] of RANGES) {
    const low = value[first];
    const high = value[last];
    if (typeof low !== 'string' || typeof high !== 'string') continue;
    // Days and instants are in the order of their texts.
    const reversed = low.includes('-') ? low > high : parseDecimal(low).cmp(parseDecimal(high)) > 0;
    if (reversed) refuse('RANGE_REVERSED', place, { low, high });
  }
}
