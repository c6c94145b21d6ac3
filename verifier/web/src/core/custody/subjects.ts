// Reading a subject that has passed its schema: what is missing there is absent or withheld, and reads as undefined.

import { isObject, type Json, type JsonObject } from '../strictJson.ts';
import { Decimal } from './decimal28.ts';

export function textOf(subject: JsonObject | undefined, name: string): string | undefined {
  const value = subject?.[name];
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(subject: JsonObject, name: string): number | undefined {
  const value = subject[name];
  return typeof value === 'number' ? value : undefined;
}

export function objectOf(subject: JsonObject | undefined, name: string): JsonObject | undefined {
  const value = subject?.[name];
  return isObject(value) ? value : undefined;
}

/** The objects of a list; none if it is not there. */
export function objectsOf(subject: JsonObject | undefined, name: string): JsonObject[] {
  return listOf(subject, name).filter(isObject);
}

export function textsOf(subject: JsonObject | undefined, name: string): string[] {
  return listOf(subject, name).filter((each) => typeof each === 'string');
}

/** A signed decimal; its form was held by the schema. */
export function decimalOf(subject: JsonObject | undefined, name: string): Decimal | undefined {
  const text = textOf(subject, name);
  return text === undefined ? undefined : Decimal.of(text);
}

/** `{id, digest}` of another record. */
export interface Reference {
  readonly id: string;
  readonly digest: string;
}

export function referenceOf(subject: JsonObject, name: string): Reference | undefined {
  const value = objectOf(subject, name);
  return value && { id: value.id as string, digest: value.digest as string };
}

/** Digests that lists of references name, each once, in order. */
export function digestsOf(subject: JsonObject, ...names: readonly string[]): string[] {
  const named = names.flatMap((name) => objectsOf(subject, name)).map((each) => each.digest as string);
  return [...new Set(named)].sort();
}

function listOf(subject: JsonObject | undefined, name: string): Json[] {
  const value = subject?.[name];
  return Array.isArray(value) ? value : [];
}
