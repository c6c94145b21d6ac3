// What of a version of the catalogue may be believed, by itself (protocol/README §20).

import { VERSIONS } from './custody/catalogue.ts';
import { refuse } from './errors.ts';
import { sameJson, type Json, type JsonObject } from './strictJson.ts';

const SUBJECT = '/credentialSubject';

/** Refuse a record whose content is of another version, lists a criterion twice, or differs from the shipped one. */
export function checkCatalogue(subject: JsonObject): void {
  const { version, content } = subject as { version: string; content: JsonObject };
  if (content.version !== version) {
    refuse('CATALOGUE_VERSION_MISMATCH', `${SUBJECT}/content/version`, { version, found: String(content.version) });
  }
  const ids = (content.criteria as JsonObject[]).map(({ id }) => id);
  if (new Set(ids).size < ids.length) refuse('CATALOGUE_CRITERION_TWICE', `${SUBJECT}/content/criteria`, { version });
  const shipped = VERSIONS.get(version) as unknown as Json | undefined;
  if (shipped !== undefined && !sameJson(content, shipped)) refuse('CATALOGUE_DIFFERS', `${SUBJECT}/content`, { version });
}
