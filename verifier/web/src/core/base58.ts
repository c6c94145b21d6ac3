// base58btc of did:key (multibase `z`).

import { refuse } from './errors.ts';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** Characters: the cost grows with the square of the length, and no key of ours needs half of it. */
const MOST = 128;

/** KEY_MALFORMED for a character outside the alphabet or a text that no key fills. */
export function decode(text: string): Uint8Array {
  if (text.length > MOST) refuse('KEY_MALFORMED');
  const bytes: number[] = [];
  for (const character of text) {
    let carry = ALPHABET.indexOf(character);
    if (carry < 0) refuse('KEY_MALFORMED');
    for (let index = 0; index < bytes.length; index++, carry >>= 8) {
      carry += bytes[index] * 58;
      bytes[index] = carry & 0xff;
    }
    for (; carry; carry >>= 8) bytes.push(carry & 0xff);
  }
  const zeros = /^1*/.exec(text)![0].length;
  return Uint8Array.from([...new Array<number>(zeros).fill(0), ...bytes.reverse()]);
}

export function encode(bytes: Uint8Array): string {
  const digits: number[] = [];
  for (const byte of bytes) {
    let carry = byte;
    for (let index = 0; index < digits.length; index++) {
      carry += digits[index] << 8;
      digits[index] = carry % 58;
      carry = Math.floor(carry / 58);
    }
    for (; carry; carry = Math.floor(carry / 58)) digits.push(carry % 58);
  }
  let zeros = 0;
  while (bytes[zeros] === 0) zeros++;
  return '1'.repeat(zeros) + digits.reverse().map((digit) => ALPHABET[digit]).join('');
}
