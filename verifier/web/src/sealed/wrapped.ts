// Content keys, wrapped to their readers: a general JSON JWE, ECDH-ES+A256KW on P-256 and A256GCM, with decoys among the
// entries and no `kid` (design §4.9; RFC 7516 §7.2.1, RFC 7518 §4.6). A reader tries every entry.

import { decode, encode } from '../core/base64url.ts';
import { bigEndian, concat, fromHex, toHex, utf8 } from '../core/bytes.ts';
import { formatCid, parseCid } from '../core/cid.ts';
import { canonicalJson } from '../core/custody/canonical.ts';
import { FilieraError, refuse } from '../core/errors.ts';
import { RECORD_LIMITS, type Limits } from '../core/limits.ts';
import { isObject, parseJson, parseObject, type Json, type JsonObject } from '../core/strictJson.ts';
import { decrypt, own, sha256Of, unwrapKey } from './crypto.ts';

const ALG = 'ECDH-ES+A256KW';
const ENC = 'A256GCM';
const FORMAT = 'filiera-key/1';
const [STEP, MOST_READERS, SECRET_BYTES, KEY_BYTES] = [8, 64, 512, 32];
const PROTECTED = encode(utf8(`{"enc":"${ENC}"}`));
/** One document's wrapped keys, of some owners. */
const FILE_LIMITS: Limits = { ...RECORD_LIMITS, maxBytes: 2_097_152, maxDepth: 8 };

/** What was wrapped: the content key, the ciphertext that it opens, and the paper's SHA-256 (hex) and media type. */
export interface Secret {
  readonly key: Uint8Array;
  readonly cid: string;
  readonly sha256: string;
  readonly mediaType: string;
}

/** Whether a file may hold wrapped keys. */
export function isWrapped(data: Uint8Array): boolean {
  try {
    const value = parseObject(data, FILE_LIMITS);
    return Array.isArray(value.wrapped) || Array.isArray(value.recipients);
  } catch (error) {
    if (error instanceof FilieraError) return false;
    throw error;
  }
}

/** The wrapped keys of a file: one JWE, or `{wrapped: […]}` as the node gives them; WRAPPED_MALFORMED. */
export function readWrapped(data: Uint8Array): readonly JsonObject[] {
  const value = orMalformed('json', () => parseObject(data, FILE_LIMITS));
  return (Array.isArray(value.wrapped) ? value.wrapped : [value]).map(checked);
}

/** What one JWE holds for a reader; undefined if it is addressed to others. WRAPPED_MALFORMED. */
export async function unwrap(jwe: JsonObject, reader: CryptoKey): Promise<Secret | undefined> {
  for (const entry of jwe.recipients as JsonObject[]) {
    const key = await keyFor(entry, reader);
    if (!key) continue;
    const [iv, ciphertext, tag] = [jwe.iv, jwe.ciphertext, jwe.tag].map(part) as [Uint8Array, Uint8Array, Uint8Array];
    const opened = await decrypt(key, iv, concat(ciphertext, tag), utf8(PROTECTED));
    return readSecret(opened ?? malformed('tag'));
  }
  return undefined;
}

async function keyFor(entry: JsonObject, reader: CryptoKey): Promise<CryptoKey | undefined> {
  const { epk } = entry.header as { epk: Record<string, string> };
  try {
    const theirs = await crypto.subtle.importKey('jwk', { ...epk }, { name: 'ECDH', namedCurve: 'P-256' }, false, []);
    const agreed = new Uint8Array(await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, reader, 256));
    const wrapping = await crypto.subtle.importKey('raw', own(await derived(agreed)), 'AES-KW', false, ['unwrapKey']);
    return await unwrapKey(wrapping, part(entry.encrypted_key));
  } catch (error) {
    if (error instanceof FilieraError || error instanceof DOMException) return undefined;
    throw error;
  }
}

/** Concat KDF, one round: SHA-256(1 ‖ Z ‖ |alg| alg ‖ no PartyUInfo ‖ no PartyVInfo ‖ 256) (SP 800-56A §5.8.2.1). */
function derived(agreed: Uint8Array): Promise<Uint8Array> {
  const four = (value: number): Uint8Array => bigEndian(value, 4);
  return sha256Of(four(1), agreed, four(ALG.length), utf8(ALG), four(0), four(0), four(8 * KEY_BYTES));
}

function readSecret(opened: Uint8Array): Secret {
  return orMalformed('secret', () => {
    const value = parseJson(opened);
    if (!isObject(value) || opened.length !== SECRET_BYTES) return malformed('secret');
    const text = (name: string): string => (typeof value[name] === 'string' ? value[name] : malformed('secret'));
    const secret = { key: decode(text('key')), cid: formatCid(parseCid(text('cid'))), sha256: toHex(fromHex(text('sha256'))), mediaType: text('mediaType') };
    const written = canonicalJson({ ...secret, key: encode(secret.key), format: FORMAT });
    // One spelling: what is wrapped cannot say two things to two programs.
    if (secret.key.length !== KEY_BYTES || written !== canonicalJson(value)) malformed('secret');
    return secret;
  });
}

function checked(value: Json): JsonObject {
  if (!isObject(value) || !hasNames(value, 'protected iv ciphertext tag recipients')) return malformed('names');
  const { recipients } = value;
  if (!Array.isArray(recipients) || !recipients.length || recipients.length > MOST_READERS) return malformed('recipients');
  if (recipients.length % STEP || !recipients.every(isEntry)) malformed('recipients');
  return value.protected === PROTECTED ? value : malformed('protected');
}

function isEntry(entry: Json): boolean {
  if (!isObject(entry) || !hasNames(entry, 'header encrypted_key') || !isObject(entry.header)) return false;
  const { header } = entry;
  const { epk } = header;
  return hasNames(header, 'alg epk') && header.alg === ALG && isObject(epk) && hasNames(epk, 'kty crv x y') && epk.kty === 'EC' && epk.crv === 'P-256';
}

function hasNames(value: JsonObject, names: string): boolean {
  return Object.keys(value).sort().join(' ') === names.split(' ').sort().join(' ');
}

function part(value: Json | undefined): Uint8Array {
  return typeof value === 'string' ? orMalformed('base64url', () => decode(value)) : malformed('base64url');
}

function orMalformed<Value>(reason: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof FilieraError) return malformed(reason);
    throw error;
  }
}

function malformed(reason: string): never {
  return refuse('WRAPPED_MALFORMED', 'wrapped', { reason });
}
