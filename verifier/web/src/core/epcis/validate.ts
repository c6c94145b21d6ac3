// Is this EPCIS 2.0, and what is wrong with it: what ISO/IEC 19987 requires in JSON of names, types, words, times and
// identifiers. Everything found is reported, not the first only. Contexts are never fetched.

import { FilieraError, shown, type Values } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../strictJson.ts';
import { shortWord, type WordList } from './cbv.ts';
import { eventsOf, isDocument, parseTime } from './document.ts';

/** A code of codes/event.json, and where. */
export interface EpcisFinding {
  readonly code: string;
  readonly place: string;
  readonly values: Values;
}

const MAX_ENTRIES = 10_000;
/** Comments are no data of ours: they are said and passed over. */
const NOTICE = 'EPCIS_COMMENT_IGNORED';
const OFFSET = /^[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)$/;
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]+$/;
const names = (text: string): string[] => text.split(' ');

const DOCUMENT = names('@context type id schemaVersion creationDate instanceIdentifier sender receiver epcisHeader epcisBody');
const COMMON = names(
  '@context type eventID eventTime eventTimeZoneOffset recordTime certificationInfo errorDeclaration bizStep disposition ' +
    'persistentDisposition readPoint bizLocation bizTransactionList sourceList destinationList sensorElementList',
);
const BY_TYPE = new Map([
  ['ObjectEvent', names('action epcList quantityList ilmd')],
  ['AggregationEvent', names('action parentID childEPCs childQuantityList')],
  ['TransactionEvent', names('action parentID epcList quantityList')],
  ['TransformationEvent', names('transformationID inputEPCList inputQuantityList outputEPCList outputQuantityList ilmd')],
  ['AssociationEvent', names('action parentID childEPCs childQuantityList')],
]);
const URI_LISTS = names('epcList childEPCs inputEPCList outputEPCList');
const QUANTITY_LISTS = names('quantityList childQuantityList inputQuantityList outputQuantityList');
const MEMBERS = new Map<string, { member: string; words: WordList; typed: boolean }>([
  ['bizTransactionList', { member: 'bizTransaction', words: 'bizTransactionType', typed: false }],
  ['sourceList', { member: 'source', words: 'sourceDestinationType', typed: true }],
  ['destinationList', { member: 'destination', words: 'sourceDestinationType', typed: true }],
]);

/** Everything found in a document, a query document or a single event; nothing is thrown for its content. */
export function validateEpcis(document: Json | undefined): { valid: boolean; findings: readonly EpcisFinding[]; codes: string[] } {
  const validator = new Validator();
  validator.document(document);
  const { findings } = validator;
  return { valid: findings.every(({ code }) => code === NOTICE), findings, codes: [...new Set(findings.map(({ code }) => code))].sort() };
}

class Validator {
  readonly findings: EpcisFinding[] = [];

  document(document: Json | undefined): void {
    this.attempt(() => {
      const events = eventsOf(document);
      if (isObject(document) && isDocument(document)) this.envelope(document);
      for (const [pointer, event] of events) this.event(event, pointer);
    });
  }

  private envelope(document: JsonObject): void {
    const needed = document.type === 'EPCISQueryDocument' ? ['@context'] : ['@context', 'schemaVersion', 'creationDate'];
    this.required(document, needed, '');
    const version = 'schemaVersion' in document ? document.schemaVersion : '2.0';
    if (typeof version !== 'string' || !/^2\.[0-9](\.[0-9]+)?$/.test(version)) this.found('EPCIS_VERSION', '/schemaVersion', { version: shown(version) });
    if ('creationDate' in document) this.attempt(() => parseTime(document.creationDate, '/creationDate'));
    const context = '@context' in document ? document['@context'] : '';
    if (typeof context !== 'object' && typeof context !== 'string' || context === null) this.value('/@context', context);
    this.known(document, DOCUMENT, '');
  }

  private event(event: Json, pointer: string): void {
    const type = isObject(event) && typeof event.type === 'string' ? event.type : '';
    const own = BY_TYPE.get(type);
    if (!isObject(event) || !own) {
      this.found('EPCIS_EVENT_TYPE', `${pointer}/type`, { value: type.slice(0, 60) });
      return;
    }
    this.known(event, [...COMMON, ...own], pointer);
    this.required(event, ['eventTime', 'eventTimeZoneOffset', ...own.filter((name) => name === 'action')], pointer);
    const missing = missingGoods(event, type);
    if (missing) this.found('EPCIS_FIELD_MISSING', pointer, { name: missing });
    for (const [name, value] of Object.entries(event)) this.field(name, value, `${pointer}/${name}`);
    if ('ilmd' in event && type === 'ObjectEvent' && event.action !== 'ADD') this.value(`${pointer}/ilmd`, 'ilmd');
  }

  private field(name: string, value: Json, place: string): void {
    if (name === 'eventTime' || name === 'recordTime') this.attempt(() => parseTime(value, place));
    else if (name === 'eventTimeZoneOffset') {
      if (typeof value !== 'string' || !OFFSET.test(value)) this.found('EPCIS_TIME', place, { value: shown(value) });
    } else if (name === 'bizStep' || name === 'disposition') this.attempt(() => shortWord(name, value, place));
    else if (name === 'action') {
      if (!['ADD', 'OBSERVE', 'DELETE'].includes(value as string)) this.value(place, value);
    } else if (['eventID', 'parentID', 'transformationID'].includes(name)) this.uri(value, place);
    else if (name === 'certificationInfo') this.uris(Array.isArray(value) ? value : [value], place);
    else if (URI_LISTS.includes(name)) this.uris(value, place);
    else if (QUANTITY_LISTS.includes(name)) this.quantities(value, place);
    else this.object(name, value, place);
  }

