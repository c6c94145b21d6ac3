// Limits of the front door (protocol/README §2): each holds before the work that it bounds is done.

export const MAX_TOKEN_BYTES = 262_144;
export const MAX_JSON_BYTES = 196_608;
export const MAX_DEPTH = 24;
export const MAX_ITEMS = 20_000;
export const MAX_STRING = 8_192;
export const MAX_DISCLOSURES = 1_024;
export const MAX_BODY_BYTES = 8_388_608;
export const MAX_INTEGER = Number.MAX_SAFE_INTEGER;
/** Characters of one number in a document of others. */
export const MAX_NUMBER = 128;

/** What one JSON document may hold; `foreign` admits fractions, exponents, -0 and NUL, never in what we sign. */
export interface Limits {
  readonly maxBytes: number;
  readonly maxDepth: number;
  readonly maxItems: number;
  readonly maxString: number;
  /** Integers beyond 2^53 − 1, where a caller admits them, are read as bigint. */
  readonly maxInteger: number | bigint;
  readonly foreign: boolean;
}

export const RECORD_LIMITS: Limits = {
  maxBytes: MAX_JSON_BYTES,
  maxDepth: MAX_DEPTH,
  maxItems: MAX_ITEMS,
  maxString: MAX_STRING,
  maxInteger: MAX_INTEGER,
  foreign: false,
};
/** Documents made by others, as large as one request. */
export const FOREIGN_LIMITS: Limits = {
  maxBytes: MAX_BODY_BYTES,
  maxDepth: 64,
  maxItems: 1_000_000,
  maxString: MAX_BODY_BYTES,
  maxInteger: MAX_INTEGER,
  foreign: true,
};
/** Tokens made by others: the sizes of ours, the numbers of RFC 8259. */
export const FOREIGN_TOKEN_LIMITS: Limits = { ...RECORD_LIMITS, foreign: true };
