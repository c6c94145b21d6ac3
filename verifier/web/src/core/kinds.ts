// One door for every kind of record (protocol/README §6): the judgement over a record by itself. Who signed, and whether
// other records agree, is judged elsewhere.

import { checkCatalogue } from './catalogueForm.ts';
import { checkEvent, EVENT } from './events.ts';
import { refuse, shown } from './errors.ts';
import { checkMasterData } from './masterData.ts';
import { checkPassport } from './passportForm.ts';
import { validateRecord } from './schema.ts';
import { checkList, checkStatusEntry, STATUS_LIST } from './statusEntries.ts';
import type { JsonObject } from './strictJson.ts';
import { checkValues } from './values.ts';
import { HIDING } from './vocabulary.ts';

const SUBJECT = '/credentialSubject';

/** Claims as far as disclosed, and the pointers of objects in which properties stay undisclosed. */
export interface Disclosable {
  readonly claims: JsonObject;
  readonly withheld: ReadonlySet<string>;
}

/** Refuse a record that has not the form of its kind. */
export function checkRecord({ claims, withheld }: Disclosable): void {
  const type = claims.type;
  const kind = Array.isArray(type) && type.length === 2 ? type[1] : undefined;
  if (typeof kind !== 'string' || !HIDING.has(kind)) refuse('RECORD_KIND_UNKNOWN', '/type', { kind: shown(type) });
  if (kind === EVENT) {
    checkEvent(claims, withheld);
    checkStatusEntry(claims);
    return;
  }
  validateRecord(kind, claims, withheld);
  checkStatusEntry(claims);
  const subject = claims.credentialSubject as JsonObject;
  checkValues(subject, SUBJECT);
  if (kind === 'FilieraMasterData') checkMasterData(subject);
  if (kind === 'DigitalProductPassport') checkPassport(subject);
  if (kind === 'FilieraCatalogue') checkCatalogue(subject);
  if (kind === STATUS_LIST) checkList(subject);
  if (subject['filiera:recordSeq'] === 0 && 'filiera:previousRecord' in subject) {
    refuse('RECORD_LINK_UNEXPECTED', `${SUBJECT}/filiera:previousRecord`);
  }
}
