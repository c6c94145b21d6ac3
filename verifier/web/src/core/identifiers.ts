// Identifiers of goods, places and parties: our random URNs and canonical GS1 Digital Links (protocol/README §1).
//
// Each thing has one spelling, so that equal text means equal thing everywhere else.

import { refuse } from './errors.ts';
import { canonicalLink, GS1_STEM, parseDigitalLink } from './gs1.ts';

export const PARTICIPANT_PREFIX = 'urn:filiera:participant:';
const OWN = /^urn:filiera:(lot|item|facility|party|package|carrier|product|order|certificate|status-list):[a-z2-7]{26}$/;
const PARTICIPANT = /^urn:filiera:participant:[0-9a-f]{64}$/;
const STATE = /#([1-9][0-9]{0,8})$/;
/** Which application identifiers make which kind; a serial with its lot would be a second name of the same item. */
const GS1_KINDS = new Map([
  ['01/10', 'lot'],
  ['01/21', 'item'],
  ['8004', 'carrier'],
  ['414', 'facility'],
  ['414/254', 'facility'],
  ['417', 'party'],
  ['00', 'package'],
  ['01', 'product'],
]);

/** A parsed identifier: `base` without its state, `state` n of the same goods, of which 1 is unwritten. */
export interface Reference {
  readonly kind: string;
  readonly base: string;
  readonly state: number;
}

/** IDENTIFIER_FORM, IDENTIFIER_STATE, or a code of gs1.ts. */
export function parseReference(text: string, place = ''): Reference {
  const gs1 = text.startsWith(`${GS1_STEM}/`);
  const state = STATE.exec(text)?.[1];
  const base = state === undefined ? text : text.slice(0, -state.length - 1);
  const kind = gs1 ? gs1Kind(base) : PARTICIPANT.test(text) ? 'participant' : OWN.exec(base)?.[1];
  if (kind === undefined) refuse('IDENTIFIER_FORM', place, { value: text.slice(0, 100) });
  if (state !== undefined && (kind !== 'lot' || state === '1')) refuse('IDENTIFIER_STATE', place, { value: text.slice(0, 100) });
  return { kind, base, state: Number(state ?? 1) };
}

/** Whether two references name states of the same goods. */
export function sameGoods(first: string, second: string): boolean {
  return parseReference(first).base === parseReference(second).base;
}

/** The kind of a canonical Digital Link; undefined for one that names no such thing, or is spelt otherwise. */
function gs1Kind(text: string): string | undefined {
  const link = parseDigitalLink(text);
  const kind = GS1_KINDS.get(link.path.map(([ai]) => ai).join('/'));
  return link.query.length || canonicalLink(link) !== text ? undefined : kind;
}
