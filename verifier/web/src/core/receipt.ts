// Receipts: the log's signed promise that a record will be in an anchored head by a time (protocol/README §8).

import { fromHex } from './bytes.ts';
import { isInstant } from './calendar.ts';
import { verifyCompact } from './compact.ts';
import { refuse } from './errors.ts';
import type { PublicKey } from './keys.ts';

const NAMES = ['iss', 'promise', 'received', 'record'];

/** `received` and `promise` are instants in their text form. */
export interface Receipt {
  readonly origin: string;
  readonly record: Uint8Array;
  readonly received: string;
  readonly promise: string;
}

/** Read a receipt that the log's key signed; RECEIPT_MALFORMED, and the codes of `verifyCompact`. */
export function parseReceipt(token: string, logKey: PublicKey): Receipt {
  const claims = verifyCompact(token, logKey, 'filiera-receipt+jwt');
  const [origin, promise, received, record] = NAMES.map((name) => claims[name]);
  if (Object.keys(claims).length !== NAMES.length) refuse('RECEIPT_MALFORMED');
  if (typeof origin !== 'string' || typeof record !== 'string' || !/^[0-9a-f]{64}$/.test(record)) refuse('RECEIPT_MALFORMED');
  if (typeof promise !== 'string' || typeof received !== 'string') refuse('RECEIPT_MALFORMED');
  if (!isInstant(received) || !isInstant(promise)) refuse('RECEIPT_MALFORMED');
  return { origin, record: fromHex(record), received, promise };
}
