// Signed compact tokens: text, header and signature, before anything inside is believed (protocol/README §2, §3).

import { decode } from './base64url.ts';
import { utf8 } from './bytes.ts';
import { refuse } from './errors.ts';
import type { Alg, PublicKey } from './keys.ts';
import { MAX_DISCLOSURES, MAX_TOKEN_BYTES, RECORD_LIMITS, type Limits } from './limits.ts';
import { verify } from './signatures.ts';
import { parseObject, type JsonObject } from './strictJson.ts';

const SEGMENT = /^[A-Za-z0-9_-]+$/;
const NAMES = new Set(['alg', 'kid', 'typ', 'cty']);
const ALGS = new Map<string, Alg>([['ES256', 'ES256'], ['EdDSA', 'EdDSA'], ['Ed25519', 'EdDSA']]);

/** A token taken apart. */
export interface Compact {
  /** `header.payload.signature` as received. */
  readonly jwt: string;
  readonly header: JsonObject;
  readonly alg: Alg;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  readonly disclosures: readonly string[];
  /** Whether a `~` follows the JWT. */
  readonly selective: boolean;
}

/** Take a token apart without trusting it; TOKEN_*, DISCLOSURES_TOO_MANY, BASE64URL_*, HEADER_*, ALG_*, JSON_*. */
export function parseCompact(token: string, limits: Limits = RECORD_LIMITS): Compact {
  if (token.length > MAX_TOKEN_BYTES) refuse('TOKEN_TOO_LARGE', '', { limit: MAX_TOKEN_BYTES });
  const [jwt, ...rest] = token.split('~');
  const segments = jwt.split('.');
  const sound = segments.length === 3 && [...segments, ...rest.slice(0, -1)].every((each) => SEGMENT.test(each));
  if (!sound || (rest.length && rest[rest.length - 1] !== '')) refuse('TOKEN_MALFORMED');
  const disclosures = rest.slice(0, -1);
  if (disclosures.length > MAX_DISCLOSURES) refuse('DISCLOSURES_TOO_MANY', '', { limit: MAX_DISCLOSURES });
  const header = readHeader(decode(segments[0], 'header'), limits);
  return {
    jwt,
    header,
    alg: ALGS.get(header.alg as string)!,
    payload: decode(segments[1], 'payload'),
    signature: decode(segments[2], 'signature'),
    disclosures,
    selective: rest.length > 0,
  };
}

/** Check a plain token of one `typ` (undefined: any) and return its payload, so that no kind of token stands in for
 *  another; TYP_REFUSED, TOKEN_MALFORMED, KEY_ALG_MISMATCH, SIGNATURE_*, JSON_*. */
export function verifyCompact(token: string, key: PublicKey, typ?: string, limits: Limits = RECORD_LIMITS): JsonObject {
  const compact = parseCompact(token, limits);
  if (typ !== undefined && compact.header.typ !== typ) {
    refuse('TYP_REFUSED', 'header/typ', { typ: String(compact.header.typ).slice(0, 80) });
  }
  if (compact.selective) refuse('TOKEN_MALFORMED');
  verifySignature(compact, key);
  return parseObject(compact.payload, limits);
}

/** KEY_ALG_MISMATCH if the header names an algorithm of another kind of key; SIGNATURE_*. */
export function verifySignature(compact: Compact, key: PublicKey): void {
  if (compact.alg !== key.alg) refuse('KEY_ALG_MISMATCH', 'header/alg', { alg: compact.alg });
  verify(key, utf8(compact.jwt.slice(0, compact.jwt.lastIndexOf('.'))), compact.signature);
}

/** A closed list of names, all texts, an allowed algorithm; tokens of others may carry any `kid`. */
function readHeader(data: Uint8Array, limits: Limits): JsonObject {
  const header = parseObject(data, limits);
  for (const [name, value] of Object.entries(header)) {
    const place = `header/${name.slice(0, 80)}`;
    if (!NAMES.has(name)) refuse('HEADER_NAME_REFUSED', place, { name: name.slice(0, 80) });
    if (typeof value !== 'string' && !(limits.foreign && name === 'kid')) refuse('HEADER_MALFORMED', place);
  }
  if (typeof header.alg !== 'string') refuse('HEADER_MALFORMED', 'header/alg');
  if (!ALGS.has(header.alg)) refuse('ALG_REFUSED', 'header/alg', { alg: header.alg.slice(0, 80) });
  return header;
}
