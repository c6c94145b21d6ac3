// From a sealed file, its wrapped keys and a reader's key to the paper, held against what whoever sealed it wrote down.

import { toHex } from '../core/bytes.ts';
import { cidOfBytes } from '../core/cid.ts';
import { refuse } from '../core/errors.ts';
import { sha256Of } from './crypto.ts';
import { unseal } from './unseal.ts';
import { readWrapped, unwrap, type Secret } from './wrapped.ts';

export interface Paper {
  readonly data: Uint8Array;
  /** What an event names it by: address of the ciphertext, SHA-256 of the paper. */
  readonly cid: string;
  readonly sha256: string;
  readonly mediaType: string;
}

/** Open a sealed paper. WRAPPED_NOT_FOR_YOU, WRAPPED_MALFORMED, SEALED_MALFORMED, SEALED_ALTERED, and SEALED_OTHER if key,
 *  ciphertext and paper do not belong together. */
export async function openPaper(sealed: Uint8Array, wrapped: Uint8Array, reader: CryptoKey): Promise<Paper> {
  const cid = cidOfBytes(sealed);
  const secrets: Secret[] = [];
  for (const jwe of readWrapped(wrapped)) {
    const secret = await unwrap(jwe, reader);
    if (secret) secrets.push(secret);
  }
  const { key, sha256, mediaType, cid: named } = secrets.find((each) => each.cid === cid) ?? secrets[0] ?? refuse('WRAPPED_NOT_FOR_YOU', 'key');
  const data = await unseal(sealed, key);
  if (named !== cid || toHex(await sha256Of(data)) !== sha256) refuse('SEALED_OTHER', '', { cid: named });
  return { data, cid, sha256, mediaType };
}
