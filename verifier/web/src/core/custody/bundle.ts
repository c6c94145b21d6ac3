// The one-file proof: strict JSON with limits of its own, in one spelling (protocol/README §12). Nothing in it is trusted
// because it is in it; reading it proves nothing but places in batches of passports.

import { decode } from '../base64url.ts';
import { concat, equal, fromHex, toHex, utf8 } from '../bytes.ts';
import { FilieraError, refuse } from '../errors.ts';
import { leafHash, sha256 } from '../hashing.ts';
import type { Limits } from '../limits.ts';
import { verifyInclusion } from '../merkle.ts';
import { isObject, parseJson, type Json } from '../strictJson.ts';
import { canonicalJson } from './canonical.ts';
import { ADDRESS, CHAIN_HASH, Fields, ORIGIN } from './fields.ts';

const FORMAT = 'filiera-bundle/1';
const NEWLINE = 0x0a;
const TARGET = /^[^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]{1,512}$/u;
const TOKEN = /^[A-Za-z0-9_.~-]{1,262144}$/;
const NOTE = /^[^]{1,8192}$/u;
const SNAPSHOT_NOTE = /^[^]{1,16384}$/u;
const MAX_INCLUSION = 64;
const MAX_CONSISTENCY = 128;
export const BUNDLE_LIMITS: Limits = {
  maxBytes: 64 * 1024 * 1024,
  maxDepth: 8,
  maxItems: 2_000_000,
  maxString: 1_500_000,
  maxInteger: Number.MAX_SAFE_INTEGER,
  foreign: false,
};

/** A token and its place in a log; without `place` it is in no anchored head yet. */
export interface Entry {
  readonly token: string;
  readonly place: LogPlace | undefined;
}

/** Where a record stands: hashes of logs are hex everywhere here; `head` is the first head that includes it. */
export interface LogPlace {
  readonly log: string;
  readonly index: number;
  readonly head: number;
  readonly proof: readonly Uint8Array[];
}

export interface BundleHead {
  readonly log: string;
  readonly origin: string;
  readonly seq: number;
  readonly prev: string;
  readonly root: string;
  readonly size: number;
  readonly manifest: string;
  readonly block: number;
  readonly transaction: string;
  readonly checkpoint: string | undefined;
}

export interface Consistency {
  readonly log: string;
  readonly first: number;
  readonly second: number;
  readonly proof: readonly Uint8Array[];
}

export interface AffectedList {
  readonly log: string;
  readonly seq: number;
  readonly manifest: Uint8Array;
  readonly list: Uint8Array;
}

/** A key's window as the source saw it. */
export interface KeyWindow {
  readonly participant: string;
  readonly keyHash: string;
  readonly fromBlock: number;
  readonly toBlock: number | undefined;
  readonly disputedFrom: number | undefined;
}

export interface StatedChain {
  readonly chainId: number;
  readonly genesis: string;
  readonly participants: string;
  readonly anchors: string;
  readonly passports: string;
}

/** Where a passport stands in a batch; it was checked to lead to its root. */
export interface BatchPlace {
  readonly root: string;
  readonly count: number;
  readonly passport: string;
  readonly digest: string;
  readonly index: number;
  readonly proof: readonly Uint8Array[];
}

/** A fact of a snapshot as its bytes, and the proof that it stands there. */
export interface Fact {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

export interface SnapshotEvidence {
  readonly note: string;
  readonly facts: readonly Fact[];
}

export class Bundle {
  readonly target: string;
  readonly records: readonly Entry[];
  readonly heads: readonly BundleHead[];
  readonly consistency: readonly Consistency[];
  readonly affected: readonly AffectedList[];
  readonly keys: readonly KeyWindow[];
  readonly chain: StatedChain;
  readonly memberships: readonly string[];
  readonly batches: readonly BatchPlace[];
  readonly snapshot: SnapshotEvidence | undefined;
  private readonly byPlace: ReadonlyMap<string, BundleHead>;

  constructor(fields: Fields) {
    this.target = fields.text('target', TARGET);
    this.records = fields.items('records', readEntry);
    this.heads = fields.items('heads', readHead);
    this.consistency = fields.items('consistency', readConsistency);
    this.affected = fields.items('affected', readAffected);
    this.keys = fields.items('keys', readKey);
    this.chain = readChain(fields.inner('chain'));
    this.memberships = fields.texts('memberships');
    this.batches = fields.has('batches') ? fields.items('batches', readPlace) : [];
    this.snapshot = fields.has('snapshot') ? readSnapshot(fields.inner('snapshot')) : undefined;
    this.byPlace = new Map(this.heads.map((head) => [headName(head.log, head.seq), head]));
  }

  head(log: string, seq: number): BundleHead | undefined {
    return this.byPlace.get(headName(log, seq));
  }

  /** The newest head of each log. */
  newest(): BundleHead[] {
    return [...new Map(this.heads.map((head) => [head.log, head])).values()];
  }

