// EPCIS 2.0 documents of others: the events in one, and their times.

import { isDay } from '../calendar.ts';
import { refuse, shown } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../strictJson.ts';

const MAX_EVENTS = 10_000;
const QUERY = 'EPCISQueryDocument';
const TIME = /^([0-9]{4}-[0-9]{2}-[0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,12})?(Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))$/;

export function isDocument(value: JsonObject): boolean {
  return value.type === 'EPCISDocument' || value.type === QUERY;
}

/** Pointers and events of a document, a query document or a bare event; EPCIS_DOCUMENT if it is none. */
export function eventsOf(document: Json | undefined): [string, Json][] {
  if (!isObject(document)) return none('', 'not a JSON object');
  if (!isDocument(document)) {
    return typeof document.type === 'string' && document.type.endsWith('Event') ? [['', document]] : none('/type', 'no EPCISDocument and no event');
  }
  const path = document.type === QUERY ? ['epcisBody', 'queryResults', 'resultsBody'] : ['epcisBody'];
  let body = document;
  let pointer = '';
  for (const name of path) {
    pointer += `/${name}`;
    const inner = body[name];
    body = isObject(inner) ? inner : none(pointer, name);
  }
  if ('event' in body && !('eventList' in body)) return [[`${pointer}/event`, body.event]];
  const events = body.eventList;
  if (!Array.isArray(events) || events.length > MAX_EVENTS) return none(`${pointer}/eventList`, 'no list of events');
  return events.map((event, index) => [`${pointer}/eventList/${index}`, event]);
}

/** A time with any offset as `YYYY-MM-DDTHH:MM:SS.mmmZ`, further digits cut; EPCIS_TIME. */
export function parseTime(text: Json | undefined, place = ''): string {
  const found = typeof text === 'string' ? TIME.exec(text) : null;
  if (!found || !isDay(found[1])) return noTime(text, place);
  const [whole, , fraction = '.', , sign, hours = '0', minutes = '0'] = found;
  const shift = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  const utc = new Date(Date.parse(`${whole.slice(0, 19)}${`${fraction}000`.slice(0, 4)}Z`) - shift).toISOString();
  return isDay(utc.slice(0, 10)) ? utc : noTime(text, place);
}

function none(place: string, reason: string): never {
  return refuse('EPCIS_DOCUMENT', place, { reason });
}

function noTime(text: Json | undefined, place: string): never {
  return refuse('EPCIS_TIME', place, { value: shown(text) });
}
