// Bytes and their spellings.

import { refuse } from './errors.ts';

const encoder = new TextEncoder();
const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

export function equal(first: Uint8Array, second: Uint8Array): boolean {
  return first.length === second.length && first.every((byte, index) => byte === second[index]);
}

/** Order by unsigned bytes, a prefix first: negative, zero or positive. */
export function compare(first: Uint8Array, second: Uint8Array): number {
  const shared = Math.min(first.length, second.length);
  for (let index = 0; index < shared; index++) {
    const difference = first[index] - second[index];
    if (difference) return difference;
  }
  return first.length - second.length;
}

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += DIGITS[byte];
  return text;
}

/** Bytes of lower case hex without prefix, the one spelling of protocol/README; `code` is thrown for anything else. */
export function fromHex(text: string, code = 'QUESTION_MALFORMED', place = ''): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) refuse(code, place);
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index++) bytes[index] = parseInt(text.slice(2 * index, 2 * index + 2), 16);
  return bytes;
}

/** An unsigned integer as `length` bytes, big-endian; the caller holds the range. */
export function bigEndian(value: number | bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let rest = BigInt(value);
  for (let index = length - 1; index >= 0; index--, rest >>= 8n) bytes[index] = Number(rest & 0xffn);
  return bytes;
}

export function toInteger(bytes: Uint8Array): bigint {
  return BigInt('0x0' + toHex(bytes));
}
