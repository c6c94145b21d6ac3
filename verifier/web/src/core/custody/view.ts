// What the chain said, as the checks need it, and its JSON form. Filled in by whoever can ask a chain; nothing here asks.

import { Fields, CHAIN_HASH } from './fields.ts';
import type { Json } from '../strictJson.ts';
import { headName } from './bundle.ts';

const FORMAT = 'filiera-chain-view/1';
const CODE = 'CHAIN_ANSWER_MALFORMED';
/** Status words of a passport in the order of the contract's numbers. */
export const STATUSES = ['none', 'active', 'suspended', 'withdrawn', 'superseded', 'end-of-life'] as const;

export interface ChainHead {
  readonly root: string;
  readonly headHash: string;
  readonly manifest: string;
  readonly size: number;
  readonly block: number;
  /** Of the block, in seconds since 1970; 0 where nothing was said. */
  readonly time: number;
}

/** Valid in blocks from `fromBlock` and before `toBlock`; `origin` is the contract's number, 0 where nothing was said. */
export interface ChainKey {
  readonly capabilities: number;
  readonly fromBlock: number;
  readonly toBlock: number | undefined;
  readonly disputedFrom: number | undefined;
  readonly origin: number;
}

/** Answers of one chain, all as of block `latest`, by the names that `named` makes. What is not there was not there. */
export interface ChainView {
  readonly chainId: number;
  readonly genesis: string;
  readonly latest: number;
  readonly codeHashes: ReadonlyMap<string, string>;
  /** The seq of the last head that the contract holds, by log. */
  readonly logSeqs: ReadonlyMap<string, number>;
  readonly heads: ReadonlyMap<string, ChainHead>;
  /** By participant and key. */
  readonly keys: ReadonlyMap<string, ChainKey>;
  readonly coordinators: ReadonlySet<string>;
  /** By participant and block: bits of roles.ts, 0 or absent while it was not active. */
  readonly roles: ReadonlyMap<string, number>;
  /** By issuer and passport id. */
  readonly passports: ReadonlyMap<string, { readonly digest: string; readonly status: number }>;
  /** The block in which a transaction succeeded. */
  readonly transactions: ReadonlyMap<string, number>;
}

/** One name for something that several parts name. */
export function named(...parts: readonly (string | number)[]): string {
  return parts.join('/');
}

/** Read a view strictly; CHAIN_ANSWER_MALFORMED with the place. */
export function viewFromJson(value: Json): ChainView {
  const fields = new Fields(value, '', CODE);
  if (fields.text('format', /^/) !== FORMAT) fields.wrong('format', FORMAT);
  const codes = fields.inner('codeHashes');
  const logs = map(fields, 'logs', (log) => [log.hash('log'), readLog(log)]);
  const view = {
    chainId: fields.number('chainId'),
    genesis: fields.text('genesis', CHAIN_HASH),
    latest: fields.number('latest'),
    codeHashes: new Map(codes.names().map((name) => [name, codes.text(name, CHAIN_HASH)])),
    logSeqs: logs,
    heads: map(fields, 'heads', (head) => [headName(head.hash('log'), head.number('seq')), readHead(head)]),
    keys: map(fields, 'keys', (key) => [named(key.hash('participant'), key.hash('keyHash')), readKey(key)]),
    coordinators: new Set(fields.texts('coordinators').map((each) => (/^[0-9a-f]{64}$/.test(each) ? each : fields.wrong('coordinators', 'hash')))),
    roles: map(fields, 'roles', (role) => [named(role.hash('participant'), role.number('block')), role.number('roles')]),
    passports: map(fields, 'passports', (passport) => [named(passport.hash('issuer'), passport.hash('passport')), readPassport(passport)]),
    transactions: map(fields, 'transactions', (each) => [each.text('transaction', CHAIN_HASH), each.number('block')]),
  };
  fields.end();
  return view;
}

/** A list of named things, none named twice. */
function map<Value>(fields: Fields, name: string, read: (entry: Fields) => readonly [string, Value]): Map<string, Value> {
  const listed = fields.items(name, read);
  const found = new Map(listed);
  return found.size === listed.length ? found : fields.wrong(name, 'each once');
}

function readLog(fields: Fields): number {
  fields.hash('key');
  return fields.number('seq');
}

function readHead(fields: Fields): ChainHead {
  return {
    root: fields.hash('root'),
    headHash: fields.hash('headHash'),
    manifest: fields.hash('manifest'),
    size: fields.number('size'),
    block: fields.number('block'),
    time: fields.has('time') ? fields.number('time', 1) : 0,
  };
}

function readKey(fields: Fields): ChainKey {
  return {
    capabilities: fields.number('capabilities'),
    fromBlock: fields.number('fromBlock'),
    toBlock: fields.has('toBlock') ? fields.number('toBlock') : undefined,
    disputedFrom: fields.has('disputedFrom') ? fields.number('disputedFrom', 1) : undefined,
    origin: fields.has('origin') ? fields.number('origin', 1) : 0,
  };
}

/** A status that no contract of ours has is no answer of theirs. */
function readPassport(fields: Fields): { digest: string; status: number } {
  const status = fields.number('status');
  return { digest: fields.hash('digest'), status: status < STATUSES.length ? status : fields.wrong('status', 'status') };
}
