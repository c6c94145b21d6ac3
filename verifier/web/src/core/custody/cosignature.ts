// What witnesses say about a note that somebody else signed (protocol/README §15).

import { concat, equal, utf8 } from '../bytes.ts';
import { noteKeyId, splitNote } from '../checkpoint.ts';
import { FilieraError, refuse } from '../errors.ts';
import type { PublicKey } from '../keys.ts';
import { verify } from '../signatures.ts';

const KEY_ID = 4;
const TIME = 8;
const SIGNATURE = 64;
const MAX_TIME = 2n ** 63n - 1n;

/** Type in the key id, and first line of what is signed: neither statement can pass for the other. */
interface Statement {
  readonly type: Uint8Array;
  readonly header: string;
}

/** C2SP tlog-cosignature: the largest consistent tree that the witness has seen. */
export const OF_CHECKPOINT: Statement = { type: Uint8Array.of(0x04), header: 'cosignature/v1' };
/** The witness's own endpoint of the chain gives this state. */
export const OF_SNAPSHOT: Statement = { type: concat(Uint8Array.of(0xff), utf8('filiera-snapshot/1')), header: 'filiera-snapshot/1' };

/** The pinned witnesses that cosigned a note, each with its newest time in seconds; CHECKPOINT_MALFORMED, and
 *  WITNESS_SIGNATURE as soon as one pinned line does not hold. */
export function cosigners(note: string, pinned: ReadonlyMap<string, PublicKey>, statement: Statement): ReadonlyMap<string, bigint> {
  const { text, signatures } = splitNote(note);
  const found = new Map<string, bigint>();
  for (const { name, value } of signatures) {
    const key = pinned.get(name);
    if (!key || !equal(value.subarray(0, KEY_ID), noteKeyId(name, key, statement.type))) continue;
    const time = timeOf(text, name, value.subarray(KEY_ID), key, statement);
    if (time >= (found.get(name) ?? 0n)) found.set(name, time);
  }
  return found;
}

/** The time since which at least so many have cosigned. */
export function quorumTime(times: Iterable<bigint>, quorum: number): bigint {
  return [...times].sort((a, b) => (a > b ? -1 : 1))[quorum - 1];
}

function timeOf(text: string, name: string, value: Uint8Array, key: PublicKey, { header }: Statement): bigint {
  if (value.length !== TIME + SIGNATURE) refuse('WITNESS_SIGNATURE', '', { witness: name });
  const time = new DataView(value.buffer, value.byteOffset, TIME).getBigUint64(0);
  if (time > MAX_TIME) refuse('WITNESS_SIGNATURE', '', { witness: name });
  try {
    verify(key, utf8(`${header}\ntime ${time}\n${text}`), value.subarray(TIME));
  } catch (error) {
    if (error instanceof FilieraError) refuse('WITNESS_SIGNATURE', '', { witness: name });
    throw error;
  }
  return time;
}
