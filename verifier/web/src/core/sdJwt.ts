// Selective disclosure as RFC 9901 §7.1 reads it: claims put together from a payload and its disclosures.
//
// General on purpose, array elements included; what our own records allow less is held in records.ts.

import { decode, encode } from './base64url.ts';
import { utf8 } from './bytes.ts';
import { parseCompact, verifySignature } from './compact.ts';
import { refuse } from './errors.ts';
import { sha256 } from './hashing.ts';
import type { PublicKey } from './keys.ts';
import { RECORD_LIMITS, type Limits } from './limits.ts';
import { child, element, ROOT, type Place } from './places.ts';
import { emptyObject, isObject, parseJson, parseObject, type Json, type JsonObject } from './strictJson.ts';

/** A disclosure: of a property if it has a name, else of an array element. */
interface Disclosure {
  readonly text: string;
  readonly name: string | undefined;
  readonly value: Json;
}

/** One disclosure that found its digest, and where. */
export interface Disclosed {
  readonly text: string;
  readonly place: Place;
}

/** The claims as far as disclosed, and what was met on the way. */
export interface Opened {
  readonly claims: JsonObject;
  readonly disclosed: readonly Disclosed[];
  /** Objects or arrays in which some digest stays closed, a decoy perhaps. */
  readonly withheld: readonly Place[];
  /** Every `_sd` array with the object that holds it. */
  readonly arrays: readonly { place: Place; digests: readonly string[] }[];
  /** Arrays that hold a digest instead of an element. */
  readonly elements: readonly Place[];
}

export function disclosureDigest(disclosure: string): string {
  return encode(sha256(utf8(disclosure)));
}

/** Put the claims together; `payload` is not changed. SD_*, DISCLOSURE_*, JSON_TOO_DEEP. */
export function openClaims(payload: JsonObject, disclosures: readonly string[], limits: Limits = RECORD_LIMITS): Opened {
  if ('_sd_alg' in payload && payload._sd_alg !== 'sha-256') refuse('SD_ALG_REFUSED', '_sd_alg');
  const { _sd_alg: _, ...source } = payload;
  return new Opener(disclosures, limits).open(source);
}

/** Check an SD-JWT of any `typ` and return the claims that it discloses. */
export function verifySdJwt(token: string, key: PublicKey, limits: Limits = RECORD_LIMITS): JsonObject {
  const compact = parseCompact(token, limits);
  if (!compact.selective) refuse('TOKEN_MALFORMED');
  verifySignature(compact, key);
  return openClaims(parseObject(compact.payload, limits), compact.disclosures, limits).claims;
}

/** One pass: each digest may be met once, each disclosure has to be met. */
class Opener {
  private readonly maxDepth: number;
  private readonly unused = new Map<string, Disclosure>();
  private readonly met = new Set<string>();
  private readonly disclosed: Disclosed[] = [];
  private readonly withheld: Place[] = [];
  private readonly arrays: { place: Place; digests: string[] }[] = [];
  private readonly elements: Place[] = [];

  constructor(disclosures: readonly string[], limits: Limits) {
    this.maxDepth = limits.maxDepth;
    disclosures.forEach((text, index) => {
      const digest = disclosureDigest(text);
      if (this.unused.has(digest)) refuse('DISCLOSURE_DUPLICATE', `disclosure/${index}`);
      this.unused.set(digest, readDisclosure(text, `disclosure/${index}`, limits));
    });
  }

  open(payload: JsonObject): Opened {
    const claims = this.object(payload, ROOT, 1);
    if (this.unused.size) refuse('DISCLOSURE_UNREFERENCED', '', { count: this.unused.size });
    const { disclosed, withheld, arrays, elements } = this;
    return { claims, disclosed, withheld, arrays, elements };
  }

  private value(value: Json, place: Place, depth: number): Json {
    if (Array.isArray(value)) return this.array(value, place, depth + 1);
    return isObject(value) ? this.object(value, place, depth + 1) : value;
  }

