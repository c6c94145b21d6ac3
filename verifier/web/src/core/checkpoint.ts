// C2SP signed notes and tlog checkpoints (protocol/README §8).

import { decodePadded } from './base64url.ts';
import { concat, equal, toHex, utf8 } from './bytes.ts';
import { FilieraError, refuse } from './errors.ts';
import { sha256 } from './hashing.ts';
import { PublicKey } from './keys.ts';
import { verify } from './signatures.ts';

const MAX_NOTE = 1_000_000;
const MAX_SIGNATURES = 100;
const MARK = '— ';
const KEY_ID_BYTES = 4;
/** The signature type of a plain Ed25519 note (C2SP signed-note). */
const ED25519 = Uint8Array.of(1);

/** What a log states about itself. */
export interface Checkpoint {
  readonly origin: string;
  /** Number of leaves; bigint beyond 2^53 − 1. */
  readonly size: number | bigint;
  readonly root: Uint8Array;
}

/** One signature line: `value` is key id ‖ signature. */
export interface NoteSignature {
  readonly name: string;
  readonly value: Uint8Array;
}

/** Read a checkpoint that the holder of the verifier key signed.
 *  CHECKPOINT_VKEY, CHECKPOINT_MALFORMED, CHECKPOINT_UNSIGNED, CHECKPOINT_SIGNATURE or CHECKPOINT_ORIGIN. */
export function parseCheckpoint(note: string, vkey: string): Checkpoint {
  const { name, key } = parseVkey(vkey);
  const { text, signatures } = splitNote(note);
  const id = noteKeyId(name, key);
  const own = signatures.find((each) => each.name === name && equal(each.value.slice(0, KEY_ID_BYTES), id));
  if (!own) refuse('CHECKPOINT_UNSIGNED', '', { signer: name });
  holdSignature(key, text, own, 'CHECKPOINT_SIGNATURE');
  const { checkpoint } = parseBody(text);
  if (checkpoint.origin !== name) refuse('CHECKPOINT_ORIGIN', '', { origin: checkpoint.origin.slice(0, 80), signer: name });
  return checkpoint;
}

/** Name and key of a verifier key `<name>+<key id>+<base64>`; CHECKPOINT_VKEY. */
export function parseVkey(vkey: string): { name: string; key: PublicKey } {
  const [name, id, ...encoded] = vkey.split('+');
  const data = decodePadded(encoded.join('+'));
  if (!data || data[0] !== ED25519[0] || id === undefined) refuse('CHECKPOINT_VKEY');
  holdName(name);
  const key = readKey(data.slice(1));
  if (toHex(noteKeyId(name, key)) !== id) refuse('CHECKPOINT_VKEY');
  return { name, key };
}

/** The verifier key of a log or witness. */
export function formatVkey(name: string, key: PublicKey, encode: (bytes: Uint8Array) => string): string {
  return `${name}+${toHex(noteKeyId(name, key))}+${encode(concat(ED25519, key.raw))}`;
}

/** The signed text with its last newline, and all signature lines, each well formed; CHECKPOINT_MALFORMED. */
export function splitNote(note: string): { text: string; signatures: NoteSignature[] } {
  // eslint-disable-next-line no-control-regex
  const sound = note.length <= MAX_NOTE && !/[\u0000-\u0009\u000b-\u001f]/.test(note) && note.endsWith('\n');
  const gap = note.lastIndexOf('\n\n');
  const lines = note.slice(gap + 2, -1).split('\n');
  if (!sound || gap < 0 || lines.length > MAX_SIGNATURES) refuse('CHECKPOINT_MALFORMED');
  return { text: note.slice(0, gap + 1), signatures: lines.map(parseSignature) };
}

/** One signature line without its newline; CHECKPOINT_MALFORMED. */
export function parseSignature(line: string): NoteSignature {
  const space = line.indexOf(' ', MARK.length);
  const value = line.startsWith(MARK) && space > 0 ? decodePadded(line.slice(space + 1)) : undefined;
  if (!value || value.length <= KEY_ID_BYTES) refuse('CHECKPOINT_MALFORMED');
  const name = line.slice(MARK.length, space);
  holdName(name);
  return { name, value };
}

/** What a note's text states, and its extension lines; CHECKPOINT_MALFORMED. */
export function parseBody(text: string): { checkpoint: Checkpoint; extensions: string[] } {
  const [origin, size, encoded, ...rest] = text.split('\n');
  const root = encoded === undefined ? undefined : decodePadded(encoded);
  const extensions = rest.slice(0, -1);
  if (!/^(0|[1-9][0-9]{0,18})$/.test(size ?? '') || root?.length !== 32 || extensions.includes('')) refuse('CHECKPOINT_MALFORMED');
  const leaves = BigInt(size);
  return { checkpoint: { origin, size: leaves > Number.MAX_SAFE_INTEGER ? leaves : Number(leaves), root }, extensions };
}

/** The four bytes by which a signature line names its key; `type` is the signature type. */
export function noteKeyId(name: string, key: PublicKey, type: Uint8Array = ED25519): Uint8Array {
  return sha256(utf8(`${name}\n`), type, key.raw).slice(0, KEY_ID_BYTES);
}

/** A name of the signed-note format: not empty, no white space, no plus; CHECKPOINT_MALFORMED. */
export function holdName(name: string): void {
  if (!name || /[+\s]/u.test(name)) refuse('CHECKPOINT_MALFORMED');
}

function holdSignature(key: PublicKey, text: string, line: NoteSignature, code: string): void {
  try {
    verify(key, utf8(text), line.value.slice(KEY_ID_BYTES));
  } catch (error) {
    if (error instanceof FilieraError) refuse(code, '', { signer: line.name });
    throw error;
  }
}

function readKey(raw: Uint8Array): PublicKey {
  try {
    return new PublicKey('EdDSA', raw);
  } catch {
    return refuse('CHECKPOINT_VKEY');
  }
}
