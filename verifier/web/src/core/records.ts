// Signed records: from the text of a token to claims that may be believed (protocol/README §3).

import { utf8, toHex } from './bytes.ts';
import { isInstant } from './calendar.ts';
import { parseCompact, verifySignature, type Compact } from './compact.ts';
import { disclosuresFor, ensureMandatoryDisclosed, PADDING, pathOf, policyOf } from './disclosure.ts';
import { refuse, shown } from './errors.ts';
import { sha256 } from './hashing.ts';
import { PublicKey } from './keys.ts';
import { child, resolve } from './places.ts';
import { openClaims, type Opened } from './sdJwt.ts';
import { isObject, parseObject, sameJson, type Json, type JsonObject } from './strictJson.ts';
import { HIDING, type Tier } from './vocabulary.ts';

const CONTEXT = ['https://www.w3.org/ns/credentials/v2', 'urn:filiera:context:1'];
const REQUIRED = ['@context', 'id', 'type', 'issuer', 'validFrom', 'credentialSubject'];
const NAMES = new Set([...REQUIRED, 'validUntil', 'credentialStatus', '_sd_alg']);
const ID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const WEB_KID = /^did:web:[A-Za-z0-9.%:_-]{1,1024}#[A-Za-z0-9._:-]{1,256}$/;
const DIGEST = /^[A-Za-z0-9_-]{43}$/;
const PLAIN = 'vc+jwt';
const SELECTIVE = 'vc+sd-jwt';

/** A record as far as it was disclosed. */
export class SignedRecord {
  /** `header.payload.signature` as received. */
  readonly jwt: string;
  readonly header: JsonObject;
  /** As signed, with `_sd`. */
  readonly payload: JsonObject;
  /** The full form as far as disclosed. */
  readonly claims: JsonObject;
  /** JSON pointers of the objects in which some digest stays closed: what is missing there is withheld, not absent. */
  readonly withheld: ReadonlySet<string>;
  /** SHA-256 of the JWT's ASCII bytes. */
  readonly digest: Uint8Array;
  readonly id: string;
  readonly issuer: string;
  readonly kind: string;
  readonly disclosures: readonly string[];
  /** The issuer's key; undefined while a did:web issuer has not been looked up. */
  readonly key: PublicKey | undefined;
  private readonly opened: Opened;

  constructor(compact: Compact, payload: JsonObject, opened: Opened, key: PublicKey | undefined) {
    this.jwt = compact.jwt;
    this.header = compact.header;
    this.disclosures = compact.disclosures;
    this.payload = payload;
    this.claims = opened.claims;
    this.withheld = new Set(opened.withheld.map((place) => place.pointer));
    this.digest = sha256(utf8(compact.jwt));
    this.id = payload.id as string;
    this.issuer = payload.issuer as string;
    this.kind = (payload.type as string[])[1];
    this.key = key;
    this.opened = opened;
  }

  get subject(): JsonObject {
    return this.claims.credentialSubject as JsonObject;
  }

  /** The record digest in the form of JSON. */
  get digestHex(): string {
    return toHex(this.digest);
  }

  /** The JWT with the disclosures at hand, in their order. */
  get token(): string {
    return this.header.typ === PLAIN ? this.jwt : [this.jwt, ...this.disclosures, ''].join('~');
  }

  /** Whether `name`, missing in the object at `pointer`, may be hidden there rather than absent. */
  isWithheld(pointer: string, name: string): boolean {
    const place = this.opened.withheld.find((each) => each.pointer === pointer);
    const holder = place && resolve(this.claims, pointer);
    if (!place || (isObject(holder) && name in holder)) return false;
    return policyOf(this.kind).tier(pathOf(child(place, name))) !== undefined;
  }

  /** The token with only what a reader of `tier` may see. */
  restrictedTo(tier: Tier): string {
    if (this.header.typ === PLAIN) return this.jwt;
    const kept = disclosuresFor(this.kind, this.opened.disclosed, tier);
    return [this.jwt, ...this.disclosures.filter((text) => kept.has(text)), ''].join('~');
  }
}

/** Read a record without checking its signature; throws the codes of vocabulary/codes/format.json. */
export function parseRecord(token: string): SignedRecord {
  return read(parseCompact(token));
}

