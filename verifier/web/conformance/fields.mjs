// Fields of a question in the forms of the adapter: hex, base64 under a name that says so, whole numbers.

/** A question that has not the form of its operation. */
export class Malformed extends Error {}

export function text(question, name) {
  return typeof question[name] === 'string' ? question[name] : malformed(name);
}

/** Bytes of hex in either case. */
export function hex(value) {
  if (typeof value !== 'string' || !/^(?:[0-9a-fA-F]{2})*$/.test(value)) malformed(value);
  return Uint8Array.from(Buffer.from(value, 'hex'));
}

export function base64(value) {
  if (typeof value !== 'string' || value.length % 4 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) malformed(value);
  return Uint8Array.from(Buffer.from(value, 'base64'));
}

/** Bytes given in hex, or in base64 under the name that says so. */
export function bytes(question, name) {
  return name in question ? hex(question[name]) : base64(question[`${name}_b64`]);
}

export function hashes(value) {
  if (value === null) return [];
  return Array.isArray(value) ? value.map(hex) : malformed(value);
}

export function integer(question, name) {
  const value = question[name];
  return typeof value === 'bigint' || Number.isSafeInteger(value) ? value : malformed(name);
}

export function object(question, name) {
  const value = question[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : malformed(name);
}

export const toHex = (data) => Buffer.from(data).toString('hex');

export function malformed(what) {
  throw new Malformed(String(what).slice(0, 80));
}
