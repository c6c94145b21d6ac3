// base64url with exactly one spelling (protocol/README §2).

import { refuse } from './errors.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const REFUSED = 255;
const VALUES = new Uint8Array(128).fill(REFUSED);
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/** Bytes of `text`; BASE64URL_MALFORMED for padding, another alphabet, a length of 4n + 1, or bits behind the last byte. */
export function decode(text: string, place = ''): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let held = 0;
  let bits = 0;
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index);
    const value = character < VALUES.length ? VALUES[character] : REFUSED;
    if (value === REFUSED) refuse('BASE64URL_MALFORMED', place);
    held = (held << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  if (bits === 6 || held) refuse('BASE64URL_MALFORMED', place);
  return bytes;
}

export function encode(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 6; held &= (1 << bits) - 1) {
      bits -= 6;
      text += ALPHABET[held >> bits];
    }
  }
  return bits ? text + ALPHABET[held << (6 - bits)] : text;
}

/** Bytes of standard base64 with padding, in its one spelling (RFC 4648 §4); undefined for anything else. */
export function decodePadded(text: string): Uint8Array | undefined {
  if (text.length % 4 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bare = text.replace(/=+$/, '').replace(/\+/g, '-').replace(/\//g, '_');
  try {
    return decode(bare);
  } catch {
    return undefined;
  }
}

/** Standard base64 with padding (RFC 4648 §4). */
export function encodePadded(bytes: Uint8Array): string {
  const text = encode(bytes).replace(/-/g, '+').replace(/_/g, '/');
  return text + '='.repeat(-text.length & 3);
}
