// One JSON object of a written form, read name by name: what has not the form is refused, and what nobody reads as well.

import { fromHex } from '../bytes.ts';
import { refuse } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../strictJson.ts';

export const HASH = /^[0-9a-f]{64}$/;
export const CHAIN_HASH = /^0x[0-9a-f]{64}$/;
export const ADDRESS = /^0x[0-9a-f]{40}$/;
/** No white space as any program sees it (docs/verification.md §2), and no plus. */
export const ORIGIN = /^[^+\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]{1,255}$/u;

export class Fields {
  private readonly value: JsonObject;
  private readonly place: string;
  private readonly code: string;
  private readonly read = new Set<string>();

  /** Everything that is refused, is refused with `code`. */
  constructor(value: Json | undefined, place: string, code: string) {
    this.value = isObject(value) ? value : refuse(code, place, { expected: 'object', reason: 'form' });
    this.place = place;
    this.code = code;
  }

  has(name: string): boolean {
    return name in this.value;
  }

  names(): string[] {
    return Object.keys(this.value);
  }

  text(name: string, pattern: RegExp): string {
    const found = this.take(name);
    return typeof found === 'string' && pattern.test(found) ? found : this.wrong(name, 'text');
  }

  number(name: string, least = 0): number {
    const found = this.take(name);
    return typeof found === 'number' && Number.isInteger(found) && found >= least ? found : this.wrong(name, 'integer');
  }

  /** 32 bytes as their hex. */
  hash(name: string): string {
    return this.text(name, HASH);
  }

  texts(name: string): string[] {
    const found = this.list(name);
    return found.every((each) => typeof each === 'string') ? found : this.wrong(name, 'texts');
  }

  /** At most `most` hashes as bytes. */
  hashes(name: string, most: number): Uint8Array[] {
    const found = this.texts(name);
    if (found.length > most || !found.every((each) => HASH.test(each))) this.wrong(name, 'hashes');
    return found.map((each) => fromHex(each));
  }

  list(name: string): Json[] {
    const found = this.take(name);
    return Array.isArray(found) ? found : this.wrong(name, 'list');
  }

  inner(name: string): Fields {
    return new Fields(this.take(name), `${this.place}/${name}`, this.code);
  }

  /** Each object of a list, to its last name. */
  items<Item>(name: string, read: (fields: Fields) => Item): Item[] {
    return this.list(name).map((value, index) => {
      const fields = new Fields(value, `${this.place}/${name}/${index}`, this.code);
      const item = read(fields);
      fields.end();
      return item;
    });
  }

  /** Refuse names that nobody has read. */
  end(): void {
    for (const name of this.names()) if (!this.read.has(name)) this.wrong(name, 'no such name');
  }

  wrong(name: string, expected: string): never {
    return refuse(this.code, `${this.place}/${name}`, { expected, reason: 'form' });
  }

  private take(name: string): Json {
    this.read.add(name);
    return name in this.value ? this.value[name] : this.wrong(name, 'a value');
  }
}
