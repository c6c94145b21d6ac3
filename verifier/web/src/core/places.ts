// Where something stands in a document.

import { isObject, type Json } from './strictJson.ts';

/** A JSON pointer (RFC 6901), and the same place with `[]` for every index and names joined by dots. */
export interface Place {
  readonly pointer: string;
  readonly pattern: string;
}

export const ROOT: Place = { pointer: '', pattern: '' };

export function child(place: Place, name: string): Place {
  return { pointer: `${place.pointer}/${escape(name)}`, pattern: place.pattern ? `${place.pattern}.${name}` : name };
}

export function element(place: Place, index: number): Place {
  return { pointer: `${place.pointer}/${index}`, pattern: `${place.pattern}[]` };
}

/** One reference token of a pointer. */
export function escape(name: string): string {
  return name.replace(/~/g, '~0').replace(/\//g, '~1');
}

/** The value at a pointer; undefined if it leads nowhere. */
export function resolve(value: Json, pointer: string): Json | undefined {
  let found: Json | undefined = value;
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replace(/~1/g, '/').replace(/~0/g, '~');
    if (Array.isArray(found)) found = found[Number(name)];
    else found = isObject(found) ? found[name] : undefined;
  }
  return found;
}
