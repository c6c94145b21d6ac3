// WebCrypto as sealed documents need it. Keys are made not extractable: what has been loaded cannot be read out again.

import { concat } from '../core/bytes.ts';

/** Bytes as WebCrypto takes them: none of ours lie in memory that several workers share. */
export type Bytes = Uint8Array<ArrayBuffer>;

export const own = (bytes: Uint8Array): Bytes => bytes as Bytes;

/** A 32-byte key for AES-GCM. */
export function contentKey(raw: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', own(raw), 'AES-GCM', false, ['decrypt']);
}

/** AES-256-GCM, 16-byte tag behind the ciphertext; undefined if the tag does not hold. */
export async function decrypt(key: CryptoKey, iv: Uint8Array, data: Uint8Array, additional: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: own(iv), additionalData: own(additional) }, key, own(data)));
  } catch {
    return undefined;
  }
}

/** The AES-GCM key that RFC 3394 wrapped; undefined if this is not the key that wraps it. */
export async function unwrapKey(wrapping: CryptoKey, wrapped: Uint8Array): Promise<CryptoKey | undefined> {
  try {
    return await crypto.subtle.unwrapKey('raw', own(wrapped), wrapping, 'AES-KW', 'AES-GCM', false, ['decrypt']);
  } catch {
    return undefined;
  }
}

export async function sha256Of(...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', own(concat(...parts))));
}
