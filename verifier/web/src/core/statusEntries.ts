// Which records point to a status list, and the lists themselves as records (protocol/README §21).

import { refuse } from './errors.ts';
import { decodeList, type StatusList } from './statusList.ts';
import { isObject, type JsonObject } from './strictJson.ts';

export const STATUS_LIST = 'BitstringStatusListCredential';
const STATEMENTS: ReadonlySet<unknown> = new Set(['lab-test', 'social-evidence', 'chemical-declaration', 'footprint-statement']);

/** Where a record's status stands: a list, what the list is for, and the place in it. */
export interface StatusEntry {
  readonly list: string;
  readonly purpose: string;
  readonly index: number;
}

/** Undefined if the record cannot be withdrawn this way. */
export function statusEntryOf({ credentialStatus: stated }: JsonObject): StatusEntry | undefined {
  if (!isObject(stated)) return undefined;
  const { statusListCredential: list, statusPurpose: purpose, statusListIndex: index } = stated;
  return { list: list as string, purpose: purpose as string, index: Number(index) };
}

/** STATUS_ENTRY_REFUSED if claims of a sound form have a status and are of a kind that has none. */
export function checkStatusEntry(claims: JsonObject): void {
  const { credentialStatus: stated } = claims;
  if (!isObject(stated)) return;
  const { id, statusListCredential: list, statusListIndex: index } = stated;
  const named = id === undefined || id === `${String(list)}#${String(index)}`;
  if (!named || !mayCarry(claims)) refuse('STATUS_ENTRY_REFUSED', '/credentialStatus');
}

/** MASTER_DATA_VERSION, or what keeps the bits of a list from being read. */
export function checkList(subject: JsonObject): void {
  const version = subject.version as number;
  if (version > 1 !== 'replaces' in subject) refuse('MASTER_DATA_VERSION', '/credentialSubject/replaces', { version });
  bitsOf(subject);
}

/** The bits of a list: STATUS_LIST_MALFORMED, STATUS_LIST_LENGTH. */
export function bitsOf(subject: JsonObject): StatusList {
  return decodeList(subject.encodedList as string, '/credentialSubject/encodedList');
}

function mayCarry({ type, credentialSubject }: JsonObject): boolean {
  const kind = (type as string[])[1];
  const subject = credentialSubject as JsonObject;
  if (kind === 'FilieraMasterData') return subject.type === 'Certificate';
  if (kind === 'FilieraEvent') return STATEMENTS.has(subject['filiera:act']);
  return kind === 'FilieraMembership';
}
