// The view that a chain itself gives: two round trips whatever the size of the evidence.

import { abiEncode } from '../core/abi.ts';
import { toHex, toInteger } from '../core/bytes.ts';
import { headName } from '../core/custody/bundle.ts';
import { CONTRACTS, type Trust } from '../core/custody/trust.ts';
import { named, STATUSES, type ChainHead, type ChainKey, type ChainView } from '../core/custody/view.ts';
import type { Wanted } from '../core/custody/wanted.ts';
import { isObject, type Json } from '../core/strictJson.ts';
import { Batch, codeHash, malformed, quantity, toNumber } from './batch.ts';
import type { Transport } from './rpc.ts';

const ITEM = '(bytes32 batchRoot, bytes32 passportId, bytes32 digest, uint64 index, bytes32[] proof)';
/** The contract's `toBlock` of a key that nobody closed. */
const OPEN = 2n ** 64n - 1n;
const SUCCEEDED = '0x1';

/** Ask everything that the checks need, as of a block; CHAIN_UNREACHABLE, CHAIN_ANSWER_MALFORMED. */
export async function readChain(transport: Transport, trust: Trust, wanted: Wanted, at = 'latest'): Promise<ChainView> {
  const { first, asked } = await facts(transport, trust, wanted, at);
  const heads = new Map(asked.heads.flatMap(([name, number]) => present(name, headIn(first.words(number, 7)))));
  const roles = await rolesIn(transport, trust, wanted, heads, at);
  return {
    chainId: first.number(asked.chainId),
    genesis: first.text(asked.genesis, 'hash'),
    latest: first.number(asked.latest, 'number'),
    codeHashes: new Map(asked.code.map(([name, number]) => [name, codeHash(name, first.answer(number))])),
    logSeqs: new Map(asked.logs.flatMap(([log, number]) => present(log, first.words(number, 2)?.[1])).map(([log, word]) => [log, toNumber(word)])),
    heads,
    keys: new Map(asked.keys.flatMap(([name, number]) => present(name, keyIn(first.words(number, 7))))),
    coordinators: new Set(asked.coordinators.flatMap(([key, number]) => (toInteger(first.words(number, 1)?.[0] ?? NOTHING) === 1n ? [key] : []))),
    roles,
    passports: registered(first, asked),
    transactions: new Map(asked.receipts.flatMap(([name, number]) => present(name, minedIn(first.answer(number))))),
  };
}

const NOTHING = new Uint8Array();
type Asked = readonly (readonly [string, number])[];

async function facts(transport: Transport, trust: Trust, wanted: Wanted, at: string) {
  const first = new Batch(trust, at);
  const logs = [...new Set(wanted.heads.map((head) => head.log))];
  const sent = [...new Set(wanted.heads.map((head) => head.transaction))];
  const asked = {
    genesis: first.call('eth_getBlockByNumber', '0x0', false),
    latest: first.call('eth_getBlockByNumber', at, false),
    chainId: first.call('eth_chainId'),
    code: CONTRACTS.map((name) => [name, first.code(name)] as const),
    logs: logs.map((log) => [log, first.view('anchors', 'logOf', log)] as const),
    heads: wanted.heads.map(({ log, seq }) => [headName(log, seq), first.view('anchors', 'headAt', log, seq)] as const),
    keys: wanted.keys.map((pair) => [named(...pair), first.view('participants', 'keyOf', ...pair)] as const),
    coordinators: wanted.coordinators.map((key) => [key, first.view('participants', 'isCoordinator', key)] as const),
    passports: wanted.passports.map((pair) => [named(...pair), first.view('passports', 'passportOf', ...pair)] as const),
    items: wanted.places.map(([issuer, place]) => {
      const { root: batchRoot, passport: passportId, digest, index, proof } = place;
      const encoded = abiEncode(['bytes32', ITEM], [issuer, { batchRoot, passportId, digest, index, proof }]);
      return [named(issuer, passportId), first.data('passports', 'itemStatusOf', encoded), digest] as const;
    }),
    receipts: sent.map((name) => [name, first.call('eth_getTransactionReceipt', name)] as const),
  };
  await first.send(transport);
  return { first, asked };
}

/** Roles in the blocks of the heads, which the first answers name. */
async function rolesIn(
  transport: Transport,
  trust: Trust,
  { roles }: Wanted,
  heads: ReadonlyMap<string, ChainHead>,
  at: string,
): Promise<Map<string, number>> {
  const second = new Batch(trust, at);
  const asked = new Map<string, number>();
  for (const [party, places] of roles) {
    const blocks = new Set(places.flatMap(({ log, head }) => heads.get(headName(log, head))?.block ?? []));
    for (const block of blocks) asked.set(named(party, block), second.view('participants', 'statusAt', party, block));
  }
  await second.send(transport);
  return new Map([...asked].map(([name, number]) => {
    const [bits, active] = second.words(number, 2) ?? [NOTHING, NOTHING];
    return [name, toInteger(active) ? toNumber(bits) : 0];
  }));
}

/** A registration of its own goes before a batch: it is how an item of a batch gets its next version. */
function registered(
  first: Batch,
  { passports, items }: { passports: Asked; items: readonly (readonly [string, number, string])[] },
): Map<string, { digest: string; status: number }> {
  const found = new Map<string, { digest: string; status: number }>();
  for (const [name, number] of passports) {
    const words = first.words(number, 3);
    if (words) found.set(name, { digest: toHex(words[0]), status: statusIn(words[2]) });
  }
  for (const [name, number, digest] of items) {
    const status = statusIn(first.words(number, 1)?.[0] ?? NOTHING);
    if (status && !found.get(name)?.status) found.set(name, { digest, status });
  }
  return found;
}

function statusIn(word: Uint8Array): number {
  const status = toNumber(word);
  return status < STATUSES.length ? status : malformed('status');
}

function headIn(words: readonly Uint8Array[] | undefined): ChainHead | undefined {
  if (!words || !toInteger(words[0])) return undefined;
  const [root, headHash, manifest, size, , block, time] = words;
  return { root: toHex(root), headHash: toHex(headHash), manifest: toHex(manifest), size: toNumber(size), block: toNumber(block), time: toNumber(time) };
}

function keyIn(words: readonly Uint8Array[] | undefined): ChainKey | undefined {
  if (!words || !toInteger(words[0])) return undefined;
  const [, , capabilities, origin, fromBlock, toBlock, disputed] = words;
  return {
    capabilities: toNumber(capabilities),
    fromBlock: toNumber(fromBlock),
    toBlock: toInteger(toBlock) === OPEN ? undefined : toNumber(toBlock),
    disputedFrom: toNumber(disputed) || undefined,
    origin: toNumber(origin),
  };
}

/** The block of a transaction that succeeded. */
function minedIn(receipt: Json | undefined): number | undefined {
  return isObject(receipt) && receipt.status === SUCCEEDED ? quantity(receipt.blockNumber, 'blockNumber') : undefined;
}

function present<Value>(name: string, value: Value | undefined): (readonly [string, Value])[] {
  return value === undefined ? [] : [[name, value]];
}
