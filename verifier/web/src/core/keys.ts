// Public keys: P-256 and Ed25519, one spelling each, sound before anybody uses them (protocol/README §3).

import { decode as decodeBase58, encode as encodeBase58 } from './base58.ts';
import { decode as decodeBase64url } from './base64url.ts';
import { concat, toHex } from './bytes.ts';
import { ED25519, P256, Used, type Ed25519Point, type P256Point } from './curves.ts';
import { refuse } from './errors.ts';
import { sha256 } from './hashing.ts';
import type { JsonObject } from './strictJson.ts';

export type Alg = 'ES256' | 'EdDSA';
type Point = { alg: 'ES256'; used: Used<P256Point> } | { alg: 'EdDSA'; used: Used<Ed25519Point> };

const DID = 'did:key:z';
/** Multicodec prefixes as unsigned varints. */
const PREFIXES: Readonly<Record<Alg, Uint8Array>> = { ES256: Uint8Array.of(0x80, 0x24), EdDSA: Uint8Array.of(0xed, 0x01) };
const LENGTHS: Readonly<Record<Alg, number>> = { ES256: 33, EdDSA: 32 };
const KNOWN = new Map<string, PublicKey>();
/** Keys that are remembered: more than any evidence names, few enough for a small device. */
const MOST_KNOWN = 1024;

/** A sound public key; `raw` is the 33-byte compressed P-256 point or the 32-byte Ed25519 key. */
export class PublicKey {
  readonly alg: Alg;
  readonly raw: Uint8Array;
  /** `did:key:z…`. */
  readonly did: string;
  readonly point: Point;

  /** KEY_MALFORMED (length, encoding, not on the curve) or KEY_WEAK (small order). */
  constructor(alg: Alg, raw: Uint8Array) {
    if (raw.length !== LENGTHS[alg]) refuse('KEY_MALFORMED');
    this.alg = alg;
    this.raw = raw;
    this.point = alg === 'ES256' ? { alg, used: new Used(readP256(raw)) } : { alg, used: new Used(readEd25519(raw)) };
    this.did = DID + encodeBase58(this.multicodec);
  }

  /** Varint prefix ‖ raw key. */
  get multicodec(): Uint8Array {
    return concat(PREFIXES[this.alg], this.raw);
  }

  /** The 32 bytes that stand for the key on chain. */
  get keyId(): Uint8Array {
    return sha256(this.multicodec);
  }

  /** `did:key:z…#z…`. */
  get kid(): string {
    return `${this.did}#${this.did.slice(DID.length - 1)}`;
  }

  equals(other: PublicKey): boolean {
    return this.did === other.did;
  }

  /** Read `did:key:z…`; KEY_MALFORMED unless it is the only spelling of such a key. */
  static fromDid(did: string): PublicKey {
    if (!did.startsWith(DID)) refuse('KEY_MALFORMED');
    const known = KNOWN.get(did);
    if (known) return known;
    const data = decodeBase58(did.slice(DID.length));
    const alg = (['ES256', 'EdDSA'] as const).find((each) => PREFIXES[each].every((byte, index) => data[index] === byte));
    const key = new PublicKey(alg ?? refuse('KEY_MALFORMED'), data.slice(2));
    if (KNOWN.size < MOST_KNOWN) KNOWN.set(did, key);
    return key;
  }

  /** Read `did:key:z…#z…`; KID_MALFORMED unless both parts name the same key. */
  static fromKid(kid: string): PublicKey {
    const [did, ...fragment] = kid.split('#');
    if (!did.startsWith(DID) || fragment.join('#') !== did.slice(DID.length - 1)) refuse('KID_MALFORMED');
    return PublicKey.fromDid(did);
  }

  /** Read the public part of a JWK (RFC 7517, RFC 8037); members beyond kty, crv, x, y are not looked at. */
  static fromJwk(jwk: JsonObject): PublicKey {
    if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519') return new PublicKey('EdDSA', member(jwk, 'x'));
    if (jwk.kty === 'EC' && jwk.crv === 'P-256') return PublicKey.fromUncompressed(concat(member(jwk, 'x'), member(jwk, 'y')));
    return refuse('KEY_MALFORMED');
  }

  /** Read a P-256 point as x ‖ y or 0x04 ‖ x ‖ y. */
  static fromUncompressed(bytes: Uint8Array): PublicKey {
    const point = bytes.length === 65 && bytes[0] === 4 ? bytes : concat(Uint8Array.of(4), bytes);
    if (point.length !== 65) refuse('KEY_MALFORMED');
    return new PublicKey('ES256', readP256(point).toBytes(true));
  }
}

function readP256(bytes: Uint8Array): P256Point {
  try {
    return P256.fromBytes(bytes);
  } catch {
    return refuse('KEY_MALFORMED');
  }
}

function readEd25519(bytes: Uint8Array): Ed25519Point {
  // The non-canonical encodings of points of small order are weak as well: they are read with the looser rule.
  const point = decodeEd25519(bytes, true) ?? refuse('KEY_MALFORMED');
  if (point.isSmallOrder()) refuse('KEY_WEAK');
  return decodeEd25519(bytes, false) ?? refuse('KEY_MALFORMED');
}

/** The point that 32 bytes encode, undefined if none; `loose` admits encodings that RFC 8032 §5.1.3 does not. */
function decodeEd25519(bytes: Uint8Array, loose: boolean): Ed25519Point | undefined {
  try {
    return ED25519.fromBytes(bytes, loose);
  } catch {
    return undefined;
  }
}

/** A JWK member of 32 bytes; RFC 7518 §6.2.1 asks for the full length. */
function member(jwk: JsonObject, name: string): Uint8Array {
  const text = jwk[name];
  const bytes = typeof text === 'string' ? decodeBase64url(text, name) : undefined;
  return bytes?.length === 32 ? bytes : refuse('KEY_MALFORMED', name);
}

/** The key id of a did:key as hex, the form of bundles and of the chain's answers. */
export function keyIdOf(did: string): string {
  return toHex(PublicKey.fromDid(did).keyId);
}
