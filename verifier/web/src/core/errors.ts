// A refusal as a value: a code of the closed list in protocol/vocabulary/codes, where, and what its sentence names.

export type Values = Readonly<Record<string, string | number>>;

/** Thrown by everything here; `place` is a JSON pointer or the part of a token, '' where there is none. */
export class FilieraError extends Error {
  readonly code: string;
  readonly place: string;
  readonly values: Values;

  constructor(code: string, place = '', values: Values = {}) {
    super(place ? `${code} at ${place}` : code);
    this.name = 'FilieraError';
    this.code = code;
    this.place = place;
    this.values = values;
  }
}

/** Throws; typed so that it may stand where a value is asked for. */
export function refuse(code: string, place = '', values: Values = {}): never {
  throw new FilieraError(code, place, values);
}

/** A value as a sentence shows it: short, whatever somebody sent. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'object' && value !== null ? 'object' : String(value).slice(0, 100);
}
