// JSON-RPC to an endpoint of a chain: one batch of calls, one request. Whatever is not reachable is unreachable, never refused.

import { FilieraError, refuse } from '../core/errors.ts';
import { isObject, type Json } from '../core/strictJson.ts';

const SECONDS = 15;
/** Code of a call that the contract refused (EIP-1474's neighbours differ; all name the revert). */
const REVERTED = 3;

export type Call = readonly [method: string, parameters: readonly Json[]];
/** The answers in the order of the calls; undefined where a contract refused: what was asked for is not there. */
export type Transport = (calls: readonly Call[]) => Promise<readonly (Json | undefined)[]>;

/** Ask one endpoint; CHAIN_UNREACHABLE, CHAIN_ANSWER_MALFORMED. */
export function connect(url: string): Transport {
  return async (calls) => {
    const found = await post(url, calls);
    const answers = new Map(found.flatMap((each) => (isObject(each) ? [[each.id, each] as const] : [])));
    return calls.map(([method], id) => resultOf(answers.get(id), method));
  };
}

async function post(url: string, calls: readonly Call[]): Promise<readonly Json[]> {
  const body = JSON.stringify(calls.map(([method, params], id) => ({ jsonrpc: '2.0', id, method, params })));
  let found: Json;
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(SECONDS * 1000),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    found = (await answer.json()) as Json;
  } catch {
    throw new FilieraError('CHAIN_UNREACHABLE', url, { reason: url });
  }
  return Array.isArray(found) && found.length === calls.length ? found : refuse('CHAIN_ANSWER_MALFORMED', '', { reason: 'batch' });
}

/** Only a contract's refusal says that something is not there: an endpoint that is busy says nothing about the chain. */
function resultOf(answer: Readonly<Record<string, Json>> | undefined, method: string): Json | undefined {
  if (!answer) return refuse('CHAIN_ANSWER_MALFORMED', '', { reason: 'answer missing' });
  const { error } = answer;
  if (error === undefined) return answer.result ?? null;
  const { code, message } = isObject(error) ? error : {};
  const reverted = code === REVERTED || (typeof message === 'string' && /revert/i.test(message));
  return method === 'eth_call' && reverted ? undefined : refuse('CHAIN_ANSWER_MALFORMED', '', { reason: String(message).slice(0, 120) });
}
