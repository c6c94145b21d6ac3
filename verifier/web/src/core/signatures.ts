// The two signature algorithms with our strict rules (protocol/README §3). The rules on which libraries disagree are
// held here: range of r and s, canonical R, no cofactor in the equation.

import { sha512 } from '@noble/hashes/sha2.js';

import { bigEndian, concat, equal, toInteger } from './bytes.ts';
import { ED25519, P256, type Ed25519Point, type P256Point } from './curves.ts';
import { refuse } from './errors.ts';
import { sha256 } from './hashing.ts';
import type { PublicKey } from './keys.ts';

const HALF = 32;
const N = P256.Fn.ORDER;
const L = ED25519.Fn.ORDER;
const P = ED25519.Fp.ORDER;

/** Check r ‖ s (ES256, high s allowed) or an Ed25519 signature; SIGNATURE_MALFORMED or SIGNATURE_INVALID. */
export function verify(key: PublicKey, message: Uint8Array, signature: Uint8Array): void {
  if (signature.length !== 2 * HALF) refuse('SIGNATURE_MALFORMED');
  const holds =
    key.point.alg === 'ES256'
      ? holdsP256(key.point.used.get(), message, signature)
      : holdsEd25519(key.point.used.get(), key.raw, message, signature);
  if (!holds) refuse('SIGNATURE_INVALID');
}

/** r ‖ s of a P-256 signature in DER (RFC 3279 §2.2.3); SIGNATURE_MALFORMED for any other spelling. */
export function signatureFromDer(der: Uint8Array): Uint8Array {
  const body = readTlv(der, 0x30);
  const r = readTlv(body.value, 0x02);
  const s = readTlv(r.rest, 0x02);
  if (body.rest.length || s.rest.length) refuse('SIGNATURE_MALFORMED');
  const signature = concat(derInteger(r.value), derInteger(s.value));
  inRange(signature);
  return signature;
}

/** FIPS 186-5 §6.4.2. */
function holdsP256(key: P256Point, message: Uint8Array, signature: Uint8Array): boolean {
  const { r, s } = inRange(signature);
  const inverse = P256.Fn.inv(s);
  const digest = toInteger(sha256(message));
  const point = P256.BASE.multiplyUnsafe((digest * inverse) % N).add(key.multiplyUnsafe((r * inverse) % N));
  return !point.is0() && point.x % N === r;
}

/** RFC 8032 §5.1.7 without the cofactor: R = sB − kA. Where R is spelt canonically, equal bytes are equal points. */
function holdsEd25519(key: Ed25519Point, raw: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const R = signature.slice(0, HALF);
  const s = littleEndian(signature.slice(HALF));
  if (s >= L || !isCanonical(R)) refuse('SIGNATURE_MALFORMED');
  const k = littleEndian(sha512(concat(R, raw, message))) % L;
  return equal(ED25519.BASE.multiplyUnsafe(s).subtract(key.multiplyUnsafe(k)).toBytes(), R);
}

/** Whether 32 bytes are the one spelling of a point, if they are a point: y below p, no sign where x is 0. */
function isCanonical(encoded: Uint8Array): boolean {
  const sign = encoded[HALF - 1] >> 7;
  const y = littleEndian(encoded) - (BigInt(sign) << 255n);
  return y < P && !(sign && (y === 1n || y === P - 1n));
}

function inRange(signature: Uint8Array): { r: bigint; s: bigint } {
  const r = toInteger(signature.slice(0, HALF));
  const s = toInteger(signature.slice(HALF));
  if (r === 0n || s === 0n || r >= N || s >= N) refuse('SIGNATURE_MALFORMED');
  return { r, s };
}

function littleEndian(bytes: Uint8Array): bigint {
  return toInteger(bytes.slice().reverse());
}

/** One DER element of short length, which every signature of this size has. */
function readTlv(bytes: Uint8Array, tag: number): { value: Uint8Array; rest: Uint8Array } {
  const end = 2 + bytes[1];
  if (bytes[0] !== tag || !(bytes[1] < 0x80) || end > bytes.length) refuse('SIGNATURE_MALFORMED');
  return { value: bytes.slice(2, end), rest: bytes.slice(end) };
}

/** A DER integer, not negative, without needless zeros, as 32 bytes. */
function derInteger(bytes: Uint8Array): Uint8Array {
  const needless = bytes.length > 1 && bytes[0] === 0 && bytes[1] < 0x80;
  if (!bytes.length || bytes[0] >= 0x80 || needless) refuse('SIGNATURE_MALFORMED');
  const value = toInteger(bytes);
  return value >> 256n ? refuse('SIGNATURE_MALFORMED') : bigEndian(value, HALF);
}
