// The chain as several members' endpoints show it: one answer only if all give the same. Whoever asks one endpoint believes
// whoever runs it; who of two is right no program can know, so there is no verdict then.

import type { Trust } from '../core/custody/trust.ts';
import type { ChainView } from '../core/custody/view.ts';
import type { Wanted } from '../core/custody/wanted.ts';
import { FilieraError, refuse } from '../core/errors.ts';
import { quantity } from './batch.ts';
import { readChain } from './read.ts';
import { connect } from './rpc.ts';

/** An endpoint further behind shows the past, or the others a future that there is not. */
const MOST_BEHIND = 30;
/** The newest blocks of a healthy network differ for a moment: so often is asked again before that counts. */
const TRIES = 4;
const PAUSE = 1000;

/** What all endpoints that answer agree on, and which they are; CHAIN_UNREACHABLE, CHAIN_ANSWER_MALFORMED,
 *  CHAIN_ENDPOINT_BEHIND, CHAIN_ENDPOINTS_DISAGREE. */
export async function readEndpoints(
  urls: readonly string[],
  trust: Trust,
  wanted: Wanted,
): Promise<{ view: ChainView; endpoints: readonly string[] }> {
  if (urls.length === 1) return { view: await readChain(connect(urls[0]), trust, wanted), endpoints: urls };
  for (let left = TRIES - 1; ; left--) {
    const heights = await heightsOf(urls);
    const block = Math.min(...heights.values());
    const endpoints = [...heights.keys()];
    const read = async (url: string): Promise<ChainView> => asOf(await readChain(connect(url), trust, wanted, `0x${block.toString(16)}`), block);
    const [view, ...others] = await Promise.all(endpoints.map(read));
    const different = endpoints.slice(1).filter((_, index) => textOf(others[index]) !== textOf(view));
    if (!different.length) return { view, endpoints };
    if (!left) {
      const majority = endpoints.filter((url) => !different.includes(url)).join(', ');
      return refuse('CHAIN_ENDPOINTS_DISAGREE', '', { block, majority, others: different.join(', ') });
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** The newest block of each endpoint that answers; the first failure if none does. */
async function heightsOf(urls: readonly string[]): Promise<Map<string, number>> {
  const asked = await Promise.allSettled(urls.map(async (url) => quantity((await connect(url)([['eth_blockNumber', []]]))[0], 'number')));
  const heights = new Map(asked.flatMap((each, index) => (each.status === 'fulfilled' ? [[urls[index], each.value] as const] : [])));
  const failure = asked.find((each) => each.status === 'rejected');
  if (!heights.size) throw failure?.reason ?? new FilieraError('CHAIN_UNREACHABLE');
  const newest = Math.max(...heights.values());
  const behind = [...heights].filter(([, height]) => height < newest - MOST_BEHIND).map(([url]) => url);
  return behind.length ? refuse('CHAIN_ENDPOINT_BEHIND', '', { endpoints: behind.join(', '), newest }) : heights;
}

/** Without receipts of later blocks, the one answer that cannot be asked as of a block. */
function asOf(view: ChainView, block: number): ChainView {
  return { ...view, transactions: new Map([...view.transactions].filter(([, at]) => at <= block)) };
}

/** Two views are the same if their texts are: the same questions give maps of the same order. */
function textOf(view: ChainView): string {
  return JSON.stringify(view, (_, value: unknown) => (value instanceof Map || value instanceof Set ? [...value] : value));
}
