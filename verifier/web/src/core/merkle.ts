// The Merkle tree of RFC 9162 §2.1: roots, proofs and their checks, as protocol/README §8 uses them.
//
// A proof is rebuilt from the shape of the tree: the path from the root to a leaf (or to the end of the old tree) is
// walked down first, so that the number of hashes that a proof must hold is known before any is computed.

import { equal } from './bytes.ts';
import { refuse } from './errors.ts';
import { nodeHash, sha256 } from './hashing.ts';

/** A number of leaves or a place among them; bigint beyond 2^53 − 1. */
export type Size = number | bigint;

/** Sizes are uint64 on the ledger; half of that is more than any log will hold. */
const MOST = 2n ** 63n;
const EMPTY_ROOT = sha256(new Uint8Array());

/** One step down: the sibling left behind is on the left or on the right. */
type Side = 'left' | 'right';

/** Root over leaf hashes; SHA-256("") for none. */
export function root(leaves: readonly Uint8Array[]): Uint8Array {
  return leaves.length ? subtree(leaves, 0, leaves.length) : EMPTY_ROOT;
}

/** Audit path of the leaf at `index`, from the leaf up; PROOF_INDEX. */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  holdIndex(index, leaves.length);
  const path: Uint8Array[] = [];
  for (let start = 0, end = leaves.length; end - start > 1; ) {
    const middle = start + Number(split(BigInt(end - start)));
    if (index < middle) {
      path.unshift(subtree(leaves, middle, end));
      end = middle;
    } else {
      path.unshift(subtree(leaves, start, middle));
      start = middle;
    }
  }
  return path;
}

/** Proof that the tree over the first `size1` leaves is a prefix of the tree over all; PROOF_SIZES. */
export function consistencyProof(leaves: readonly Uint8Array[], size1: number): Uint8Array[] {
  holdSizes(size1, leaves.length);
  let [start, end] = [0, leaves.length];
  const path: Uint8Array[] = [];
  while (end !== size1) {
    const middle = start + Number(split(BigInt(end - start)));
    if (size1 <= middle) {
      path.unshift(subtree(leaves, middle, end));
      end = middle;
    } else {
      path.unshift(subtree(leaves, start, middle));
      start = middle;
    }
  }
  return start ? [subtree(leaves, start, end), ...path] : path;
}

/** Check that the leaf hash stands at `index` in the tree of `size` with `expected` as its root.
 *  PROOF_INDEX, PROOF_MALFORMED (number or length of hashes) or PROOF_MISMATCH. */
export function verifyInclusion(leaf: Uint8Array, index: Size, size: Size, proof: readonly Uint8Array[], expected: Uint8Array): void {
  holdIndex(index, size);
  holdHashes([leaf, expected, ...proof]);
  const sides = descend(BigInt(size), (start, middle) => start + middle <= BigInt(index)).sides;
  if (sides.length !== proof.length) refuse('PROOF_MALFORMED');
  let hash = leaf;
  proof.forEach((sibling, step) => {
    hash = join(sides[sides.length - 1 - step], sibling, hash);
  });
  if (!equal(hash, expected)) refuse('PROOF_MISMATCH', '', { index: String(index), size: String(size) });
}

/** Check that the tree (`size1`, `root1`) is a prefix of (`size2`, `root2`).
 *  PROOF_SIZES (also from size 0: such a proof proves nothing), PROOF_MALFORMED or PROOF_MISMATCH. */
export function verifyConsistency(size1: Size, root1: Uint8Array, size2: Size, root2: Uint8Array, proof: readonly Uint8Array[]): void {
  const [old, all] = [BigInt(size1), BigInt(size2)];
  holdSizes(old, all);
  // Down to the last complete subtree of the old tree, whose end is the end of the old tree.
  const { sides, whole } = descend(all, (start, middle) => start + middle < old, old);
  const needed = sides.length + (whole ? 0 : 1);
  if (proof.length !== needed) refuse('PROOF_MALFORMED');
  if (needed) holdHashes([root1, root2, ...proof]);
  const path = whole ? [root1, ...proof] : proof;
  let [before, after] = [path[0], path[0]];
  path.slice(1).forEach((sibling, step) => {
    const side = sides[sides.length - 1 - step];
    if (side === 'left') before = nodeHash(sibling, before);
    after = join(side, sibling, after);
  });
  if (!equal(before, root1) || !equal(after, root2)) refuse('PROOF_MISMATCH', '', { index: String(size1), size: String(size2) });
}

/** The sides of the siblings from the root down, going right where `right` says so; ends at one leaf, or where the
 *  subtree ends at `stop`. `whole`: nothing was left behind on the left, so the subtree begins at 0. */
function descend(size: bigint, right: (start: bigint, middle: bigint) => boolean, stop?: bigint): { sides: Side[]; whole: boolean } {
  const sides: Side[] = [];
  let [start, end] = [0n, size];
  while (end - start > 1n && end !== stop) {
    const middle = split(end - start);
    const goesRight = right(start, middle);
    sides.push(goesRight ? 'left' : 'right');
    if (goesRight) start += middle;
    else end = start + middle;
  }
  return { sides, whole: start === 0n };
}

function join(side: Side, sibling: Uint8Array, hash: Uint8Array): Uint8Array {
  return side === 'left' ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
}

function subtree(leaves: readonly Uint8Array[], start: number, end: number): Uint8Array {
  if (end - start === 1) return leaves[start];
  const middle = start + Number(split(BigInt(end - start)));
  return nodeHash(subtree(leaves, start, middle), subtree(leaves, middle, end));
}

/** The largest power of two below `width`, which is at least 2. */
function split(width: bigint): bigint {
  return 1n << BigInt((width - 1n).toString(2).length - 1);
}

function holdIndex(index: Size, size: Size): void {
  const [at, all] = [BigInt(index), BigInt(size)];
  if (at < 0n || at >= all || all > MOST) refuse('PROOF_INDEX', '', { index: String(index), size: String(size) });
}

function holdSizes(size1: Size, size2: Size): void {
  const [old, all] = [BigInt(size1), BigInt(size2)];
  if (old <= 0n || old > all || all > MOST) refuse('PROOF_SIZES', '', { size1: String(size1), size2: String(size2) });
}

function holdHashes(hashes: readonly Uint8Array[]): void {
  if (hashes.some((hash) => hash.length !== 32)) refuse('PROOF_MALFORMED');
}