  private object(name: string, value: Json, place: string): void {
    if (name === 'readPoint' || name === 'bizLocation') this.uri(isObject(value) ? value.id : undefined, `${place}/id`);
    else if (MEMBERS.has(name)) this.members(name, value, place);
    else if (name === 'errorDeclaration') this.error(value, place);
    else if (name === 'persistentDisposition') {
      for (const key of ['set', 'unset']) {
        entries(isObject(value) ? value[key] : undefined).forEach((word, index) => this.attempt(() => shortWord('disposition', word, `${place}/${key}/${index}`)));
      }
    } else if (name === 'ilmd' && !isObject(value)) this.value(place, value);
  }

  private members(name: string, value: Json, place: string): void {
    const { member, words, typed } = MEMBERS.get(name)!;
    if (!Array.isArray(value)) this.value(place, value);
    entries(value).forEach((entry, index) => {
      const at = `${place}/${index}`;
      if (!isObject(entry) || !(member in entry) || (typed && !('type' in entry))) {
        this.found('EPCIS_FIELD_MISSING', at, { name: member });
        return;
      }
      this.uri(entry[member], `${at}/${member}`);
      if ('type' in entry) this.attempt(() => shortWord(words, entry.type, `${at}/type`));
    });
  }

  private error(value: Json, place: string): void {
    if (!isObject(value) || !('declarationTime' in value)) {
      this.found('EPCIS_FIELD_MISSING', place, { name: 'declarationTime' });
      return;
    }
    this.attempt(() => parseTime(value.declarationTime, `${place}/declarationTime`));
    if ('reason' in value) this.attempt(() => shortWord('errorReason', value.reason, `${place}/reason`));
    this.uris('correctiveEventIDs' in value ? value.correctiveEventIDs : [], `${place}/correctiveEventIDs`);
  }

  private quantities(value: Json, place: string): void {
    if (!isList(value)) {
      this.value(place, value);
      return;
    }
    value.forEach((entry, index) => {
      const at = `${place}/${index}`;
      if (!isObject(entry) || !('epcClass' in entry)) {
        this.found('EPCIS_FIELD_MISSING', at, { name: 'epcClass' });
        return;
      }
      this.uri(entry.epcClass, `${at}/epcClass`);
      if ('quantity' in entry && !(typeof entry.quantity === 'number' && entry.quantity >= 0)) this.value(`${at}/quantity`, entry.quantity);
      if ('uom' in entry && !(typeof entry.uom === 'string' && /^[A-Z0-9]{2,3}$/.test(entry.uom))) this.value(`${at}/uom`, entry.uom);
    });
  }

  private uris(value: Json, place: string): void {
    if (!isList(value)) {
      this.value(place, value);
      return;
    }
    value.forEach((entry, index) => this.uri(entry, `${place}/${index}`));
    const texts = value.filter((entry) => typeof entry === 'string');
    const twice = texts.find((text, index) => texts.indexOf(text) !== index);
    if (twice !== undefined) this.found('LOT_TWICE', place, { lot: twice });
  }

  private uri(value: Json | undefined, place: string): void {
    if (typeof value !== 'string' || !URI.test(value)) this.found('EPCIS_IDENTIFIER', place, { value: shown(value) });
  }

  private known(value: JsonObject, known: readonly string[], pointer: string): void {
    for (const name of Object.keys(value)) {
      if (known.includes(name) || /^[^:\s]+:\S+$/.test(name)) continue;
      this.found(name.startsWith('_comment') ? NOTICE : 'EPCIS_FIELD_UNKNOWN', `${pointer}/${name}`, { name });
    }
  }

  private required(value: JsonObject, needed: readonly string[], pointer: string): void {
    for (const name of needed) if (!(name in value)) this.found('EPCIS_FIELD_MISSING', pointer, { name });
  }

  private value(place: string, value: Json): void {
    this.found('EPCIS_VALUE', place, { value: shown(value) });
  }

  private attempt(check: () => unknown): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof FilieraError)) throw error;
      this.found(error.code, error.place, error.values);
    }
  }

  private found(code: string, place: string, values: Values): void {
    this.findings.push({ code, place, values });
  }
}

/** Which of the goods that must be there are not: EPCIS 2.0 §7.4. */
function missingGoods(event: JsonObject, type: string): string {
  const have = [...URI_LISTS, ...QUANTITY_LISTS].filter((name) => holdsSome(event[name]));
  const any = (...wanted: string[]): boolean => wanted.some((name) => have.includes(name));
  if (type === 'ObjectEvent') return 'epcList' in event || have.length || holdsSome(event.sensorElementList) ? '' : 'epcList / quantityList';
  if (type === 'TransactionEvent') return holdsSome(event.bizTransactionList) ? '' : 'bizTransactionList';
  if (type === 'TransformationEvent') {
    const inputs = any('inputEPCList', 'inputQuantityList');
    const complete = inputs && any('outputEPCList', 'outputQuantityList');
    if (complete || ('transformationID' in event && have.length)) return '';
    return inputs ? 'outputEPCList / outputQuantityList' : 'inputEPCList / inputQuantityList';
  }
  // A DELETE without children takes all of them out; an OBSERVE or ADD must say which.
  if (event.action !== 'DELETE' && !have.length) return 'childEPCs / childQuantityList';
  const optional = event.action === 'OBSERVE' && type !== 'AssociationEvent';
  return 'parentID' in event || optional ? '' : 'parentID';
}

function holdsSome(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isObject(value) ? Object.keys(value).length > 0 : Boolean(value);
}

function isList(value: Json): value is Json[] {
  return Array.isArray(value) && value.length <= MAX_ENTRIES;
}

function entries(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value.slice(0, MAX_ENTRIES) : [];
}
