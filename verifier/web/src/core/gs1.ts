// GS1 keys and GS1 Digital Link URIs (syntax 1.4, uncompressed): check digits, one canonical form, strict escapes.

import { refuse } from './errors.ts';

export const GS1_STEM = 'https://id.gs1.org';
const MAX_LINK = 2048;

/** Characters of set 82 and 39 of the GS1 General Specifications. */
const X = '[!"%&\'()*+,\\-./0-9:;<=>?A-Z_a-z]';
const Y = '[#\\-/0-9A-Z]';
const DATE = '[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])';

/** Primary keys with their qualifiers in the only order that the standard allows. */
const QUALIFIERS = new Map(
  Object.entries({
    '00': '', '01': '22 235 10 21', '253': '', '255': '', '401': '', '402': '', '414': '254 7040', '415': '8020', '417': '7040',
    '8003': '', '8004': '7040', '8006': '22 10 21', '8010': '8011', '8013': '', '8017': '8019', '8018': '8019',
  }).map(([key, qualifiers]) => [key, qualifiers ? qualifiers.split(' ') : []] as const),
);
/** Qualifiers that exclude each other. */
const EXCLUSIVE = [['22', '235'], ['254', '7040']];
/** Keys that as attributes only describe a trade item or a party. */
const DESCRIBING = ['414', '415', '417'];

/** The form of a value, and the application identifiers that have it (General Specifications, section 3). */
const FORMS: readonly (readonly [string, string])[] = [
  ['[0-9]{18}', '00 8006 8017 8018'],
  ['[0-9]{17}', '402'],
  ['[0-9]{14}', '01 02'],
  ['[0-9]{13}', '410 411 412 413 414 415 416 417'],
  [`[0-9]{13}${X}{0,17}`, '253'],
  ['[0-9]{13}[0-9]{0,12}', '255'],
  [DATE, '11 12 13 15 16 17'],
  [`${DATE}[0-9]{4}`, '7003'],
  ['[0-9]{2}', '20'],
  ['[0-9]{3}', '422 424 426'],
  ['([0-9]{3}){1,5}', '423 425'],
  [`[0-9]{3}${X}{1,9}`, '421'],
  ['[0-9]{6}', measures()],
  ['[0-9]{1,6}', '242'],
  ['[0-9]{1,8}', '30 37'],
  ['[0-9]{1,10}', '8019'],
  ['[0-9]{8}([0-9]{2}){0,2}', '8008'],
  ['(0|[1-9][0-9]{0,11})', '8011'],
  [`[0-9]${X}{3}`, '7040'],
  [`0[0-9]{13}${X}{0,16}`, '8003'],
  [`${X}{1,20}`, '10 21 22 243 254 420'],
  [`${X}{1,25}`, '8013 8020'],
  [`${X}{1,28}`, '235'],
  [`${X}{1,30}`, '240 241 250 251 400 401 403 8004'],
  [`${X}{1,70}`, '8200'],
  [`${X}{1,90}`, '91 92 93 94 95 96 97 98 99'],
  [`${Y}{1,30}`, '8010'],
];
const FORM_OF = new Map(FORMS.flatMap(([form, ais]) => ais.split(' ').map((ai) => [ai, new RegExp(`^${form}$`)] as const)));
/** How many leading digits end in a check digit. */
const CHECKED: readonly (readonly [number, string])[] = [
  [13, '410 411 412 413 414 415 416 417 253 255'],
  [14, '01 02 8003 8006'],
  [17, '402'],
  [18, '00 8017 8018'],
];
const CHECKED_OF = new Map(CHECKED.flatMap(([digits, ais]) => ais.split(' ').map((ai) => [ai, digits] as const)));
const LINK = /^(https?):\/\/([A-Za-z0-9.-]+(?::[0-9]{1,5})?)(\/[^?#]*)(?:\?([^#]*))?$/i;
const URI_CHARACTERS = /^[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%-]*$/;

/** An application identifier with its value. */
export type Pair = readonly [string, string];

/** A parsed link: `path` holds key and qualifiers, `query` the attributes sorted by identifier. */
export interface DigitalLink {
  readonly stem: string;
  readonly path: readonly Pair[];
  readonly query: readonly Pair[];
}

/** The modulo-10 check digit for the digits before it, weights 3 and 1 from the right. */
export function checkDigit(digits: string): string {
  const total = [...digits].reverse().reduce((sum, digit, index) => sum + Number(digit) * (index % 2 ? 1 : 3), 0);
  return String((10 - (total % 10)) % 10);
}

/** Read an uncompressed GS1 Digital Link; GTINs come back with 14 digits.
 *  DIGITAL_LINK_FORM, DIGITAL_LINK_ORDER, GS1_VALUE_FORM, CHECK_DIGIT_WRONG, GS1_AI_UNKNOWN. */
export function parseDigitalLink(uri: string): DigitalLink {
  const found = uri.length <= MAX_LINK && URI_CHARACTERS.test(uri) ? LINK.exec(uri) : null;
  if (!found) noLink(uri);
  const segments = found[3].slice(1).split('/');
  const start = findKey(segments, uri);
  const path: Pair[] = [];
  for (let at = start; at < segments.length; at += 2) path.push([segments[at], normal(segments[at], unescape(segments[at + 1], uri))]);
  holdOrder(path.map(([ai]) => ai));
  const stem = [`${found[1].toLowerCase()}://${found[2].toLowerCase()}`, ...segments.slice(0, start)].join('/');
  return { stem, path, query: readQuery(found[4] ?? '', path, uri) };
}

/** The canonical link of application identifiers in any order, on any web stem; DIGITAL_LINK_KEY unless exactly one is a
 *  primary key, DIGITAL_LINK_FORM, and the codes of values. */
export function buildDigitalLink(stem: string, ais: Iterable<Pair>): string {
  const values = new Map<string, string>();
  for (const [ai, value] of ais) {
    if (values.has(ai)) refuse('DIGITAL_LINK_FORM', '', { value: `(${ai})` });
    values.set(ai, normal(ai, value));
  }
  const key = primaryKey([...values.keys()]);
  const order = [key, ...QUALIFIERS.get(key)!.filter((ai) => values.has(ai))];
  const path = order.map((ai) => `/${ai}/${escape(values.get(ai)!)}`).join('');
  const rest = [...values.keys()].filter((ai) => !order.includes(ai)).sort();
  const query = rest.map((ai) => `${ai}=${escape(values.get(ai)!)}`).join('&');
  const link = stem.replace(/\/+$/, '') + path + (query && `?${query}`);
  return link.length <= MAX_LINK && LINK.test(link) ? link : noLink(link);
}

/** The same thing on `https://id.gs1.org`, in the one spelling that is compared. */
export function canonicalLink(link: DigitalLink): string {
  return buildDigitalLink(GS1_STEM, [...link.path, ...link.query]);
}

function measures(): string {
  const ranges = [[310, 316], [320, 337], [340, 357], [360, 369]];
  const stems = ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index));
  return stems.flatMap((stem) => [0, 1, 2, 3, 4, 5].map((point) => `${stem}${point}`)).join(' ');
}

