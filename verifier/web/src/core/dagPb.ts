// dag-pb nodes and the UnixFS records inside them. Only one form of each is read, the one that every known writer makes:
// links before data, minimal varints, known fields in rising order. Two spellings would be two addresses of one file.

import { concat } from './bytes.ts';
import { refuse } from './errors.ts';

const FILE = 2;
/** The old type of a leaf. */
const RAW_LEAF = 0;
const MAX_VARINT_BYTES = 9;
/** Fields of the UnixFS record. */
const [KIND, INLINE, SIZE, PART] = [1, 2, 3, 4];
const HAMT = [5, 6];
const IGNORED = [7, 8];

/** A link of a file node: bytes of the file below it, and of all blocks below it. */
export interface FileLink {
  readonly cid: Uint8Array;
  readonly part: number;
  readonly total: number;
}

export interface Node {
  readonly links: readonly Uint8Array[];
  readonly data: Uint8Array;
}

/** The UnixFS record of a file node: bytes held here, bytes of the whole, bytes that each link leads to. */
export interface UnixFile {
  readonly inline: Uint8Array;
  readonly size: number;
  readonly parts: readonly number[];
}

type Field = readonly [number, number | Uint8Array];

/** [number, place behind it]; undefined unless it is spelt minimally and below 2^53. */
export function readVarint(data: Uint8Array, start: number): [number, number] | undefined {
  let value = 0n;
  for (let place = start; place < Math.min(data.length, start + MAX_VARINT_BYTES); place++) {
    value |= BigInt(data[place] & 0x7f) << BigInt(7 * (place - start));
    if (data[place] >= 0x80) continue;
    const minimal = data[place] !== 0 || place === start;
    return minimal && value <= Number.MAX_SAFE_INTEGER ? [Number(value), place + 1] : undefined;
  }
  return undefined;
}

/** The block of a file node over its links. */
export function encodeFile(links: readonly FileLink[]): Uint8Array {
  const size = links.reduce((sum, link) => sum + link.part, 0);
  const record = [0x08, FILE, 0x18, ...varint(size), ...links.flatMap((link) => [0x20, ...varint(link.part)])];
  const written = links.map(({ cid, total }) => field(0x12, concat(field(0x0a, cid), Uint8Array.of(0x12, 0, 0x18, ...varint(total)))));
  return concat(...written, field(0x0a, Uint8Array.from(record)));
}

/** Read a dag-pb block; BLOCK_MALFORMED. */
export function parseNode(block: Uint8Array): Node {
  const links: Uint8Array[] = [];
  let data: Uint8Array | undefined;
  for (const [number, value] of fields(block, 'block')) {
    if (typeof value === 'number' || (number !== 1 && number !== 2) || data) malformed('block', 'field');
    if (number === 1) data = value;
    else links.push(readLink(value));
  }
  return { links, data: data ?? new Uint8Array() };
}

/** Read the UnixFS record of a file node and hold its sizes together; NOT_A_FILE, BLOCK_MALFORMED. */
export function parseFile(node: Node): UnixFile {
  const found = new Map<number, (number | Uint8Array)[]>();
  let last = 0;
  for (const [number, value] of fields(node.data, 'data')) {
    if (number < last || (number === last && number !== PART)) malformed('data', 'order');
    last = number;
    const expected = number === INLINE ? typeof value !== 'number' : [KIND, SIZE, PART].includes(number) && typeof value === 'number';
    if (expected) found.set(number, [...(found.get(number) ?? []), value]);
    else if (HAMT.includes(number)) refuse('NOT_A_FILE', 'data');
    else if (!IGNORED.includes(number)) malformed('data', 'field');
  }
  const [kind, size] = [KIND, SIZE].map((number) => found.get(number)?.[0] as number | undefined);
  if (kind !== FILE && kind !== RAW_LEAF) refuse('NOT_A_FILE', 'data');
  const inline = (found.get(INLINE)?.[0] ?? new Uint8Array()) as Uint8Array;
  const parts = (found.get(PART) ?? []) as number[];
  const whole = parts.reduce((sum, part) => sum + part, inline.length);
  // A part without bytes would let a small graph cost endless work.
  const fits = size === whole || (size === undefined && node.links.length > 0);
  if (parts.length !== node.links.length || parts.includes(0) || !fits) malformed('data', 'sizes');
  return { inline, size: whole, parts };
}

/** The address in a link; name and total are optional. */
function readLink(data: Uint8Array): Uint8Array {
  const found = fields(data, 'link');
  const numbers = found.map(([number]) => number);
  const rising = numbers.every((number, index) => index === 0 || number > numbers[index - 1]);
  const kinds = found.every(([number, value]) => (number === 3) === (typeof value === 'number') && number <= 3);
  const cid = found.find(([number]) => number === 1)?.[1];
  if (!rising || !kinds || !(cid instanceof Uint8Array) || !cid.length) malformed('link', 'field');
  const name = found.find(([number]) => number === 2)?.[1];
  if (name instanceof Uint8Array) holdUtf8(name);
  return cid;
}

function holdUtf8(name: Uint8Array): void {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(name);
  } catch {
    malformed('link', 'name');
  }
}

/** Field numbers and values in order: varints as numbers, length-delimited as bytes; no other wire types. */
function fields(data: Uint8Array, place: string): Field[] {
  const found: Field[] = [];
  for (let at = 0; at < data.length; ) {
    const [tag, afterTag] = readVarint(data, at) ?? malformed(place, 'varint');
    const [value, afterValue] = readVarint(data, afterTag) ?? malformed(place, 'varint');
    const wire = tag % 8;
    const end = wire === 2 ? afterValue + value : afterValue;
    if ((wire !== 0 && wire !== 2) || end > data.length) malformed(place, 'wire');
    found.push([Math.floor(tag / 8), wire === 2 ? data.slice(afterValue, end) : value]);
    at = end;
  }
  return found;
}

function field(tag: number, value: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(tag, ...varint(value.length)), value);
}

function varint(number: number): number[] {
  const bytes: number[] = [];
  let rest = number;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}

function malformed(place: string, reason: string): never {
  return refuse('BLOCK_MALFORMED', place, { reason });
}
