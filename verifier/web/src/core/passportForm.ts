// A passport by itself: identifier, level, version and shares agree (protocol/README §11). The subject has passed its schema.

import { ONE, parseDecimal, sum } from './decimal.ts';
import { refuse } from './errors.ts';
import { GS1_STEM, parseDigitalLink } from './gs1.ts';
import type { JsonObject } from './strictJson.ts';
import { CARE } from './vocabulary.ts';

const SUBJECT = '/credentialSubject';
/** Application identifiers that the canonical link of each level carries. */
const KEYS: Readonly<Record<string, string>> = { model: '01', batch: '01/10', item: '01/21' };
/** The property of the subject that names the goods of a level. */
const OWN: Readonly<Record<string, string>> = { batch: 'lot', item: 'item' };

/** PASSPORT_IDENTIFIER, PASSPORT_LEVEL, PASSPORT_VERSION, PASSPORT_CARE, PASSPORT_SHARES; codes of gs1.ts. */
export function checkPassport(subject: JsonObject): void {
  const [id, level, version] = [subject.id as string, subject.granularityLevel as string, subject.version as number];
  if (id.startsWith(GS1_STEM)) {
    const keys = parseDigitalLink(id).path.map(([ai]) => ai).join('/');
    if (keys !== KEYS[level]) refuse('PASSPORT_IDENTIFIER', `${SUBJECT}/id`, { id, level });
    const own = subject[OWN[level]];
    if (typeof own === 'string' && own.startsWith(GS1_STEM) && own !== id) refuse('PASSPORT_LEVEL', `${SUBJECT}/id`, { id, level });
  }
  if (version > 1 !== 'replaces' in subject) refuse('PASSPORT_VERSION', `${SUBJECT}/version`, { version });
  ((subject.care ?? []) as string[]).forEach((word, index) => {
    if (!CARE.has(word)) refuse('PASSPORT_CARE', `${SUBJECT}/care/${index}`, { word });
  });
  checkShares((subject.components ?? []) as JsonObject[]);
}

/** The shares of all components are the whole, where each states one. */
function checkShares(components: readonly JsonObject[]): void {
  if (!components.length || components.some((each) => !('massShare' in each))) return;
  const total = sum(components.map((each) => parseDecimal(each.massShare)));
  if (!total.equals(ONE)) refuse('PASSPORT_SHARES', `${SUBJECT}/components`, { total: total.format() });
}
