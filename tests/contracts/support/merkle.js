// RFC 9162 trees and proofs, written from the recursive definitions of section 2.1, so unlike the contracts' loops.
import { createHash } from "node:crypto";

const hash = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const split = (n) => 2 ** Math.floor(Math.log2(n - 1));
export const hex = (buffer) => `0x${buffer.toString("hex")}`;
export const leaf = (data) => hash(Buffer.from([0]), data);
const node = (l, r) => hash(Buffer.from([1]), l, r);

// A tree over leaf hashes with remembered subtrees, so that big trees stay cheap.
export class Tree {
  constructor(leaves) {
    this.leaves = leaves;
    this.cache = new Map();
  }

  root(from = 0, to = this.leaves.length) {
    if (to - from === 1) return this.leaves[from];
    const name = from * 2 ** 25 + to;
    let found = this.cache.get(name);
    if (!found) {
      const middle = from + split(to - from);
      found = node(this.root(from, middle), this.root(middle, to));
      this.cache.set(name, found);
    }
    return found;
  }

  inclusion(index, to = this.leaves.length, from = 0) {
    if (to - from === 1) return [];
    const middle = from + split(to - from);
    return index < middle
      ? [...this.inclusion(index, middle, from), this.root(middle, to)]
      : [...this.inclusion(index, to, middle), this.root(from, middle)];
  }

  consistency(size, to = this.leaves.length) {
    return size === to ? [] : this.#subproof(size, 0, to, true);
  }

  #subproof(size, from, to, complete) {
    if (from + size === to) return complete ? [] : [this.root(from, to)];
    const k = split(to - from);
    return size <= k
      ? [...this.#subproof(size, from, from + k, complete), this.root(from + k, to)]
      : [...this.#subproof(size - k, from + k, to, false), this.root(from, from + k)];
  }
}

export const numberedLeaves = (count) =>
  Array.from({ length: count }, (_, i) => {
    const data = Buffer.alloc(8);
    data.writeBigUInt64BE(BigInt(i));
    return leaf(data);
  });
