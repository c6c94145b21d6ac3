// The vectors of tests/vectors, and how a refusal is written in them.

import { readFileSync } from 'node:fs';

const FOLDER = new URL('../vectors/', import.meta.url);

/** One file of vectors, such as `front-door/keys`. */
export function vectors(name) {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf-8'));
}

/** The code with which `action` refuses, null if it does not; any other error is passed on. */
export function codeOf(action) {
  try {
    action();
    return null;
  } catch (error) {
    if (typeof error.code !== 'string' || error.name !== 'FilieraError') throw error;
    return error.code;
  }
}

export const hex = (bytes) => Buffer.from(bytes).toString('hex');
export const bytes = (text) => Uint8Array.from(Buffer.from(text.replace(/^0x/, ''), 'hex'));
