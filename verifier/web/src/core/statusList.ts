// Bitstring Status List v1.0 (W3C; protocol/README §21): multibase `u` of a GZIP file of the bits, bit 0 the leftmost.
//
// The file has one member, no optional header fields and nothing behind it, so that there is one reading of one text.

import { decode } from './base64url.ts';
import { FilieraError, refuse } from './errors.ts';
import { inflate, NotDeflated } from './inflate.ts';

const MIN_BITS = 131_072;
const MAX_BITS = 8_388_608;
const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
/** GZIP, deflate, no flags. */
const MAGIC = [0x1f, 0x8b, 0x08, 0x00];
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/** The bits of a list, packed. */
export class StatusList {
  readonly #packed: Uint8Array;

  constructor(packed: Uint8Array) {
    this.#packed = packed;
  }

  get size(): number {
    return this.#packed.length * 8;
  }

  /** STATUS_INDEX_OUTSIDE beyond the list. */
  isSet(index: number): boolean {
    if (index >= this.size) refuse('STATUS_INDEX_OUTSIDE', '/credentialStatus/statusListIndex', { index, size: this.size });
    return (this.#packed[index >> 3] & (0x80 >> (index & 7))) !== 0;
  }
}

/** Read `encodedList`: STATUS_LIST_MALFORMED, STATUS_LIST_LENGTH. */
export function decodeList(text: string, place = ''): StatusList {
  const packed = unpack(text, place);
  const bits = packed ? packed.length * 8 : undefined;
  if (packed && bits! >= MIN_BITS) return new StatusList(packed);
  return refuse('STATUS_LIST_LENGTH', place, { bits: bits ?? `> ${MAX_BITS}`, least: MIN_BITS, most: MAX_BITS });
}

/** Undefined if it is longer than a list may be. */
function unpack(text: string, place: string): Uint8Array | undefined {
  try {
    if (!text.startsWith('u')) refuse('STATUS_LIST_MALFORMED', place);
    const data = decode(text.slice(1), place);
    if (data.length < HEADER_BYTES || MAGIC.some((byte, at) => data[at] !== byte)) refuse('STATUS_LIST_MALFORMED', place);
    const found = inflate(data.subarray(HEADER_BYTES), MAX_BITS / 8);
    if (found && !endsWell(data.subarray(HEADER_BYTES + found.used), found.bytes)) refuse('STATUS_LIST_MALFORMED', place);
    return found?.bytes;
  } catch (error) {
    if (error instanceof FilieraError || error instanceof NotDeflated) return refuse('STATUS_LIST_MALFORMED', place);
    throw error;
  }
}

/** Checksum and length of what was unpacked, and nothing behind them (RFC 1952 §2.3.1). */
function endsWell(trailer: Uint8Array, unpacked: Uint8Array): boolean {
  if (trailer.length !== TRAILER_BYTES) return false;
  const view = new DataView(trailer.buffer, trailer.byteOffset);
  return view.getUint32(0, true) === checksum(unpacked) && view.getUint32(4, true) === unpacked.length;
}

function checksum(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) rest = REMAINDERS[(rest ^ byte) & 0xff] ^ (rest >>> 8);
  return (rest ^ 0xffffffff) >>> 0;
}
