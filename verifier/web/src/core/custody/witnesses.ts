// Do enough witnesses agree: about the newest checkpoints, and about the chain where nobody asked it
// (docs/verification.md §6).

import { FilieraError } from '../errors.ts';
import type { Bundle } from './bundle.ts';
import { cosigners, OF_CHECKPOINT, OF_SNAPSHOT, quorumTime } from './cosignature.ts';
import { finding, fromError, type Finding } from './findings.ts';
import { nameOf, refusal } from './log.ts';
import { parseSnapshot } from './snapshot.ts';
import { readFacts } from './snapshotView.ts';
import type { Sound } from './sound.ts';
import { CONTRACTS, type Trust } from './trust.ts';
import type { ChainView } from './view.ts';
import { wantedBy } from './wanted.ts';

/** Of the year 9999: an instant of README §1 says no more. */
const LAST_SECOND = 253_402_300_799n;

/** The past that witnesses confirm: its block, since when, and who they are. */
export interface AsOf {
  readonly block: number;
  /** An instant; bare seconds beyond the year 9999. */
  readonly time: string;
  readonly witnesses: readonly string[];
}

/** The chain as witnesses saw it, and what is to be said of it. */
export interface Witnessed {
  readonly view: ChainView | undefined;
  readonly asOf: AsOf | undefined;
  readonly findings: readonly Finding[];
}

/** As many witnesses as the trust file wants, which may be none, have cosigned the newest checkpoint of each log. */
export function* checkCosignatures(bundle: Bundle, { witnesses, quorum }: Trust): Generator<Finding> {
  if (!quorum) return;
  for (const head of bundle.newest()) {
    const { checkpoint } = head;
    if (checkpoint === undefined) continue; // said with the log
    let found: number | undefined;
    yield* refusal('checkpoint', nameOf(head), () => {
      found = cosigners(checkpoint, witnesses, OF_CHECKPOINT).size;
    });
    if (found !== undefined && found < quorum) yield finding('checkpoint', 'WITNESS_QUORUM', nameOf(head), { found, wanted: quorum });
  }
}

/** Read the snapshot of a bundle, if it has one and the trust file pins witnesses; no view unless all of it holds. */
export function readSnapshot(bundle: Bundle, sound: readonly Sound[], words: readonly Sound[], trust: Trust): Witnessed {
  if (!bundle.snapshot || !trust.quorum) return nothing();
  try {
    return witnessed(bundle, sound, words, trust);
  } catch (error) {
    if (error instanceof FilieraError) return nothing(fromError('chain', error, '/snapshot'));
    throw error;
  }
}

/** What a state of the past cannot decide is not held against the evidence: the passport may have been revised since. */
export function asOfThePast(found: Finding): Finding {
  return found.code === 'PASSPORT_OTHER_ON_CHAIN' ? { ...found, code: 'PASSPORT_NOT_YET_WITNESSED' } : found;
}

function witnessed(bundle: Bundle, sound: readonly Sound[], words: readonly Sound[], trust: Trust): Witnessed {
  const { note, facts } = bundle.snapshot!;
  const { witnesses, quorum, contracts } = trust;
  const snapshot = parseSnapshot(note, trust);
  const found = cosigners(note, witnesses, OF_SNAPSHOT);
  if (found.size < quorum) return nothing(finding('chain', 'WITNESS_QUORUM', '', { found: found.size, wanted: quorum }));
  const { view, open } = readFacts(wantedBy(bundle, sound, words), snapshot, facts);
  if (!view) {
    return nothing(...open.map(([kind, ...names]) => finding('chain', 'SNAPSHOT_FACT_MISSING', '', { kind, name: String(names.at(-1)) })));
  }
  const asOf = { block: snapshot.block, time: instant(quorumTime(found.values(), quorum)), witnesses: [...found.keys()].sort() };
  const elsewhere = CONTRACTS.filter((name) => snapshot.contracts[name].address !== contracts[name].address);
  const findings = [
    ...elsewhere.map((name) => finding('chain', 'CONTRACT_OTHER', contracts[name].address, { name })),
    finding('chain', 'CHAIN_AS_OF', '', { block: asOf.block, time: asOf.time, count: found.size }),
  ];
  return { view, asOf, findings };
}

function nothing(...findings: readonly Finding[]): Witnessed {
  return { view: undefined, asOf: undefined, findings };
}

function instant(seconds: bigint): string {
  return seconds > LAST_SECOND ? String(seconds) : new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}
