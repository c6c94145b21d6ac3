// The one spelling of a JSON value: names in the order of RFC 8785, no space (protocol/README §12).

import { isObject, type Json } from '../strictJson.ts';

/** The text of a value that strict JSON can hold. */
export function canonicalJson(value: Json): string {
  const parts: string[] = [];
  write(value, parts);
  return parts.join('');
}

function write(value: Json, parts: string[]): void {
  if (Array.isArray(value)) {
    value.forEach((each, index) => {
      parts.push(index ? ',' : '[');
      write(each, parts);
    });
    parts.push(value.length ? ']' : '[]');
  } else if (isObject(value)) {
    // RFC 8785 orders names by their UTF-16 units, as sort() does.
    const names = Object.keys(value).sort();
    names.forEach((name, index) => {
      parts.push(index ? ',' : '{', JSON.stringify(name), ':');
      write(value[name], parts);
    });
    parts.push(names.length ? '}' : '{}');
  } else {
    parts.push(JSON.stringify(value));
  }
}
