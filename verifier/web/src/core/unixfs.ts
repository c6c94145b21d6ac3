// Reads a UnixFS file back from blocks that nobody vouches for: each is held against its address before it is looked at,
// so that a graph can neither be altered nor go in circles, and what a stranger can still choose is bounded.

import { concat } from './bytes.ts';
import { checkBlock, codecOf, DAG_PB, RAW } from './cid.ts';
import { parseFile, parseNode, type UnixFile } from './dagPb.ts';
import { refuse } from './errors.ts';

/** Levels of nodes above the leaves. */
const MAX_DEPTH = 8;

/** The bytes of the file `cid`. `getBlock` throws if it has none. BLOCK_MISMATCH, BLOCK_MALFORMED, NOT_A_FILE,
 *  CONTENT_TOO_DEEP, CONTENT_TOO_LARGE (more than `maxBytes`). */
export function readFile(cid: Uint8Array, getBlock: (cid: Uint8Array) => Uint8Array, maxBytes: number): Uint8Array {
  return concat(...read(cid, undefined, 0));

  function read(address: Uint8Array, promised: number | undefined, depth: number): Uint8Array[] {
    const block = getBlock(address);
    checkBlock(address, block);
    const { file, links } = open(address, block);
    if (promised !== undefined && file.size !== promised) refuse('BLOCK_MALFORMED', 'data', { reason: 'sizes' });
    if (file.size > maxBytes) refuse('CONTENT_TOO_LARGE', 'file', { limit: maxBytes });
    if (links.length && depth === MAX_DEPTH) refuse('CONTENT_TOO_DEEP', 'file', { limit: MAX_DEPTH });
    return [file.inline, ...links.flatMap((link, index) => read(link, file.parts[index], depth + 1))];
  }
}

function open(address: Uint8Array, block: Uint8Array): { file: UnixFile; links: readonly Uint8Array[] } {
  const codec = codecOf(address);
  if (codec === RAW) return { file: { inline: block, size: block.length, parts: [] }, links: [] };
  if (codec !== DAG_PB) refuse('NOT_A_FILE', 'cid');
  const node = parseNode(block);
  return { file: parseFile(node), links: node.links };
}
