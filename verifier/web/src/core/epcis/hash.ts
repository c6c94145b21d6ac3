// The CBV 2.0 event hash of an EPCIS event (CBV 2.0 §8.9): an alias that EPCIS users know. Nothing is anchored or verified by
// it: it joins fields without separators, so unlike events can have the same hash.

import { toHex, utf8 } from '../bytes.ts';
import { FilieraError, refuse } from '../errors.ts';
import { buildDigitalLink, GS1_STEM, parseDigitalLink } from '../gs1.ts';
import { sha256 } from '../hashing.ts';
import { isObject, type Json, type JsonObject } from '../strictJson.ts';
import { wordIri } from './cbv.ts';
import { eventsOf, parseTime } from './document.ts';
import { urnToDigitalLink } from './epcUrn.ts';

type Prefixes = Readonly<Record<string, string>>;

const GS1_VOCABULARY = 'https://gs1.org/voc/';
const CBV = 'https://ref.gs1.org/cbv/';
const PREFIXES: Prefixes = {
  cbv: CBV,
  cbvmda: 'urn:epcglobal:cbv:mda:',
  epcis: 'https://ref.gs1.org/epcis/',
  gs1: GS1_VOCABULARY,
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
};
const names = (text: string): string[] => text.split(' ');
/** Fields in CBV's order; type, time and offset stand before them. */
const ORDER = names(
  'certificationInfo parentID epcList childEPCs quantityList childQuantityList inputEPCList inputQuantityList outputEPCList ' +
    'outputQuantityList action transformationID bizStep disposition persistentDisposition readPoint bizLocation ' +
    'bizTransactionList destinationList sourceList sensorElementList ilmd',
);
const LEFT_OUT = names('type eventID eventTime eventTimeZoneOffset recordTime errorDeclaration @context rdfs:comment');
const METADATA = names('time startTime endTime deviceID deviceMetadata rawData dataProcessingMethod bizRules');
const REPORT = names(
  'type exception deviceID deviceMetadata rawData dataProcessingMethod time microorganism chemicalSubstance ' +
    'coordinateReferenceSystem value component stringValue booleanValue hexBinaryValue uriValue minValue maxValue meanValue ' +
    'sDev percRank percValue uom',
);
const NUMBERS = names('quantity value minValue maxValue meanValue sDev percRank percValue');
const TIMES = names('time startTime endTime');
const PARTS: Readonly<Record<string, string>> = { bizTransactionList: 'bizTransaction', sourceList: 'source', destinationList: 'destination' };

/** `ni:///sha-256;…?ver=CBV2.0` of every event of a document, in order; EPCIS_HASH_UNSUPPORTED and other EPCIS_*. */
export function eventHashes(document: Json | undefined): string[] {
  const outer = isObject(document) ? document : {};
  const ignored = Object.entries(outer).flatMap(([name, value]) => (name.endsWith(':ignoreFields') && Array.isArray(value) ? value : []));
  return eventsOf(document).map(([, event]) => {
    const text = preHash(event, { ...PREFIXES, ...declared(outer['@context']) }, ignored);
    return `ni:///sha-256;${toHex(sha256(utf8(text)))}?ver=CBV2.0`;
  });
}

/** The text that is hashed for one event. */
function preHash(event: Json, outer: Prefixes, ignored: readonly Json[]): string {
  if (!isObject(event) || typeof event.type !== 'string') return unsupported('no event type');
  const prefixes = { ...outer, ...declared(event['@context']) };
  const start = `eventType=${event.type}eventTime=${parseTime(event.eventTime, '/eventTime')}eventTimeZoneOffset=${plain(event.eventTimeZoneOffset)}`;
  const fields = ORDER.filter((name) => name in event).map((name) => field(name, event[name], prefixes));
  const others = Object.keys(event).filter((name) => !ORDER.includes(name) && !LEFT_OUT.includes(name));
  const rest = others.filter((name) => !ignored.includes(name) && !name.startsWith('_comment'));
  return start + fields.join('') + extensions(only(event, rest), prefixes);
}

function field(name: string, value: Json, prefixes: Prefixes): string {
  switch (name) {
    case 'action':
      return `${name}=${plain(value)}`;
    case 'bizStep':
    case 'disposition':
      return `${name}=${wordIri(name, value)}`;
    case 'parentID':
    case 'transformationID':
      return `${name}=${uri(value)}`;
    case 'certificationInfo':
      return sorted((Array.isArray(value) ? value : [value]).map((entry) => `${name}=${uri(entry)}`));
    case 'readPoint':
    case 'bizLocation':
      return `${name}id=${uri(object(value).id)}${extensions(without(object(value), ['id']), prefixes)}`;
    case 'persistentDisposition':
      return name + ['set', 'unset'].map((key) => dispositions(key, object(value)[key])).join('');
    case 'ilmd':
      return name + extensions(object(value), prefixes);
    default:
      return elements(name, list(value).map((entry) => member(name, entry, prefixes)));
  }
}

/** One entry of a list of the event. */
function member(name: string, entry: Json, prefixes: Prefixes): string {
  if (/quantityList$/i.test(name)) return `quantityElement${members(object(entry), ['epcClass', 'quantity', 'uom'], {})}`;
  if (name === 'sensorElementList') return `sensorElement${sensor(object(entry), prefixes)}`;
  return name in PARTS ? typed(PARTS[name], object(entry)) : `epc=${uri(entry)}`;
}

function elements(name: string, texts: string[]): string {
  return texts.length ? name + sorted(texts) : '';
}

