// SHA-256 and the tagged hashes of protocol/README §3, §8, §10 and §11.

import { sha256 as digest } from '@noble/hashes/sha2.js';

import { compare, concat, equal, utf8 } from './bytes.ts';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  return digest(parts.length === 1 ? parts[0] : concat(...parts));
}

/** SHA-256(0x00 ‖ entry): the leaf of RFC 9162; an entry of our log is a record digest. */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(LEAF, entry);
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE, left, right);
}

/** SHA-256 of the origin line without its end. */
export function logId(origin: string): Uint8Array {
  return sha256(utf8(origin));
}

/** SHA-256 of the canonical identifier (§11). */
export function passportId(identifier: string): Uint8Array {
  return sha256(utf8(identifier));
}

/** SHA-256("filiera-graph/1" ‖ the sorted distinct record digests) (§10). */
export function graphDigest(digests: Iterable<Uint8Array>): Uint8Array {
  const sorted = [...digests].sort(compare);
  const distinct = sorted.filter((each, index) => index === 0 || !equal(each, sorted[index - 1]));
  return sha256(utf8('filiera-graph/1'), ...distinct);
}

/** Leaf of a batch of passports: SHA-256(0x00 ‖ passport id ‖ passport digest) (§11). */
export function batchLeaf(passport: Uint8Array, digest: Uint8Array): Uint8Array {
  return leafHash(concat(passport, digest));
}