  private object(source: JsonObject, place: Place, depth: number): JsonObject {
    this.holdDepth(depth);
    if ('...' in source) refuse('SD_MALFORMED', place.pointer);
    const opened = emptyObject();
    for (const [name, value] of Object.entries(source)) {
      if (name !== '_sd') opened[name] = this.value(value, child(place, name), depth);
    }
    if ('_sd' in source) this.properties(source._sd, opened, place, depth);
    return opened;
  }

  private properties(digests: Json, opened: JsonObject, place: Place, depth: number): void {
    if (!Array.isArray(digests)) refuse('SD_MALFORMED', place.pointer);
    let closed = false;
    for (const digest of digests) {
      const found = this.take(digest, place);
      if (!found) closed = true;
      else this.property(found, opened, place, depth);
    }
    if (closed) this.withheld.push(place);
    this.arrays.push({ place, digests: digests as string[] });
  }

  private property(found: Disclosure, opened: JsonObject, place: Place, depth: number): void {
    if (found.name === undefined) refuse('SD_MALFORMED', place.pointer);
    const at = child(place, found.name);
    if (found.name in opened) refuse('DISCLOSURE_NAME_TAKEN', at.pointer, { name: found.name.slice(0, 80) });
    this.disclosed.push({ text: found.text, place: at });
    opened[found.name] = this.value(found.value, at, depth);
  }

  private array(source: Json[], place: Place, depth: number): Json[] {
    this.holdDepth(depth);
    const opened: Json[] = [];
    for (const [index, entry] of source.entries()) {
      if (!isObject(entry) || !('...' in entry)) opened.push(this.value(entry, element(place, index), depth));
      else this.element(entry, opened, place, depth);
    }
    return opened;
  }

  /** Replace `{"...": digest}` by its element, or leave it out (RFC 9901 §7.1 step 3d). */
  private element(entry: JsonObject, opened: Json[], place: Place, depth: number): void {
    this.elements.push(place);
    if (Object.keys(entry).length !== 1) refuse('SD_MALFORMED', place.pointer);
    const found = this.take(entry['...'], place);
    if (!found) {
      this.withheld.push(place);
      return;
    }
    if (found.name !== undefined) refuse('SD_MALFORMED', place.pointer);
    const at = element(place, opened.length);
    this.disclosed.push({ text: found.text, place: at });
    opened.push(this.value(found.value, at, depth));
  }

  private take(digest: Json, place: Place): Disclosure | undefined {
    if (typeof digest !== 'string') refuse('SD_MALFORMED', place.pointer);
    if (this.met.has(digest)) refuse('SD_DIGEST_DUPLICATE', place.pointer);
    this.met.add(digest);
    const found = this.unused.get(digest);
    this.unused.delete(digest);
    return found;
  }

  /** Disclosures nest in disclosures: each keeps to the limit by itself, together they would not. */
  private holdDepth(depth: number): void {
    if (depth > this.maxDepth) refuse('JSON_TOO_DEEP', '', { limit: this.maxDepth });
  }
}

/** `[salt, name, value]` or `[salt, value]` (RFC 9901 §4.2.1, §4.2.2). */
function readDisclosure(text: string, place: string, limits: Limits): Disclosure {
  const entries = parseJson(decode(text, place), limits);
  if (!Array.isArray(entries) || (entries.length !== 3 && entries.length !== 2) || typeof entries[0] !== 'string') {
    refuse('DISCLOSURE_MALFORMED', place);
  }
  if (entries.length === 2) return { text, name: undefined, value: entries[1] };
  const name = entries[1];
  if (typeof name !== 'string') refuse('DISCLOSURE_MALFORMED', place);
  if (name === '_sd' || name === '...') refuse('DISCLOSURE_NAME_REFUSED', place, { name });
  return { text, name, value: entries[2] };
}
