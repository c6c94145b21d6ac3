// Content addresses: CIDv1, sha2-256, and the UnixFS profile by which a file gets one (protocol/README §1).

import { sha512 } from '@noble/hashes/sha2.js';

import { decode as decodeBase58, encode as encodeBase58 } from './base58.ts';
import { concat, equal } from './bytes.ts';
import { encodeFile, readVarint, type FileLink } from './dagPb.ts';
import { refuse } from './errors.ts';
import { sha256 } from './hashing.ts';

export const RAW = 0x55;
export const DAG_PB = 0x70;
const CHUNK = 262_144;
const MAX_LINKS = 174;
/** One block of anybody: what IPFS peers pass on at most. */
const MAX_BLOCK = 2_097_152;
const MAX_FOREIGN = 128;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const [IDENTITY, SHA2_256, SHA2_512] = [0x00, 0x12, 0x13];
const DIGEST_BYTES = new Map([[SHA2_256, 32], [SHA2_512, 64]]);

interface Address {
  readonly codec: number;
  readonly hash: number;
  readonly digest: Uint8Array;
}

/** The address of one block from its SHA-256: 36 bytes. */
export function cidOf(codec: typeof RAW | typeof DAG_PB, digest: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(1, codec, SHA2_256, digest.length), digest);
}

/** Read the one form that we make, CIDv1 in base32, raw or dag-pb, sha2-256; CID_MALFORMED for anything else. */
export function parseCid(text: string): Uint8Array {
  const cid = /^b[a-z2-7]{58}$/.test(text) ? decodeBase32(text.slice(1)) : malformed();
  const ours = cid[0] === 1 && (cid[1] === RAW || cid[1] === DAG_PB) && cid[2] === SHA2_256 && cid[3] === 32;
  return ours && cid.length === 36 ? cid : malformed();
}

/** Read an address that others may have written: CIDv0 (as 34 bytes), or CIDv1 in base32 or base58btc, any codec. */
export function parseForeignCid(text: string): Uint8Array {
  if (text.length > MAX_FOREIGN) malformed();
  const v0 = text.startsWith('Qm');
  const cid = v0 ? base58(text) : text.startsWith('z') ? base58(text.slice(1)) : /^b[a-z2-7]*$/.test(text) ? decodeBase32(text.slice(1)) : malformed();
  if (v0 !== isVersion0(cid)) malformed();
  readAddress(cid);
  return cid;
}

export function formatCid(cid: Uint8Array): string {
  return isVersion0(cid) && cid.length === 34 ? encodeBase58(cid) : `b${encodeBase32(cid)}`;
}

/** The codec of an address; CID_MALFORMED, CID_UNSUPPORTED for unknown hash functions. */
export function codecOf(cid: Uint8Array): number {
  return readAddress(cid).codec;
}

/** Hold a block against its address: BLOCK_MISMATCH. Addresses of others may be sha2-512 or hold the bytes themselves. */
export function checkBlock(cid: Uint8Array, block: Uint8Array): void {
  const { hash, digest } = readAddress(cid);
  if (block.length > MAX_BLOCK) refuse('BLOCK_TOO_LARGE', 'block', { limit: MAX_BLOCK });
  const found = hash === IDENTITY ? block : hash === SHA2_256 ? sha256(block) : sha512(block);
  if (!equal(found, digest)) refuse('BLOCK_MISMATCH', 'block', { cid: formatCid(cid) });
}

/** The address of a file in memory: raw leaves, a balanced tree of full nodes. */
export function cidOfBytes(data: Uint8Array): string {
  const count = Math.max(1, Math.ceil(data.length / CHUNK));
  let level: FileLink[] = Array.from({ length: count }, (_, index) => {
    const chunk = data.subarray(index * CHUNK, (index + 1) * CHUNK);
    return { cid: cidOf(RAW, sha256(chunk)), part: chunk.length, total: chunk.length };
  });
  while (level.length > 1) {
    const nodes = Math.ceil(level.length / MAX_LINKS);
    level = Array.from({ length: nodes }, (_, index) => nodeOver(level.slice(index * MAX_LINKS, (index + 1) * MAX_LINKS)));
  }
  return formatCid(level[0].cid);
}

function nodeOver(links: readonly FileLink[]): FileLink {
  const block = encodeFile(links);
  const sum = (name: 'part' | 'total'): number => links.reduce((all, link) => all + link[name], 0);
  return { cid: cidOf(DAG_PB, sha256(block)), part: sum('part'), total: block.length + sum('total') };
}

function readAddress(cid: Uint8Array): Address {
  const v0 = isVersion0(cid);
  if (!v0 && cid[0] !== 1) malformed();
  const [codec, afterCodec] = v0 ? [DAG_PB, 0] : number(cid, 1);
  const [hash, afterHash] = number(cid, afterCodec);
  const [size, start] = number(cid, afterHash);
  if (hash !== IDENTITY && !DIGEST_BYTES.has(hash)) refuse('CID_UNSUPPORTED', 'cid');
  if (size !== (DIGEST_BYTES.get(hash) ?? size) || size > MAX_FOREIGN || start + size !== cid.length) malformed();
  return { codec, hash, digest: cid.slice(start) };
}

function isVersion0(cid: Uint8Array): boolean {
  return cid[0] === SHA2_256 && cid[1] === 32;
}

function number(cid: Uint8Array, start: number): [number, number] {
  return readVarint(cid, start) ?? malformed();
}

function base58(text: string): Uint8Array {
  try {
    return decodeBase58(text);
  } catch {
    return malformed();
  }
}

/** Bits behind the last byte have to be 0 and fewer than a character: one text for one address. */
function decodeBase32(text: string): Uint8Array {
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const character of text) {
    held = (held << 5) | BASE32.indexOf(character);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push(held >> bits);
    held &= (1 << bits) - 1;
  }
  return bits >= 5 || held ? malformed() : Uint8Array.from(bytes);
}

function encodeBase32(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; held &= (1 << bits) - 1) {
      bits -= 5;
      text += BASE32[held >> bits];
    }
  }
  return bits ? text + BASE32[held << (5 - bits)] : text;
}

function malformed(): never {
  return refuse('CID_MALFORMED', 'cid');
}
