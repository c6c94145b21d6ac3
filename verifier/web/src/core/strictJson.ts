// Strict JSON, the front door before anything else reads (protocol/README §2).
//
// The reader is written out because JSON.parse forgets what has to be refused: names that occur twice, fractions, -0,
// integers that a double rounds. Objects have no prototype, so that a name like __proto__ is a name like any other.

import { FilieraError, refuse, type Values } from './errors.ts';
import { MAX_INTEGER, MAX_NUMBER, RECORD_LIMITS, type Limits } from './limits.ts';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null|NaN|-?Infinity/y;
const ESCAPED: Readonly<Record<string, string>> = {
  '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t',
};
const WORDS = new Map<string, Json>([['true', true], ['false', false], ['null', null]]);

/** Read exactly one value; throws JSON_* as protocol/vocabulary/codes/format.json lists them. */
export function parseJson(data: Uint8Array, limits: Limits = RECORD_LIMITS): Json {
  if (data.length > limits.maxBytes) refuse('JSON_TOO_LARGE', '', { limit: limits.maxBytes });
  const text = decodeUtf8(data);
  ensureShallow(text, limits.maxDepth);
  return new Reader(text, limits).document();
}

/** As `parseJson`, for what has to be an object: JSON_NOT_OBJECT otherwise. */
export function parseObject(data: Uint8Array, limits: Limits = RECORD_LIMITS): JsonObject {
  const value = parseJson(data, limits);
  return isObject(value) ? value : refuse('JSON_NOT_OBJECT');
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A new object without prototype. */
export function emptyObject(): JsonObject {
  return Object.create(null) as JsonObject;
}

/** Whether two values are the same JSON: names in any order, numbers by value. */
export function sameJson(first: Json | undefined, second: Json | undefined): boolean {
  if (first === second) return true;
  if (Array.isArray(first) && Array.isArray(second)) {
    return first.length === second.length && first.every((each, index) => sameJson(each, second[index]));
  }
  if (!isObject(first) || !isObject(second)) return false;
  const names = Object.keys(first);
  return names.length === Object.keys(second).length && names.every((name) => name in second && sameJson(first[name], second[name]));
}

/** Text of valid UTF-8 without byte order mark; JSON_NOT_UTF8 with the offset of the first byte that is not. */
export function decodeUtf8(data: Uint8Array): string {
  if (data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf) refuse('JSON_NOT_UTF8', '', { offset: 0 });
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return refuse('JSON_NOT_UTF8', '', { offset: firstInvalid(data) });
  }
}

function firstInvalid(data: Uint8Array): number {
  let sound = 0;
  let broken = data.length + 1;
  while (broken - sound > 1) {
    const middle = (sound + broken) >> 1;
    if (middle <= data.length && beginsUtf8(data.subarray(0, middle))) sound = middle;
    else broken = middle;
  }
  return Math.min(sound, data.length - 1);
}

function beginsUtf8(data: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(data, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Bound the nesting before anything recurses; brackets inside strings do not count. */
function ensureShallow(text: string, limit: number): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === 0x22) at = endOfString(text, at + 1);
    else if (character === 0x5b || character === 0x7b) {
      if (++depth > limit) refuse('JSON_TOO_DEEP', '', { limit });
    } else if (character === 0x5d || character === 0x7d) depth--;
  }
}

/** The index of the quotation mark that ends a string whose first character is at `at`; the length if none does. */
function endOfString(text: string, at: number): number {
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text.length;
    let slashes = 0;
    while (quote - slashes > at && text[quote - slashes - 1] === '\\') slashes++;
    if (slashes % 2 === 0) return quote;
    at = quote + 1;
  }
}

/** One pass over the text by recursive descent; the depth has been bounded. What the limits refuse is kept till the end,
 *  so that text which is no JSON at all is called that. */
class Reader {
  private readonly text: string;
  private readonly limits: Limits;
  private at = 0;
  private items = 0;
  private refused: FilieraError | undefined;

  constructor(text: string, limits: Limits) {
    this.text = text;
    this.limits = limits;
  }

  document(): Json {
    this.space();
    const value = this.value();
    this.space();
    if (this.at < this.text.length) this.malformed();
    if (this.refused) throw this.refused;
    return value;
  }

  private value(): Json {
    if (++this.items > this.limits.maxItems) this.note('JSON_TOO_MANY_ITEMS', { limit: this.limits.maxItems });
    switch (this.text[this.at]) {
      case '{':
        return this.object();
      case '[':
        return this.array();
      case '"':
        return this.string();
      default:
        return this.scalar();
    }
  }

