// EPC URNs, the older spelling of GS1 keys, as canonical Digital Links (TDS 2.0, CBV 2.0 §8). The URN leaves the check digit
// out and splits the company prefix off; both are put right here.

import { refuse } from '../errors.ts';
import { buildDigitalLink, checkDigit, GS1_STEM, type Pair } from '../gs1.ts';

type Build = (parts: readonly string[]) => Pair[];

/** EPCIS_IDENTIFIER for a scheme that is not read here. */
export function urnToDigitalLink(urn: string): string {
  const [, kind, scheme, rest] = /^urn:epc:(id|class|idpat):([a-z]+):(\S+)$/.exec(urn) ?? [];
  const [count, build] = SCHEMES.get(`${kind}:${scheme}`) ?? unknown(urn);
  const parts = splitAt(rest, count);
  if (parts.length !== count || !/^[0-9]{6,12}$/.test(parts[0])) unknown(urn);
  return buildDigitalLink(GS1_STEM, build(parts.map(decode)));
}

const SCHEMES = new Map<string, [number, Build]>([
  ['id:sgtin', [3, (parts) => [['01', gtin(parts)], ['21', parts[2]]]]],
  ['class:lgtin', [3, (parts) => [['01', gtin(parts)], ['10', parts[2]]]]],
  ['idpat:sgtin', [3, (parts) => (parts[2] === '*' ? [['01', gtin(parts)]] : unknown(parts.join('.')))]],
  ['id:upui', [3, (parts) => [['01', gtin(parts)], ['235', parts[2]]]]],
  ['id:sscc', [2, (parts) => [['00', gtin(parts)]]]],
  ['id:sgln', [3, location]],
  ['id:pgln', [2, keyed('417')]],
  ['id:grai', [3, keyed('8003', '0')]],
  ['id:gdti', [3, keyed('253')]],
  ['id:sgcn', [3, keyed('255')]],
  ['id:gsrn', [2, keyed('8018')]],
  ['id:gsrnp', [2, keyed('8017')]],
  ['id:gsin', [2, keyed('402')]],
  ['id:giai', [2, (parts) => [['8004', parts.join('')]]]],
  ['id:ginc', [2, (parts) => [['401', parts.join('')]]]],
  ['id:cpi', [3, (parts) => [['8010', parts[0] + parts[1]], ['8011', parts[2]]]]],
  ['id:itip', [5, (parts) => [['8006', gtin(parts) + parts[2] + parts[3]], ['21', parts[4]]]]],
]);

/** Indicator digit first, then company prefix and item reference, then the check digit. */
function gtin(parts: readonly string[]): string {
  return checked(parts[1].slice(0, 1) + parts[0] + parts[1].slice(1));
}

/** An extension of 0 means the location itself. */
function location(parts: readonly string[]): Pair[] {
  const gln: Pair = ['414', checked(parts[0] + parts[1])];
  return parts[2] === '0' ? [gln] : [gln, ['254', parts[2]]];
}

/** Company prefix and reference with a check digit, then a serial if there is one. */
function keyed(ai: string, prefix = ''): Build {
  return (parts) => [[ai, prefix + checked(parts[0] + parts[1]) + parts.slice(2).join('')]];
}

function checked(digits: string): string {
  if (!/^[0-9]{1,30}$/.test(digits)) refuse('GS1_VALUE_FORM', '', { ai: '–', value: digits.slice(0, 40) });
  return digits + checkDigit(digits);
}

/** Parts between points; the last one may hold points itself. */
function splitAt(text: string, count: number): string[] {
  const parts = text.split('.');
  return parts.length <= count ? parts : [...parts.slice(0, count - 1), parts.slice(count - 1).join('.')];
}

function decode(part: string): string {
  return part.replace(/%([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

function unknown(urn: string): never {
  return refuse('EPCIS_IDENTIFIER', '', { value: urn.slice(0, 200) });
}
