// Heads of the log: what is anchored on the ledger, and the public blocks behind it (protocol/README §8).

import { bigEndian, compare, concat, equal, toInteger, utf8 } from './bytes.ts';
import { refuse } from './errors.ts';
import { leafHash, sha256 } from './hashing.ts';
import { root } from './merkle.ts';

const HEAD_TAG = utf8('anchor-head/1');
const SHUFFLE_TAG = utf8('filiera-shuffle/1');
const MANIFEST_TAG = utf8('filiera-manifest/1\n');
const AFFECTED_TAG = utf8('filiera-affected/1\n');
const MAX_MANIFEST = 1 << 20;
const WORD = 32;
/** CIDv1, raw codec, sha2-256 of 32 bytes: the address of a block follows from its digest. */
const RAW_CID = Uint8Array.of(0x01, 0x55, 0x12, 0x20);
const ITEM = WORD + RAW_CID.length + WORD;

/** One anchored state of a log; `seq` from 1, `prev` the hash of the head before, zero for the first. */
export interface Head {
  readonly logId: Uint8Array;
  readonly seq: number | bigint;
  readonly prev: Uint8Array;
  readonly root: Uint8Array;
  readonly size: number | bigint;
  readonly manifest: Uint8Array;
}

/** What a head added, and the list of affected records as of it. */
export interface Manifest {
  readonly affectedRoot: Uint8Array;
  readonly affectedSha256: Uint8Array;
  readonly records: readonly Uint8Array[];
}

/** The hash of a head, bound to one chain and one contract address of 20 bytes. */
export function headHash(head: Head, chainId: number | bigint, contract: Uint8Array): Uint8Array {
  const words = [9 * WORD, chainId, contract, head.logId, head.seq, head.prev, head.root, head.size, head.manifest, HEAD_TAG.length];
  return sha256(...words.map(word), concat(HEAD_TAG, new Uint8Array(WORD - HEAD_TAG.length)));
}

/** The order of a head's records in the tree, fixed by their digests. */
export function orderLeaves(prev: Uint8Array, digests: Iterable<Uint8Array>): Uint8Array[] {
  const keyed = [...digests].map((digest) => ({ digest, key: sha256(SHUFFLE_TAG, prev, digest) }));
  return keyed.sort((a, b) => compare(a.key, b.key)).map(({ digest }) => digest);
}

/** Read a manifest; MANIFEST_MALFORMED unless it is the one encoding of what it says. */
export function parseManifest(block: Uint8Array): Manifest {
  const cid = MANIFEST_TAG.length + WORD;
  const count = cid + RAW_CID.length + WORD;
  const items = count + 4;
  const size = items + Number(toInteger(block.slice(count, items))) * ITEM;
  if (block.length > MAX_MANIFEST || block.length < items || block.length !== size) malformed('size');
  if (!begins(block, MANIFEST_TAG) || !begins(block.slice(cid), RAW_CID)) malformed('header');
  const entries = chunks(block.slice(items), ITEM);
  const records = entries.map((entry) => entry.slice(0, WORD));
  if (entries.some((entry, index) => !equal(entry.slice(WORD), concat(RAW_CID, records[index])))) malformed('cid');
  if (!ascending(records)) malformed('order');
  return { affectedRoot: block.slice(MANIFEST_TAG.length, cid), affectedSha256: block.slice(cid + RAW_CID.length, count), records };
}

/** The affected records of the list that a manifest names; AFFECTED_MALFORMED or AFFECTED_MISMATCH. */
export function parseAffected(block: Uint8Array, manifest: Manifest): Uint8Array[] {
  const digests = chunks(block.slice(AFFECTED_TAG.length), WORD);
  if (!begins(block, AFFECTED_TAG) || digests.some((each) => each.length !== WORD) || !ascending(digests)) refuse('AFFECTED_MALFORMED');
  const sound = equal(sha256(block), manifest.affectedSha256) && equal(affectedRoot(digests), manifest.affectedRoot);
  return sound ? digests : refuse('AFFECTED_MISMATCH');
}

/** The tree hash over affected records as entries. */
export function affectedRoot(digests: readonly Uint8Array[]): Uint8Array {
  return root(digests.map(leafHash));
}

/** The block that lists all affected records so far. */
export function affectedBlock(digests: Iterable<Uint8Array>): Uint8Array {
  return concat(AFFECTED_TAG, ...distinct(digests));
}

/** The public block of a head that adds `records`; MANIFEST_MALFORMED if it would be too large. */
export function manifestBlock(records: readonly Uint8Array[], affected: Iterable<Uint8Array>): Uint8Array {
  const listed = distinct(affected);
  const block = concat(
    MANIFEST_TAG,
    affectedRoot(listed),
    RAW_CID,
    sha256(affectedBlock(listed)),
    bigEndian(records.length, 4),
    ...[...records].sort(compare).flatMap((digest) => [digest, RAW_CID, digest]),
  );
  return block.length > MAX_MANIFEST ? malformed('size') : block;
}

function word(value: number | bigint | Uint8Array): Uint8Array {
  return value instanceof Uint8Array ? concat(new Uint8Array(WORD - value.length), value) : bigEndian(value, WORD);
}

function distinct(digests: Iterable<Uint8Array>): Uint8Array[] {
  return [...digests].sort(compare).filter((each, index, all) => index === 0 || !equal(each, all[index - 1]));
}

function ascending(digests: readonly Uint8Array[]): boolean {
  return digests.every((each, index) => index === 0 || compare(digests[index - 1], each) < 0);
}

function begins(bytes: Uint8Array, start: Uint8Array): boolean {
  return equal(bytes.slice(0, start.length), start);
}

function chunks(bytes: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, index) => bytes.slice(index * length, (index + 1) * length));
}

function malformed(reason: string): never {
  return refuse('MANIFEST_MALFORMED', '', { reason });
}
