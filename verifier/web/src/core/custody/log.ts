// Does each record stand where the bundle says, does the log hold together, is nothing kept back (docs/verification.md §4).

import { encodePadded } from '../base64url.ts';
import { fromHex, toHex } from '../bytes.ts';
import { formatVkey, parseCheckpoint } from '../checkpoint.ts';
import { FilieraError, refuse } from '../errors.ts';
import { leafHash, logId, sha256 } from '../hashing.ts';
import { headHash, parseAffected, parseManifest } from '../heads.ts';
import { PublicKey } from '../keys.ts';
import { verifyConsistency, verifyInclusion } from '../merkle.ts';
import { STATUS_LIST } from '../statusEntries.ts';
import type { JsonObject } from '../strictJson.ts';
import type { AffectedList, Bundle, BundleHead } from './bundle.ts';
import { finding, fromError, type Check, type Finding } from './findings.ts';
import type { Sound } from './sound.ts';
import { objectsOf, referenceOf, textOf, textsOf } from './subjects.ts';
import type { Trust } from './trust.ts';

const NOTHING_BEFORE = '0'.repeat(64);

export function* checkLog(bundle: Bundle, sound: readonly Sound[], trust: Trust | undefined): Generator<Finding> {
  for (const record of sound) yield* inclusion(bundle, record);
  yield* consistency(bundle);
  const anchors = trust?.contracts.anchors.address ?? bundle.chain.anchors;
  for (const head of bundle.heads) yield* predecessor(bundle, head, anchors);
  const newest = new Set(bundle.newest());
  for (const head of bundle.heads) yield* checkpoint(head, newest.has(head), trust);
  yield* affected(bundle, sound);
}

/** How a head is called where people read it. */
export function nameOf(head: BundleHead): string {
  return `${head.origin}#${head.seq}`;
}

/** The head's hash on a chain, for the contract at an address. */
export function hashOf(head: BundleHead, chainId: number, address: string): string {
  const { log, seq, prev, root, size, manifest } = head;
  const fields = { logId: fromHex(log), seq, prev: fromHex(prev), root: fromHex(root), size, manifest: fromHex(manifest) };
  return toHex(headHash(fields, chainId, fromHex(address.slice(2))));
}

/** Every record is in its head, and in no earlier one. */
function* inclusion(bundle: Bundle, { digest, place }: Sound): Generator<Finding> {
  if (!place) {
    yield finding('inclusion', 'RECORD_PENDING', digest);
    return;
  }
  const { log, index, head: seq, proof } = place;
  const head = bundle.head(log, seq);
  if (!head) {
    yield finding('inclusion', 'HEAD_MISSING', digest, { seq });
    return;
  }
  yield* refusal('inclusion', digest, () => verifyInclusion(leafHash(fromHex(digest)), index, head.size, proof, fromHex(head.root)));
  const before = bundle.head(log, seq - 1);
  if (seq > 1 && (!before || index < before.size)) yield finding('inclusion', 'HEAD_NOT_FIRST', digest, { seq });
}

/** Every head extends the one before it here; a proof between others proves nothing about what is here. */
function* consistency({ heads, consistency: proofs }: Bundle): Generator<Finding> {
  const unused = new Set(proofs);
  const known = new Map(proofs.map((proof) => [between(proof.log, proof.first, proof.second), proof]));
  for (const [index, second] of heads.entries()) {
    const first = heads[index - 1];
    if (first?.log !== second.log) continue;
    const found = known.get(between(first.log, first.seq, second.seq));
    if (!found) {
      yield finding('consistency', 'HEAD_CONSISTENCY_MISSING', first.log, { first: first.seq, second: second.seq });
      continue;
    }
    unused.delete(found);
    yield* refusal('consistency', nameOf(second), () => {
      verifyConsistency(first.size, fromHex(first.root), second.size, fromHex(second.root), found.proof);
    });
  }
  for (const { log, first } of unused) yield finding('consistency', 'HEAD_MISSING', log, { seq: first });
}

function between(log: string, first: number, second: number): string {
  return `${log} ${first} ${second}`;
}

function* predecessor(bundle: Bundle, head: BundleHead, anchors: string): Generator<Finding> {
  const before = bundle.head(head.log, head.seq - 1);
  const expected = head.seq === 1 ? NOTHING_BEFORE : before && hashOf(before, bundle.chain.chainId, anchors);
  if (expected !== undefined && head.prev !== expected) {
    yield finding('consistency', 'HEAD_PREVIOUS', nameOf(head), { seq: head.seq });
  }
  if (toHex(logId(head.origin)) !== head.log) yield finding('checkpoint', 'LOG_ORIGIN_MISMATCH', nameOf(head));
}