  private object(): JsonObject {
    const found = emptyObject();
    if (this.opens('}')) return found;
    let twice: string | undefined;
    do {
      this.space();
      if (this.text[this.at] !== '"') this.malformed();
      const name = this.string();
      this.space();
      if (this.text[this.at] !== ':') this.malformed();
      this.at++;
      this.space();
      if (name in found) twice ??= name;
      found[name] = this.value();
    } while (this.goesOn('}'));
    if (twice !== undefined) refuse('JSON_DUPLICATE_NAME', '', { name: twice.slice(0, 80) });
    return found;
  }

  private array(): Json[] {
    const found: Json[] = [];
    if (this.opens(']')) return found;
    do {
      this.space();
      found.push(this.value());
    } while (this.goesOn(']'));
    return found;
  }

  /** Step over an opening bracket; whether the closing one follows at once, which is stepped over too. */
  private opens(end: string): boolean {
    this.at++;
    this.space();
    if (this.text[this.at] !== end) return false;
    this.at++;
    return true;
  }

  private goesOn(end: string): boolean {
    this.space();
    const mark = this.text[this.at];
    if (mark !== ',' && mark !== end) this.malformed();
    this.at++;
    return mark === ',';
  }

  private string(): string {
    const start = this.at + 1;
    const end = endOfString(this.text, start);
    if (end >= this.text.length) this.malformed();
    const raw = this.text.slice(start, end);
    // eslint-disable-next-line no-control-regex
    if (/[\u0000-\u001f]/.test(raw)) this.malformed(start);
    this.at = end + 1;
    const text = raw.includes('\\') ? this.unescape(raw, start) : raw;
    this.holdText(text);
    return text;
  }

  private unescape(raw: string, start: number): string {
    return raw.replace(/\\(?:u([0-9a-fA-F]{4})|([^]))/g, (whole: string, code: string | undefined, letter: string, at: number) => {
      if (code !== undefined) return String.fromCharCode(parseInt(code, 16));
      return Object.hasOwn(ESCAPED, letter) ? ESCAPED[letter] : this.malformed(start + at + whole.length - 1);
    });
  }

  private holdText(text: string): void {
    const { maxString, foreign } = this.limits;
    if (text.length > maxString && [...text].length > maxString) this.note('JSON_STRING_TOO_LONG', { limit: maxString });
    if (!foreign && text.includes('\0')) this.note('JSON_NUL');
    if (/\p{Surrogate}/u.test(text)) this.note('JSON_SURROGATE');
  }

  private scalar(): Json {
    const word = this.match(WORD)?.[0];
    if (word !== undefined) {
      const value = WORDS.get(word);
      return value === undefined ? refuse('JSON_NUMBER_REFUSED', '', { number: word }) : value;
    }
    const number = this.match(NUMBER) ?? this.malformed();
    return number[1] === undefined && number[2] === undefined ? this.integer(number[0]) : this.fraction(number[0]);
  }

  private integer(text: string): number {
    const most = this.limits.maxInteger;
    const exact = text.length > MAX_NUMBER ? undefined : BigInt(text);
    if (exact === undefined || exact > most || -exact > most) refuse('JSON_INTEGER_RANGE');
    if (text === '-0' && !this.limits.foreign) refuse('JSON_NUMBER_REFUSED', '', { number: text });
    // A bigint appears only where the limits of a caller admit it, who then expects it.
    return exact > MAX_INTEGER || -exact > MAX_INTEGER ? (exact as unknown as number) : Number(text);
  }

  private fraction(text: string): number {
    const number = Number(text);
    if (!this.limits.foreign || text.length > MAX_NUMBER || !Number.isFinite(number)) {
      refuse('JSON_NUMBER_REFUSED', '', { number: text.slice(0, MAX_NUMBER) });
    }
    return number;
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text) ?? undefined;
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  private space(): void {
    for (;;) {
      const character = this.text.charCodeAt(this.at);
      if (character !== 0x20 && character !== 0x0a && character !== 0x0d && character !== 0x09) return;
      this.at++;
    }
  }

  private note(code: string, values: Values = {}): void {
    this.refused ??= new FilieraError(code, '', values);
  }

  private malformed(offset = this.at): never {
    return refuse('JSON_MALFORMED', '', { offset });
  }
}