function dispositions(key: string, words: Json | undefined): string {
  const ordered = list(words ?? []).map(plain).sort(byCodePoint);
  return ordered.map((word) => `${key}=${wordIri('disposition', word)}`).join('');
}

function typed(part: string, entry: JsonObject): string {
  const words = part === 'bizTransaction' ? 'bizTransactionType' : 'sourceDestinationType';
  const type = 'type' in entry ? `type=${wordIri(words, entry.type)}` : '';
  return `${type}${part}=${uri(part in entry ? entry[part] : unsupported(part))}`;
}

function sensor(entry: JsonObject, prefixes: Prefixes): string {
  const metadata = 'sensorMetadata' in entry ? `sensorMetadata${members(object(entry.sensorMetadata), METADATA, prefixes)}` : '';
  const reports = list(entry.sensorReport ?? []).map((report) => `sensorReport${members(object(report), REPORT, prefixes)}`);
  return metadata + sorted(reports) + extensions(without(entry, ['sensorMetadata', 'sensorReport']), prefixes);
}

function members(entry: JsonObject, order: readonly string[], prefixes: Prefixes): string {
  const known = order.filter((name) => name in entry).map((name) => `${name}=${shown(name, entry[name])}`);
  return known.join('') + extensions(without(entry, order), prefixes);
}

function shown(name: string, value: Json): string {
  if (NUMBERS.includes(name)) return number(value);
  if (TIMES.includes(name)) return parseTime(value, '/eventTime');
  const short = typeof value === 'string' && !value.includes(':');
  if (short && (name === 'type' || name === 'exception')) return GS1_VOCABULARY + value;
  if (short && name === 'component') return `${CBV}Comp-${value}`;
  if (name === 'hexBinaryValue') return plain(value).toUpperCase();
  return typeof value === 'boolean' || name === 'stringValue' || name === 'uom' ? plain(value) : uri(value);
}

/** Names as `{namespace}local`, objects in depth, repeated for each entry of a list, all sorted as text. */
function extensions(value: JsonObject, prefixes: Prefixes): string {
  return sorted(Object.entries(value).map(([name, entry]) => extension(name, entry, prefixes)));
}

function extension(name: string, value: Json, prefixes: Prefixes): string {
  if (Array.isArray(value)) return sorted(value.map((entry) => extension(name, entry, prefixes)));
  const expanded = expand(name, prefixes);
  if (isObject(value)) return expanded + extensions(value, prefixes);
  return `${expanded}=${typeof value === 'number' ? number(value) : plain(value).trim()}`;
}

function expand(name: string, prefixes: Prefixes): string {
  const [, prefix, local] = /^([^:/]+):([^/].*)$/.exec(name) ?? [];
  if (prefix === undefined) return name;
  return Object.hasOwn(prefixes, prefix) ? `{${prefixes[prefix]}}${local}` : unsupported(`prefix ${prefix}`);
}

/** Prefixes that a context declares in place; contexts given by address are not fetched. */
function declared(context: Json | undefined): Prefixes {
  const parts = (Array.isArray(context) ? context : [context]).filter((part) => isObject(part));
  return Object.fromEntries(parts.flatMap((part) => Object.entries(part as Record<string, string>).filter(([, iri]) => typeof iri === 'string')));
}

/** GS1 keys on any host and EPC URNs become canonical links without data attributes; all else stays as it is. */
function uri(value: Json): string {
  const text = typeof value === 'boolean' ? unsupported('shape') : plain(value);
  try {
    return text.startsWith('urn:epc:') ? urnToDigitalLink(text) : buildDigitalLink(GS1_STEM, parseDigitalLink(text).path);
  } catch (error) {
    if (error instanceof FilieraError) return text;
    throw error;
  }
}

/** A number without exponent and without trailing zeros. */
function number(value: Json): string {
  const found = /^([+-]?)([0-9]+)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?$/.exec(typeof value === 'boolean' ? '' : plain(value).trim());
  if (!found) return unsupported('number');
  const [, sign, whole, fraction = '', exponent = '0'] = found;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const point = Number(exponent) + digits.length - fraction.length;
  if (digits && Math.abs(point - 1) > 60) return unsupported('number');
  const integral = digits.slice(0, Math.max(point, 0)).padEnd(digits ? point : 0, '0') || '0';
  const rest = ('0'.repeat(Math.max(-point, 0)) + digits.slice(Math.max(point, 0))).replace(/0+$/, '');
  return (sign === '-' ? '-' : '') + (rest ? `${integral}.${rest}` : integral);
}

function plain(value: Json | undefined): string {
  return typeof value === 'object' || value === undefined ? unsupported('shape') : String(value);
}

function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : unsupported('shape');
}

function list(value: Json): Json[] {
  return Array.isArray(value) ? value : unsupported('shape');
}

function only(value: JsonObject, kept: readonly string[]): JsonObject {
  return Object.fromEntries(kept.map((name) => [name, value[name]]));
}

function without(value: JsonObject, left: readonly string[]): JsonObject {
  return only(value, Object.keys(value).filter((name) => !left.includes(name)));
}

function sorted(texts: string[]): string {
  return texts.sort(byCodePoint).join('');
}

function byCodePoint(first: string, second: string): number {
  const [a, b] = [[...first], [...second]];
  const at = a.findIndex((character, index) => character !== b[index]);
  if (at < 0) return a.length - b.length;
  return (a[at].codePointAt(0) ?? 0) - (b[at]?.codePointAt(0) ?? -1);
}

function unsupported(reason: string): never {
  return refuse('EPCIS_HASH_UNSUPPORTED', '', { reason });
}
