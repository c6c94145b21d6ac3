// The files on the desk: what they say side by side.

import { sha256Hex, tokensOf, trustOf } from '../reading.ts';
import { isUnreadable, type Report, type Unreadable } from '../ui/report.ts';

export interface Case {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly answer: Report | Unreadable;
}

/** What a trust file pins, for people; null if the text is no trust file. */
export function pinnedIn(text: string): { chain: string; log: string } | null {
  const trust = trustOf(text);
  return trust && { chain: String(trust.chainId), log: [...trust.logKeys.keys()].join(', ') };
}

/** SHA-256 of the trust file in groups of four, as it is printed on paper. */
export function fingerprint(text: string): string {
  return (sha256Hex(new TextEncoder().encode(text)).match(/.{4}/g) ?? []).slice(0, 8).join(' ');
}

/** How many records are in one file and not in the other. */
export function onlyIn(one: Case, other: Case): number {
  const there = new Set(tokensOf(other.bytes));
  return tokensOf(one.bytes).filter((token) => !there.has(token)).length;
}

const ENDINGS: Readonly<Record<string, string>> = {
  'application/json': 'json',
  'application/pdf': 'pdf',
  'application/xml': 'xml',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'text/csv': 'csv',
  'text/plain': 'txt',
};

/** The name of an opened paper: that of its digest, since its own was never sealed with it. Only endings that nothing runs. */
export function nameOf({ sha256, mediaType }: { readonly sha256: string; readonly mediaType: string }): string {
  return `${sha256.slice(0, 16)}.${ENDINGS[mediaType.split(';')[0]!.trim().toLowerCase()] ?? 'bin'}`;
}

/** The command that gives the same answer without a browser. */
export function repeatLine(name: string, trusted: boolean, chain: string): string {
  const file = /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
  return ['filiera verify', file, trusted ? '--trust trust.json' : '', chain ? `--chain ${chain}` : '--offline'].filter(Boolean).join(' ');
}

/** One line a file; a value that a spreadsheet would take for a formula is quoted as text. */
export function asCsv(cases: readonly Case[]): string {
  const rows = cases.map(({ name, answer }) =>
    isUnreadable(answer)
      ? [name, '', 'unreadable', '3', '', answer.error]
      : [name, answer.target, answer.verdict, String(answer.exit), String(answer.records), codes(answer)],
  );
  return [['file', 'target', 'verdict', 'exit', 'records', 'codes'], ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

function codes(report: Report): string {
  return [...new Set(report.findings.map((finding) => finding.code))].join(' ');
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