/** The newest head of each log is signed by the log, with the key that the trust file pins. */
function* checkpoint(head: BundleHead, newest: boolean, trust: Trust | undefined): Generator<Finding> {
  const { checkpoint: note, origin } = head;
  if (note === undefined) {
    if (newest) yield finding('checkpoint', 'CHECKPOINT_MISSING', nameOf(head));
    return;
  }
  if (!trust) return;
  const key = trust.logKeys.get(origin);
  if (!key) {
    yield finding('checkpoint', 'LOG_NOT_TRUSTED', nameOf(head), { origin });
    return;
  }
  yield* refusal('checkpoint', nameOf(head), () => {
    const stated = parseCheckpoint(note, formatVkey(origin, new PublicKey('EdDSA', key), encodePadded));
    if (stated.size !== head.size || toHex(stated.root) !== head.root) refuse('CHECKPOINT_MISMATCH');
  });
}

/** What the newest heads call affected, in whichever log it stands, is here together with what made it so. */
function* affected(bundle: Bundle, sound: readonly Sound[]): Generator<Finding> {
  for (const { log, seq } of bundle.affected) {
    if (!bundle.head(log, seq)) yield finding('affected', 'HEAD_MISSING', log, { seq });
  }
  const explained = explanations(sound);
  for (const head of bundle.newest()) {
    const entry = bundle.affected.find((each) => each.log === head.log && each.seq === head.seq);
    if (!entry) {
      yield finding('affected', 'AFFECTED_MISSING', nameOf(head));
      continue;
    }
    let listed = new Set<string>();
    yield* refusal('affected', nameOf(head), () => {
      listed = listOf(head, entry);
    });
    for (const record of sound) {
      // A replaced status list is not withheld: statuses.ts asks for the version that replaced it.
      if (record.kind !== STATUS_LIST && listed.has(record.digest) && !explained(record)) yield finding('affected', 'RECORD_AFFECTED_WITHHELD', record.digest);
    }
  }
}

/** Digests that the newest heads call affected, as far as their lists are here and whole. */
export function affectedOf(bundle: Bundle): Set<string> {
  const found = new Set<string>();
  for (const head of bundle.newest()) {
    const entry = bundle.affected.find((each) => each.log === head.log && each.seq === head.seq);
    if (!entry) continue;
    try {
      for (const digest of listOf(head, entry)) found.add(digest);
    } catch (error) {
      if (!(error instanceof FilieraError)) throw error; // `affected` says what is wrong with it
    }
  }
  return found;
}

function listOf(head: BundleHead, entry: AffectedList): Set<string> {
  const manifest = parseManifest(entry.manifest);
  if (toHex(sha256(entry.manifest)) !== head.manifest) refuse('MANIFEST_MISMATCH', '', { seq: head.seq });
  return new Set(parseAffected(entry.list, manifest).map(toHex));
}

/** Whether the evidence says itself why a record is affected: its author corrected it, or its goods were found wanting. */
function explanations(sound: readonly Sound[]): (record: Sound) => boolean {
  const known = new Map(sound.map((record) => [record.digest, record]));
  const corrected = new Set<Sound>();
  for (const { subject } of sound) {
    const named = referenceOf(subject, 'filiera:corrects');
    const wrong = named && known.get(named.digest);
    if (wrong && wrong.id === named.id && authorIn(wrong.subject) === authorIn(subject)) corrected.add(wrong);
  }
  const doubted = new Set<string>();
  for (const record of sound) {
    const { subject } = record;
    const standing = subject.disposition === 'non_conformant' && !('filiera:corrects' in subject) && !corrected.has(record);
    if (standing) for (const lot of goodsIn(subject)) doubted.add(lot);
  }
  return (record) => corrected.has(record) || goodsIn(record.subject).some((lot) => doubted.has(lot));
}

function authorIn(subject: JsonObject): string | undefined {
  return textOf(subject, 'filiera:participant');
}

function goodsIn(subject: JsonObject): string[] {
  const lots = ['quantityList', 'outputQuantityList', 'inputQuantityList'].flatMap((name) => objectsOf(subject, name));
  return [...lots.map((each) => each.epcClass as string), ...textsOf(subject, 'epcList'), ...textsOf(subject, 'outputEPCList')];
}

/** The finding that an action refuses with, if it does. */
export function* refusal(check: Check, place: string, action: () => void): Generator<Finding> {
  try {
    action();
  } catch (error) {
    if (!(error instanceof FilieraError)) throw error;
    yield fromError(check, error, place);
  }
}