/** Where the leftmost run of key, value, qualifier, value … to the end of the path begins. */
function findKey(segments: readonly string[], uri: string): number {
  const start = segments.findIndex((segment, index) => {
    const names = segments.slice(index).filter((_, at) => at % 2 === 0);
    return QUALIFIERS.has(segment) && (segments.length - index) % 2 === 0 && names.every((ai) => FORM_OF.has(ai));
  });
  return start < 0 ? noLink(uri) : start;
}

function holdOrder(path: readonly string[]): void {
  const places = path.slice(1).map((ai) => QUALIFIERS.get(path[0])!.indexOf(ai));
  const ascending = places.every((place, index) => place > (index ? places[index - 1] : -1));
  const exclusive = EXCLUSIVE.some((pair) => pair.every((ai) => path.includes(ai)));
  if (!ascending || exclusive) refuse('DIGITAL_LINK_ORDER', '', { value: path.join('/') });
}

/** Names made of digits are application identifiers; others belong to the resolver. */
function readQuery(query: string, path: readonly Pair[], uri: string): Pair[] {
  const found = new Map<string, string>();
  for (const part of query.split(/[&;]/)) {
    const [ai, ...value] = part.split('=');
    if (!/^[0-9]+$/.test(ai)) continue;
    if (!value.length || found.has(ai) || path.some(([other]) => other === ai)) noLink(uri);
    found.set(ai, normal(ai, unescape(value.join('='), uri)));
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

function primaryKey(ais: readonly string[]): string {
  const keys = ais.filter((ai) => QUALIFIERS.has(ai));
  const identifying = keys.filter((ai) => !DESCRIBING.includes(ai));
  const candidates = identifying.length ? identifying : keys;
  return candidates.length === 1 ? candidates[0] : refuse('DIGITAL_LINK_KEY', '', { value: (candidates.length ? candidates : ais).join(', ') });
}

/** A value in its one form; a GTIN of 8, 12 or 13 digits becomes one of 14. */
function normal(ai: string, value: string): string {
  const place = `(${ai})`;
  const form = FORM_OF.get(ai) ?? refuse('GS1_AI_UNKNOWN', place, { ai });
  const text = ai === '01' && /^([0-9]{8}|[0-9]{12,13})$/.test(value) ? value.padStart(14, '0') : value;
  if (!form.test(text)) refuse('GS1_VALUE_FORM', place, { ai, value: value.slice(0, 40) });
  const digits = text.slice(0, CHECKED_OF.get(ai) ?? 0);
  const right = digits && checkDigit(digits.slice(0, -1));
  if (right !== digits.slice(-1)) refuse('CHECK_DIGIT_WRONG', place, { value: digits, right });
  return text;
}

/** Percent-decode; a lone `%` or a byte outside ASCII is no value of any application identifier. */
function unescape(value: string, uri: string): string {
  return value.replace(/%([0-9A-Fa-f]{2})?/g, (_, code: string | undefined) => {
    const byte = code === undefined ? 0xff : parseInt(code, 16);
    return byte > 0x7e ? noLink(uri) : String.fromCharCode(byte);
  });
}

/** RFC 3986 escapes in upper case, and only where needed. */
function escape(value: string): string {
  return value.replace(/[^A-Za-z0-9._~-]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

function noLink(uri: string): never {
  return refuse('DIGITAL_LINK_FORM', '', { value: uri.slice(0, 100) });
}
