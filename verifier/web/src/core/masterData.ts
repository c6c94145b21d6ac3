// Master data by itself: versions and identifiers agree (protocol/README §6). The subject has passed its schema.

import { refuse } from './errors.ts';
import { parseReference } from './identifiers.ts';
import type { JsonObject } from './strictJson.ts';

const SUBJECT = '/credentialSubject';
/** The kinds of identifier that name a subject of a type. */
const NAMED_BY: Readonly<Record<string, readonly string[]>> = {
  Party: ['party', 'participant'],
  Facility: ['facility'],
  Product: ['product'],
};

/** MASTER_DATA_VERSION (a first version that replaces, a later one that does not) or IDENTIFIER_KIND. */
export function checkMasterData(subject: JsonObject): void {
  const version = subject.version as number;
  if (version > 1 !== 'replaces' in subject) refuse('MASTER_DATA_VERSION', `${SUBJECT}/replaces`, { version });
  const kinds = NAMED_BY[subject.type as string];
  const id = subject.id as string;
  if (kinds && !kinds.includes(parseReference(id).kind)) refuse('IDENTIFIER_KIND', `${SUBJECT}/id`, { value: id, expected: kinds[0] });
}
