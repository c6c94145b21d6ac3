// The event as EPCIS 2.0 with our terms: what must hold in one event by itself (protocol/README §5, §7).

import { checkAccount } from './accounts.ts';
import { isDay, isInstant, localDay } from './calendar.ts';
import { refuse, shown } from './errors.ts';
import { EFFECTS, goodsOf, type Goods } from './goods.ts';
import { PARTICIPANT_PREFIX } from './identifiers.ts';
import { validateRecord } from './schema.ts';
import { isObject, type JsonObject } from './strictJson.ts';
import { checkValues } from './values.ts';
import { ACTS, PROCESSES, type Act } from './vocabulary.ts';

export const EVENT = 'FilieraEvent';
const SUBJECT = '/credentialSubject';

/** Refuse what is not one well-formed event. `withheld` are the pointers of objects with undisclosed properties: a check
 *  that needs what is withheld says nothing. SCHEMA_*, ACT_*, PROCESS_*, EVENT_*, DAY_MISMATCH, QUANTITY_*, UNIT_*,
 *  IDENTIFIER_*, RECORD_*, MATERIAL_SHARES, RANGE_REVERSED, SELF_CONSUMPTION, LOT_TWICE, GOODS_MISSING, ACCOUNT_*. */
export function checkEvent(claims: JsonObject, withheld: ReadonlySet<string> = new Set()): void {
  const subject = subjectOf(claims);
  const act = ACTS.get(subject['filiera:act'] as string);
  if (!act) refuse('ACT_UNKNOWN', `${SUBJECT}/filiera:act`, { act: shown(subject['filiera:act']) });
  checkAct(subject, act);
  validateRecord(EVENT, claims, withheld);
  checkIdentity(claims, subject, withheld);
  checkTime(subject);
  checkProcess(subject, withheld);
  checkValues(subject, SUBJECT);
  const goods = goodsOf(subject, true);
  checkGoods(subject, act, goods);
  checkAccount(subject, goods, act.account, withheld);
}

/** Whose holding an event changes, as a party URN; undefined if the party acted for is withheld. */
export function holderOf(subject: JsonObject): string | undefined {
  const acted = subject['filiera:onBehalfOf'];
  if (!isObject(acted)) return PARTICIPANT_PREFIX + (subject['filiera:participant'] as string);
  return typeof acted.party === 'string' ? acted.party : undefined;
}

function subjectOf(claims: JsonObject): JsonObject {
  const type = claims.type;
  if (!Array.isArray(type) || type.length !== 2 || type[0] !== 'VerifiableCredential' || type[1] !== EVENT) {
    refuse('RECORD_KIND_UNKNOWN', '/type', { kind: shown(type) });
  }
  const subject = claims.credentialSubject;
  return isObject(subject) ? subject : refuse('SCHEMA_PROPERTY_MISSING', '', { name: 'credentialSubject' });
}

/** The schema says the same; this says it in words that name the act. */
function checkAct(subject: JsonObject, act: Act): void {
  const rules: [string, string, readonly string[]][] = [
    ['ACT_EVENT_TYPE', 'type', [act.eventType]],
    ['ACT_ACTION', 'action', act.action === null ? [] : [act.action]],
    ['ACT_BIZ_STEP', 'bizStep', act.bizStep],
    ['ACT_DISPOSITION', 'disposition', act.disposition],
  ];
  for (const [code, name, allowed] of rules) {
    if (name in subject && !allowed.includes(subject[name] as string)) {
      refuse(code, `${SUBJECT}/${name}`, { value: shown(subject[name]), allowed: allowed.join(', ') || '–', act: subject['filiera:act'] as string });
    }
  }
}

function checkIdentity(claims: JsonObject, subject: JsonObject, withheld: ReadonlySet<string>): void {
  if (subject.eventID !== claims.id) refuse('EVENT_ID_MISMATCH', `${SUBJECT}/eventID`, { id: claims.id as string });
  const seq = subject['filiera:recordSeq'] as number;
  const linked = 'filiera:previousRecord' in subject;
  if (seq === 0 && linked) refuse('RECORD_LINK_UNEXPECTED', `${SUBJECT}/filiera:previousRecord`);
  if (seq !== 0 && !linked && !withheld.has(SUBJECT)) refuse('RECORD_LINK_MISSING', SUBJECT, { seq });
}

function checkTime(subject: JsonObject): void {
  const day = subject['filiera:day'] as string;
  const { eventTime: time, eventTimeZoneOffset: offset } = subject;
  if (!isDay(day)) refuse('EVENT_TIME', `${SUBJECT}/filiera:day`, { value: day });
  if (typeof time !== 'string' || typeof offset !== 'string') return;
  const local = localDay(time, offset);
  if (!isInstant(time) || local === undefined) refuse('EVENT_TIME', `${SUBJECT}/eventTime`, { value: time });
  if (local !== day) refuse('DAY_MISMATCH', `${SUBJECT}/filiera:day`, { day, local });
}

function checkProcess(subject: JsonObject, withheld: ReadonlySet<string>): void {
  const process = subject['filiera:processType'];
  if (typeof process !== 'string' || withheld.has(SUBJECT)) return;
  for (const alternatives of PROCESSES.get(process)!.must) {
    if (!alternatives.some((path) => carries(subject, path))) {
      refuse('PROCESS_FIELD_MISSING', SUBJECT, { process, name: alternatives.join(' / ') });
    }
  }
}

/** Whether a subject has what a path `a` or `a/b` names. */
export function carries(subject: JsonObject, path: string): boolean {
  const [name, member] = path.split('/');
  const value = subject[name];
  return name in subject && (member === undefined || (isObject(value) && member in value));
}

/** Goods are named, once each, and nothing is made of itself. */
function checkGoods(subject: JsonObject, act: Act, { movements }: Goods): void {
  const needed = act.goods === 'some' || act.goods === 'in-and-out';
  if (needed && !movements.length) refuse('GOODS_MISSING', SUBJECT, { act: subject['filiera:act'] as string });
  for (const effect of EFFECTS) {
    const seen = new Set<string>();
    for (const { lot, place } of movements.filter((each) => each.effect === effect)) {
      if (seen.has(lot)) refuse('LOT_TWICE', `${SUBJECT}${place}`, { lot });
      seen.add(lot);
    }
  }
  const consumed = new Set(movements.filter((each) => each.effect === 'consumed').map(({ lot }) => lot));
  for (const { lot, place, effect } of movements) {
    if (effect === 'produced' && consumed.has(lot)) refuse('SELF_CONSUMPTION', `${SUBJECT}${place}`, { lot });
  }
  for (const { lot, place, effect, quantity } of movements) {
    if (quantity?.isZero && effect !== 'counted') refuse('QUANTITY_ZERO', `${SUBJECT}${place}/quantity`, { lot });
  }
}
