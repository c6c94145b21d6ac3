// Paths and contents of C2SP tlog-tiles: 256 hashes, or entries, a tile (protocol/README §8).

import { concat } from './bytes.ts';
import { refuse } from './errors.ts';

const WIDTH = 256;
const MAX_LEVEL = 63;
const DIGEST = 32;
const ENTRY_HEAD = Uint8Array.of(0, DIGEST);
const PATH = /^(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** `level` is undefined for entry tiles, `width` for a full tile. */
export interface TilePath {
  readonly level: number | undefined;
  readonly index: number;
  readonly width: number | undefined;
}

/** Read what follows `/tile/`; TILE_UNKNOWN for any spelling but the canonical one. */
export function parseTilePath(path: string): TilePath {
  const found = PATH.exec(path) ?? unknown(path);
  const tile = {
    level: found[1] === 'entries' ? undefined : Number(found[1]),
    index: Number(found[2].replace(/[x/]/g, '')),
    width: found[3] === undefined ? undefined : Number(found[3]),
  };
  const bounded = (tile.level ?? 0) <= MAX_LEVEL && (tile.width ?? 0) < WIDTH && Number.isSafeInteger(tile.index);
  return bounded && formatTilePath(tile) === path ? tile : unknown(path);
}

export function formatTilePath({ level, index, width }: TilePath): string {
  const groups = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0').match(/.{3}/g)!;
  const place = groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join('/');
  return `${level ?? 'entries'}/${place}${width === undefined ? '' : `.p/${width}`}`;
}

/** An entry tile: each record digest behind its length. */
export function entryBundle(digests: readonly Uint8Array[]): Uint8Array {
  return concat(...digests.flatMap((digest) => [ENTRY_HEAD, digest]));
}

/** The record digests of an entry tile; TILE_MALFORMED. */
export function parseEntryBundle(data: Uint8Array): Uint8Array[] {
  const step = ENTRY_HEAD.length + DIGEST;
  const entries = split(data, step);
  if (entries.some((entry) => entry[0] !== 0 || entry[1] !== DIGEST)) refuse('TILE_MALFORMED', '/tile');
  return entries.map((entry) => entry.slice(ENTRY_HEAD.length));
}

/** The hashes of a hash tile; TILE_MALFORMED. */
export function parseTile(data: Uint8Array): Uint8Array[] {
  return data.length ? split(data, DIGEST) : refuse('TILE_MALFORMED', '/tile');
}

function split(data: Uint8Array, step: number): Uint8Array[] {
  const count = data.length / step;
  if (!Number.isInteger(count) || count > WIDTH) refuse('TILE_MALFORMED', '/tile');
  return Array.from({ length: count }, (_, index) => data.slice(index * step, (index + 1) * step));
}

function unknown(path: string): never {
  return refuse('TILE_UNKNOWN', '/tile', { path: path.slice(0, 80) });
}
