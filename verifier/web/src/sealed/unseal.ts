// A sealed paper (protocol/sealing.py): "filiera-sealed/1" and a newline ‖ 7 bytes prefix ‖ chunks of AES-256-GCM, nonce =
// prefix ‖ uint32 number ‖ 01 for the last chunk, 00 for others, additional data = what stands before chunk 0. In clear:
// uint64 length ‖ the paper ‖ zeros up to the size class.

import { bigEndian, concat, equal, toInteger, utf8 } from '../core/bytes.ts';
import { refuse } from '../core/errors.ts';
import { contentKey, decrypt } from './crypto.ts';

const MAGIC = utf8('filiera-sealed/1\n');
const HEADER = MAGIC.length + 7;
const [CHUNK, TAG, LENGTH, SMALLEST] = [65_536, 16, 8, 4096];

export function isSealed(data: Uint8Array): boolean {
  return equal(data.subarray(0, MAGIC.length), MAGIC);
}

/** The paper; SEALED_MALFORMED, or SEALED_ALTERED (wrong key, altered, cut off or continued). */
export async function unseal(sealed: Uint8Array, rawKey: Uint8Array): Promise<Uint8Array> {
  const header = sealed.subarray(0, HEADER);
  if (header.length !== HEADER || !isSealed(header)) refuse('SEALED_MALFORMED', 'header');
  const key = await contentKey(rawKey);
  const parts: Uint8Array[] = [];
  for (let start = HEADER, number = 0; start < sealed.length; start += CHUNK + TAG, number++) {
    const chunk = sealed.subarray(start, start + CHUNK + TAG);
    const last = start + chunk.length === sealed.length;
    const nonce = concat(header.subarray(MAGIC.length), bigEndian(number, 4), Uint8Array.of(Number(last)));
    parts.push((await decrypt(key, nonce, chunk, header)) ?? refuse('SEALED_ALTERED', 'chunk', { number }));
  }
  return unpadded(concat(...parts));
}

function unpadded(clear: Uint8Array): Uint8Array {
  const length = clear.length < LENGTH ? Number.NaN : Number(toInteger(clear.subarray(0, LENGTH)));
  if (clear.length !== sizeClass(LENGTH + length)) refuse('SEALED_MALFORMED', 'length');
  if (clear.subarray(LENGTH + length).some(Boolean)) refuse('SEALED_MALFORMED', 'padding');
  return clear.slice(LENGTH, LENGTH + length);
}

/** The bytes that hold `length` bytes (Padmé, PURBs 2019). */
function sizeClass(length: number): number {
  if (length <= SMALLEST) return SMALLEST;
  const bits = (value: number): number => value.toString(2).length;
  const exponent = bits(length) - 1;
  const step = 2 ** (exponent - bits(exponent));
  return Math.ceil(length / step) * step;
}
