// What the pages' worker is asked: evidence and a trust file in, a report as plain data out.

import { parseBundle } from './core/custody/bundle.ts';
import { fromError, type Finding } from './core/custody/findings.ts';
import { parseTrust, type Trust } from './core/custody/trust.ts';
import { readEvidence, verify, type Evidence } from './core/custody/verify.ts';
import { FilieraError, refuse } from './core/errors.ts';
import { utf8 } from './core/bytes.ts';
import { reportOf, type Asked } from './report.ts';
import type { Report, Unreadable } from './ui/report.ts';

export interface Question {
  readonly bundle: Uint8Array;
  /** A trust file's text; empty for none. */
  readonly trust: string;
  /** JSON-RPC addresses to ask; none: witnesses of the bundle's snapshot stand in for the chain, if there are enough. */
  readonly chains: readonly string[];
}

/** Judge evidence. Never rejects for what it was given: evidence that cannot be read is `Unreadable`, and a chain that cannot
 *  be asked is a finding of the report. */
export async function judge({ bundle, trust, chains }: Question): Promise<Report | Unreadable> {
  const begun = performance.now();
  try {
    const pinned = trust ? parseTrust(utf8(trust)) : undefined;
    const evidence = readEvidence(parseBundle(bundle));
    const asked = pinned && chains.length ? await ask(chains, pinned, evidence) : NOBODY;
    const result = verify({ ...evidence, findings: [...evidence.findings, ...asked.findings] }, pinned, asked.view);
    return reportOf(result, asked, Math.round(performance.now() - begun));
  } catch (error) {
    if (error instanceof FilieraError) return { error: error.code, place: error.place };
    throw error;
  }
}

const NOBODY: Asked & { readonly findings: readonly Finding[] } = { view: undefined, endpoints: [], findings: [] };

/** The program that asks is loaded by those who ask: the first visitor of a label does not. */
async function ask(chains: readonly string[], trust: Trust, { bundle, sound, words }: Evidence): Promise<typeof NOBODY> {
  try {
    const { readEndpoints, wantedBy } = await import('./chain/asking.ts').catch(() => refuse('CHAIN_UNREACHABLE', '', { reason: chains.join(' ') }));
    return { ...(await readEndpoints(chains, trust, wantedBy(bundle, sound, words))), findings: [] };
  } catch (error) {
    if (error instanceof FilieraError) return { ...NOBODY, findings: [fromError('chain', error)] };
    throw error;
  }
}