/** Read a record and check its signature. A did:key issuer brings its key; for did:web the caller passes the `key` that
 *  the membership lists, else KEY_UNKNOWN, as for a `key` that is not the did:key issuer's. */
export function verifyRecord(token: string, key?: PublicKey): SignedRecord {
  const compact = parseCompact(token);
  const record = read(compact);
  const signer = record.key ?? key;
  if (!signer || (key && !key.equals(signer))) refuse('KEY_UNKNOWN', 'header/kid', { kid: compact.header.kid as string });
  verifySignature(compact, signer);
  return record;
}

function read(compact: Compact): SignedRecord {
  const key = readHeader(compact);
  const payload = parseObject(compact.payload);
  holdEnvelope(payload, compact.selective);
  if (payload.issuer !== (compact.header.kid as string).split('#')[0]) refuse('ISSUER_KEY_MISMATCH', '/issuer');
  const opened = openClaims(payload, compact.disclosures);
  holdHiding(opened, compact.selective);
  const record = new SignedRecord(compact, payload, opened, key);
  ensureMandatoryDisclosed(record.kind, opened);
  return record;
}

/** The key that a did:key `kid` spells; undefined for did:web. */
function readHeader({ header, alg, selective }: Compact): PublicKey | undefined {
  const { kid, typ } = header;
  if (typeof kid !== 'string' || typeof typ !== 'string') refuse('HEADER_MALFORMED', 'header');
  if ((typ !== PLAIN && typ !== SELECTIVE) || ('cty' in header && header.cty !== 'vc')) {
    refuse('TYP_REFUSED', 'header/typ', { typ: typ.slice(0, 80) });
  }
  if (selective !== (typ === SELECTIVE)) refuse('TOKEN_MALFORMED');
  if (WEB_KID.test(kid)) return undefined;
  const key = PublicKey.fromKid(kid);
  if (key.alg !== alg) refuse('KEY_ALG_MISMATCH', 'header/alg', { alg });
  return key;
}

/** The envelope of §3; what stands in the subject is for the schema to judge. */
function holdEnvelope(payload: JsonObject, selective: boolean): void {
  for (const name of Object.keys(payload)) {
    if (!NAMES.has(name)) refuse('PAYLOAD_NAME_REFUSED', `/${name.slice(0, 80)}`, { name: name.slice(0, 80) });
  }
  for (const name of REQUIRED) hold(name in payload, name);
  hold(sameJson(payload['@context'], CONTEXT), '@context');
  hold(typeof payload.id === 'string' && ID.test(payload.id), 'id');
  holdType(payload.type);
  hold(typeof payload.issuer === 'string', 'issuer');
  for (const name of ['validFrom', 'validUntil']) {
    hold(!(name in payload) || (typeof payload[name] === 'string' && isInstant(payload[name])), name);
  }
  for (const name of ['credentialSubject', 'credentialStatus']) hold(!(name in payload) || isObject(payload[name]), name);
  if ('_sd_alg' in payload !== selective) refuse('SD_ALG_REFUSED', '/_sd_alg');
}

function hold(holds: boolean, name: string): void {
  if (!holds) refuse('PAYLOAD_MALFORMED', `/${name}`, { name });
}

function holdType(type: Json): void {
  const kind = Array.isArray(type) && type.length === 2 && type[0] === 'VerifiableCredential' ? type[1] : undefined;
  if (typeof kind !== 'string') refuse('RECORD_TYPE_UNKNOWN', '/type', { type: shown(type) });
  if (!HIDING.has(kind)) refuse('RECORD_TYPE_UNKNOWN', '/type/1', { type: shown(kind) });
}

/** Less than RFC 9901 allows: properties only, arrays padded and sorted, nothing hidden in a plain token. */
function holdHiding(opened: Opened, selective: boolean): void {
  if (!selective && opened.arrays.length) refuse('SD_MALFORMED', opened.arrays[0].place.pointer);
  if (opened.elements.length) refuse('DISCLOSURE_ELEMENT_REFUSED', opened.elements[0].pointer);
  for (const { place, digests } of opened.arrays) {
    const ordered = digests.every((digest, index) => index === 0 || digests[index - 1] <= digest);
    if (!digests.length || digests.length % PADDING || !ordered) refuse('SD_NOT_PADDED', place.pointer);
    if (!digests.every((digest) => DIGEST.test(digest))) refuse('SD_MALFORMED', place.pointer);
  }
}