  /** Whose each key is, as the bundle says; the chain decides. */
  authors(): ReadonlyMap<string, string> {
    return new Map(this.keys.map((key) => [key.keyHash, key.participant]));
  }
}

/** The name of a head among those of all logs. */
export function headName(log: string, seq: number): string {
  return `${log}#${seq}`;
}

/** Read a `.filiera` file; JSON_…, BUNDLE_VERSION_UNKNOWN, BUNDLE_FORM, PASSPORT_BATCH_PROOF, BUNDLE_NOT_CANONICAL. */
export function parseBundle(data: Uint8Array): Bundle {
  const ended = data[data.length - 1] === NEWLINE;
  const value = parseJson(ended ? data.subarray(0, -1) : data, BUNDLE_LIMITS);
  if (!isObject(value) || value.format !== FORMAT) refuse('BUNDLE_VERSION_UNKNOWN', '/format');
  const fields = new Fields(value, '', 'BUNDLE_FORM');
  const bundle = new Bundle(fields);
  fields.text('format', /^/);
  fields.end();
  holdOrder(bundle);
  const empty = 'batches' in value && !bundle.batches.length;
  if (!ended || empty || !equal(utf8(`${canonicalJson(value)}\n`), data)) refuse('BUNDLE_NOT_CANONICAL');
  return bundle;
}

/** Lists are in order and hold nothing twice: a second entry of the same name could contradict the first. */
function holdOrder(bundle: Bundle): void {
  const tokens = (all: readonly string[]): string[][] => all.map((token) => [toHex(sha256(utf8(token.split('~', 1)[0])))]);
  const orders: Record<string, (string | number)[][]> = {
    records: tokens(bundle.records.map((each) => each.token)),
    heads: bundle.heads.map((each) => [each.log, each.seq]),
    consistency: bundle.consistency.map((each) => [each.log, each.first]),
    affected: bundle.affected.map((each) => [each.log]),
    keys: bundle.keys.map((each) => [each.participant, each.keyHash, each.fromBlock]),
    memberships: tokens(bundle.memberships),
    batches: bundle.batches.map((each) => [each.passport, each.root]),
    'snapshot/entries': (bundle.snapshot?.facts ?? []).map((each) => [each.index]),
  };
  for (const [name, order] of Object.entries(orders)) {
    const ascends = order.every((each, index) => index === 0 || precedes(order[index - 1], each));
    if (!ascends) refuse('BUNDLE_NOT_CANONICAL', `/${name}`);
  }
}

/** Whether one list of like parts comes before another. */
function precedes(first: readonly (string | number)[], second: readonly (string | number)[]): boolean {
  const at = first.findIndex((part, index) => part !== second[index]);
  return at >= 0 && first[at] < second[at];
}

function readEntry(fields: Fields): Entry {
  const token = fields.text('token', TOKEN);
  if (fields.has('state')) {
    fields.text('state', /^received$/);
    return { token, place: undefined };
  }
  const place = {
    log: fields.hash('log'),
    index: fields.number('index'),
    head: fields.number('head', 1),
    proof: fields.hashes('proof', MAX_INCLUSION),
  };
  return { token, place };
}

function readHead(fields: Fields): BundleHead {
  return {
    log: fields.hash('log'),
    origin: fields.text('origin', ORIGIN),
    seq: fields.number('seq', 1),
    prev: fields.hash('prev'),
    root: fields.hash('root'),
    size: fields.number('size', 1),
    manifest: fields.hash('manifest'),
    block: fields.number('block'),
    transaction: fields.text('transaction', CHAIN_HASH),
    checkpoint: fields.has('checkpoint') ? fields.text('checkpoint', NOTE) : undefined,
  };
}

function readConsistency(fields: Fields): Consistency {
  return {
    log: fields.hash('log'),
    first: fields.number('first', 1),
    second: fields.number('second', 2),
    proof: fields.hashes('proof', MAX_CONSISTENCY),
  };
}

function readAffected(fields: Fields): AffectedList {
  return { log: fields.hash('log'), seq: fields.number('seq', 1), manifest: binary(fields, 'manifest'), list: binary(fields, 'list') };
}

function binary(fields: Fields, name: string): Uint8Array {
  try {
    return decode(fields.text(name, /^[A-Za-z0-9_-]*$/));
  } catch {
    return fields.wrong(name, 'base64url');
  }
}

function readKey(fields: Fields): KeyWindow {
  return {
    participant: fields.hash('participant'),
    keyHash: fields.hash('keyHash'),
    fromBlock: fields.number('fromBlock'),
    toBlock: fields.has('toBlock') ? fields.number('toBlock') : undefined,
    disputedFrom: fields.has('disputedFrom') ? fields.number('disputedFrom', 1) : undefined,
  };
}

function readChain(fields: Fields): StatedChain {
  const chain = {
    chainId: fields.number('chainId', 1),
    genesis: fields.text('genesis', CHAIN_HASH),
    participants: fields.text('participants', ADDRESS),
    anchors: fields.text('anchors', ADDRESS),
    passports: fields.text('passports', ADDRESS),
  };
  fields.end();
  return chain;
}

function readPlace(fields: Fields): BatchPlace {
  const place = {
    root: fields.hash('batchRoot'),
    count: fields.number('count', 1),
    passport: fields.hash('passportId'),
    digest: fields.hash('digest'),
    index: fields.number('index'),
    proof: fields.hashes('proof', MAX_INCLUSION),
  };
  holdPlace(place);
  return place;
}

/** README §11: the leaf is SHA-256(0x00 ‖ passport id ‖ passport digest), which is RFC 9162's of both together. */
function holdPlace({ root, count, passport, digest, index, proof }: BatchPlace): void {
  try {
    verifyInclusion(leafHash(concat(fromHex(passport), fromHex(digest))), index, count, proof, fromHex(root));
  } catch (error) {
    if (error instanceof FilieraError) refuse('PASSPORT_BATCH_PROOF', '/batch', { reason: error.code });
    throw error;
  }
}

function readSnapshot(fields: Fields): SnapshotEvidence {
  const note = fields.text('note', SNAPSHOT_NOTE);
  const facts = fields.items('entries', (entry) => ({
    index: entry.number('index'),
    bytes: utf8(canonicalJson(entry.list('fact') as Json)),
    proof: entry.hashes('proof', MAX_INCLUSION),
  }));
  fields.end();
  return { note, facts };
}
