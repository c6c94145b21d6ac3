// The trust file: what a verifier pins, given by the coordinator on paper or by another way than the evidence.

import { fromHex } from '../bytes.ts';
import { refuse } from '../errors.ts';
import { PublicKey } from '../keys.ts';
import type { Limits } from '../limits.ts';
import { parseJson, type Json } from '../strictJson.ts';
import { CHAIN_HASH, Fields, ORIGIN } from './fields.ts';

const FORMAT = 'filiera-trust/1';
const CODE = 'TRUST_MALFORMED';
const ANY_ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const DID = /^did:key:z[1-9A-HJ-NP-Za-km-z]{10,200}$/;
const AUDITOR = /^[^\n]{1,255}$/u;
const LIMITS: Limits = {
  maxBytes: 65_536,
  maxDepth: 6,
  maxItems: 2_000,
  maxString: 1_024,
  maxInteger: Number.MAX_SAFE_INTEGER,
  foreign: false,
};
export const CONTRACTS = ['anchors', 'participants', 'passports'] as const;
export type ContractName = (typeof CONTRACTS)[number];

/** A contract as a verifier pins it; hex with 0x, lower case. */
export interface Pinned {
  readonly address: string;
  readonly codeHash: string;
}

export interface Trust {
  readonly chainId: number;
  readonly genesis: string;
  readonly contracts: Readonly<Record<ContractName, Pinned>>;
  /** Ed25519 keys of logs by their origins. */
  readonly logKeys: ReadonlyMap<string, Uint8Array>;
  readonly confirmations: number;
  readonly witnesses: ReadonlyMap<string, PublicKey>;
  /** How many witnesses have to agree; 0 asks for none. */
  readonly quorum: number;
}

/** Read a trust file strictly; TRUST_MALFORMED with the place. */
export function parseTrust(data: Uint8Array): Trust {
  const fields = new Fields(read(data), '', CODE);
  if (fields.text('format', /^/) !== FORMAT) fields.wrong('format', FORMAT);
  const witnesses = fields.has('witnesses') ? readWitnesses(fields) : new Map<string, PublicKey>();
  if (fields.has('auditors')) holdAuditors(fields);
  return {
    chainId: fields.number('chainId'),
    genesis: fields.text('genesis', CHAIN_HASH),
    contracts: { anchors: pinned(fields, 'anchors'), participants: pinned(fields, 'participants'), passports: pinned(fields, 'passports') },
    logKeys: new Map(each(fields, 'logs', (log) => [log.text('origin', ORIGIN), fromHex(log.hash('logKey'))])),
    confirmations: fields.number('confirmations'),
    witnesses,
    quorum: readQuorum(fields, witnesses.size),
  };
}

function read(data: Uint8Array): Json {
  try {
    return parseJson(data, LIMITS);
  } catch {
    return refuse(CODE);
  }
}

function pinned(fields: Fields, name: ContractName): Pinned {
  const contract = fields.inner(name);
  return { address: contract.text('address', ANY_ADDRESS).toLowerCase(), codeHash: contract.text('codeHash', CHAIN_HASH) };
}

/** Names and keys, each once: a witness that is listed twice would count twice. */
function readWitnesses(fields: Fields): Map<string, PublicKey> {
  const listed = each(fields, 'witnesses', (entry) => [entry.text('name', ORIGIN), soundKey(entry.hash('key'))] as const);
  const found = new Map(listed);
  const keys = new Set(listed.map(([, key]) => key.did));
  return found.size === listed.length && keys.size === listed.length ? found : fields.wrong('witnesses', 'each once');
}

function soundKey(hex: string): PublicKey {
  try {
    return new PublicKey('EdDSA', fromHex(hex));
  } catch {
    return refuse(CODE, '/witnesses');
  }
}

/** Whose audits count: this verifier knows no audits, and reads the file by the same rules as those that do. */
function holdAuditors(fields: Fields): void {
  const keys = each(fields, 'auditors', (entry) => {
    entry.text('name', AUDITOR);
    return soundDid(entry.text('key', DID));
  });
  if (new Set(keys).size !== keys.length) fields.wrong('auditors', 'each once');
}

function soundDid(did: string): string {
  try {
    return PublicKey.fromDid(did).did;
  } catch {
    return refuse(CODE, '/auditors');
  }
}

/** All of them unless the file says fewer; never none of some. */
function readQuorum(fields: Fields, witnesses: number): number {
  const quorum = fields.has('witnessQuorum') ? fields.number('witnessQuorum', Math.min(1, witnesses)) : witnesses;
  return quorum <= witnesses ? quorum : fields.wrong('witnessQuorum', 'at most the witnesses');
}

/** Each object of a list; what else it holds is read over. */
function each<Item>(fields: Fields, name: string, read: (entry: Fields) => Item): Item[] {
  return fields.list(name).map((value, index) => read(new Fields(value, `/${name}/${index}`, CODE)));
}
