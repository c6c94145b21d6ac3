// A reader's key from the file that `filiera key new` wrote: a private JWK (P-256), or the same under a passphrase as a
// compact JWE, PBES2-HS512+A256KW and A256GCM (RFC 7518 §4.8). It stays in this page and is neither kept nor sent.

import { decode } from '../core/base64url.ts';
import { concat, utf8 } from '../core/bytes.ts';
import { FilieraError } from '../core/errors.ts';
import { isObject, parseObject, type JsonObject } from '../core/strictJson.ts';
import { decrypt, own, unwrapKey } from './crypto.ts';

/** The name of the sentence that says what is the matter with a key file. */
export type KeyTrouble = 'key-unreadable' | 'key-signing' | 'passphrase-needed' | 'passphrase-wrong';

const SEALED = /^[\w-]+(?:\.[\w-]+){4}$/;
const ALG = 'PBES2-HS512+A256KW';
/** Rounds beyond these would hold the page up for whoever made the file. */
const MOST_ROUNDS = 1_000_000;
const MOST_BYTES = 65_536;

/** Whether a file may be a key: a JWK with a private part, or a JWE of five parts. */
export function isKeyFile(data: Uint8Array): boolean {
  if (data.length > MOST_BYTES) return false;
  const text = textOf(data);
  return SEALED.test(text) || typeof objectIn(text)?.kty === 'string';
}

/** Read a key file for key agreement. */
export async function readReaderKey(data: Uint8Array, passphrase?: string): Promise<CryptoKey | KeyTrouble> {
  let text = textOf(data);
  if (SEALED.test(text)) {
    if (!passphrase) return 'passphrase-needed';
    const clear = await openFile(text, passphrase);
    if (!(clear instanceof Uint8Array)) return clear;
    text = textOf(clear);
  }
  const jwk = objectIn(text);
  if (jwk?.kty === 'OKP') return 'key-signing';
  if (jwk?.kty !== 'EC' || jwk.crv !== 'P-256' || typeof jwk.d !== 'string') return 'key-unreadable';
  const { kty, crv, x, y, d } = jwk as Record<string, string>;
  try {
    return await crypto.subtle.importKey('jwk', { kty, crv, x, y, d }, { name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits']);
  } catch {
    return 'key-unreadable';
  }
}

async function openFile(text: string, passphrase: string): Promise<Uint8Array | KeyTrouble> {
  const [header = '', ...rest] = text.split('.');
  const settings = objectIn(textOf(partOf(header)));
  const { alg, enc, p2c, p2s } = settings ?? {};
  const rounds = Number.isInteger(p2c) && (p2c as number) > 0 && (p2c as number) <= MOST_ROUNDS ? (p2c as number) : 0;
  if (alg !== ALG || enc !== 'A256GCM' || !rounds || typeof p2s !== 'string') return 'key-unreadable';
  const [wrapped, iv, ciphertext, tag] = rest.map(partOf) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const salt = concat(utf8(ALG), Uint8Array.of(0), partOf(p2s));
  const key = await unwrapKey(await wrappingKey(passphrase, salt, rounds), wrapped);
  return (key && (await decrypt(key, iv, concat(ciphertext, tag), utf8(header)))) ?? 'passphrase-wrong';
}

async function wrappingKey(passphrase: string, salt: Uint8Array, iterations: number): Promise<CryptoKey> {
  const secret = await crypto.subtle.importKey('raw', own(utf8(passphrase)), 'PBKDF2', false, ['deriveKey']);
  const rule = { name: 'PBKDF2', hash: 'SHA-512', salt: own(salt), iterations };
  return crypto.subtle.deriveKey(rule, secret, { name: 'AES-KW', length: 256 }, false, ['unwrapKey']);
}

function textOf(data: Uint8Array): string {
  return new TextDecoder().decode(data).trim();
}

function objectIn(text: string): JsonObject | undefined {
  try {
    const value = parseObject(utf8(text));
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof FilieraError) return undefined;
    throw error;
  }
}

/** A part that is no base64url opens nothing: it stands for no bytes. */
function partOf(text: string): Uint8Array {
  try {
    return decode(text);
  } catch {
    return new Uint8Array();
  }
}
