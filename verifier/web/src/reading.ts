// What the desk reads of files by itself: small things that need no judge, and not its weight either.

import { toHex, utf8 } from './core/bytes.ts';
import { parseTrust, type Trust } from './core/custody/trust.ts';
import { FilieraError } from './core/errors.ts';
import { sha256 } from './core/hashing.ts';

/** What a text pins as a trust file; null if it is none. */
export function trustOf(text: string): Trust | null {
  try {
    return parseTrust(utf8(text));
  } catch (error) {
    if (error instanceof FilieraError) return null;
    throw error;
  }
}

/** The tokens of a bundle's records; none of bytes that are no bundle. */
export function tokensOf(bytes: Uint8Array): string[] {
  try {
    const { records } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as { records: { token: string }[] };
    return records.map((entry) => entry.token);
  } catch {
    return [];
  }
}

export function sha256Hex(bytes: Uint8Array): string {
  return toHex(sha256(bytes));
}
