// Which properties of a kind of record may be hidden, and from whom (vocabulary/disclosure.json, protocol/README §3).

import { refuse } from './errors.ts';
import { resolve, type Place } from './places.ts';
import type { Disclosed, Opened } from './sdJwt.ts';
import { isObject } from './strictJson.ts';
import { HIDING, TIERS, type Tier } from './vocabulary.ts';

/** Every `_sd` array is padded with decoys to a multiple of this. */
export const PADDING = 4;
const SUBJECT = 'credentialSubject';
const POLICIES = new Map<string, Policy>();

export interface Policy {
  /** The least tier that reads what stands at a path; undefined if it must stay in clear. */
  tier(path: string): Tier | undefined;
  /** Whether anything may be hidden in the object at a path. */
  mayHold(path: string): boolean;
  /** What has to be in clear in the object at a path that holds digests. */
  clear(path: string): readonly string[];
}

/** The policy of a kind of record; RECORD_TYPE_UNKNOWN. Paths are relative to the subject, '' is the subject. */
export function policyOf(kind: string): Policy {
  const known = POLICIES.get(kind) ?? readPolicy(kind);
  POLICIES.set(kind, known);
  return known;
}

/** Refuse what hides something that must be shown: MUST_DISCLOSE_HIDDEN. Whatever is disclosed at the moment, the answer
 *  is the same: properties that have to be in clear stand in the signed bytes. */
export function ensureMandatoryDisclosed(kind: string, opened: Opened): void {
  const policy = policyOf(kind);
  for (const { place } of opened.disclosed) {
    if (policy.tier(pathOf(place)) === undefined) refuse('MUST_DISCLOSE_HIDDEN', place.pointer, { path: place.pattern });
  }
  for (const { place } of opened.arrays) {
    const path = pathOf(place);
    if (path === undefined || !policy.mayHold(path)) refuse('MUST_DISCLOSE_HIDDEN', place.pointer, { path: place.pattern });
    const shown = resolve(opened.claims, place.pointer);
    for (const name of policy.clear(path)) {
      if (!isObject(shown) || !(name in shown)) refuse('MUST_DISCLOSE_HIDDEN', `${place.pointer}/${name}`, { path: name });
    }
  }
}

/** The disclosures that a reader of `tier` may have; what lies inside a closed property goes with it. */
export function disclosuresFor(kind: string, disclosed: readonly Disclosed[], tier: Tier): Set<string> {
  const policy = policyOf(kind);
  const rank = TIERS.indexOf(tier);
  const closed: string[] = [];
  const kept = new Set<string>();
  // What is opened inside another comes after it in order of length.
  for (const { text, place } of [...disclosed].sort((a, b) => a.place.pointer.length - b.place.pointer.length)) {
    const needed = policy.tier(pathOf(place));
    const inside = closed.some((pointer) => place.pointer.startsWith(`${pointer}/`));
    if (inside || needed === undefined || TIERS.indexOf(needed) > rank) closed.push(place.pointer);
    else kept.add(text);
  }
  return kept;
}

/** A place relative to the subject. What lies outside it keeps its name, which no list holds. */
export function pathOf(place: Place): string {
  if (place.pattern === SUBJECT) return '';
  return place.pattern.startsWith(`${SUBJECT}.`) ? place.pattern.slice(SUBJECT.length + 1) : `/${place.pattern}`;
}

/** Whether a property may be undisclosed in the object of a record of this kind that a JSON pointer leads to. */
export function mayHide(kind: string, pointer: string, name: string): boolean {
  const parts = pointer.slice(SUBJECT.length + 1).split('/').slice(1);
  const path = [...parts, name].map((part) => (/^\d+$/.test(part) ? '[]' : `.${part}`)).join('');
  return policyOf(kind).tier(path.replace(/^\./, '')) !== undefined;
}

function readPolicy(kind: string): Policy {
  const rules = HIDING.get(kind) ?? refuse('RECORD_TYPE_UNKNOWN', '/type/1', { type: kind.slice(0, 80) });
  const parents = new Set(Object.keys(rules.hideable).map(parentOf));
  const tiers = new Map(Object.entries(rules.hideable).map(([path, rule]) => [path, rule.tier]));
  const clear = new Map<string, string[]>();
  for (const path of rules.clear) {
    const parent = parentOf(path);
    clear.set(parent, [...(clear.get(parent) ?? []), path.slice(path.lastIndexOf('.') + 1)]);
  }
  return {
    tier: (path) => tiers.get(path) ?? tiers.get(`${parentOf(path)}.*`),
    mayHold: (path) => parents.has(path),
    clear: (path) => clear.get(path) ?? [],
  };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('.'), 0));
}
