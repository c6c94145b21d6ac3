// The witnessed state of the chain at one block: its note, and what its facts answer (protocol/README §16).

import { encodePadded } from '../base64url.ts';
import { compare, utf8 } from '../bytes.ts';
import { formatVkey, parseBody, parseCheckpoint, splitNote } from '../checkpoint.ts';
import { refuse } from '../errors.ts';
import { leafHash } from '../hashing.ts';
import { PublicKey } from '../keys.ts';
import { verifyInclusion, type Size } from '../merkle.ts';
import type { Json } from '../strictJson.ts';
import type { Fact } from './bundle.ts';
import type { ContractName, Pinned, Trust } from './trust.ts';

const SUFFIX = '/chain';
const NUMBER = '(0|[1-9][0-9]{0,15})';
const HASH = '(0x[0-9a-f]{64})';
const ORDER: readonly ContractName[] = ['participants', 'anchors', 'passports'];
const LINES = new RegExp(
  `^filiera-snapshot/1 ${NUMBER} ${HASH}\nblock ${NUMBER} ${HASH}\n${ORDER.map((name) => `${name} (0x[0-9a-f]{40}) ${HASH}`).join('\n')}$`,
);

export interface Snapshot {
  readonly size: Size;
  readonly root: Uint8Array;
  readonly chainId: number;
  readonly genesis: string;
  readonly block: number;
  readonly contracts: Readonly<Record<ContractName, Pinned>>;
}

/** Kind and names of a fact; no two facts have the same. */
export type Question = readonly [kind: string, ...names: (string | number)[]];
/** Values by question, undefined where absence is proved. */
export type Answers = ReadonlyMap<string, readonly Json[] | undefined>;

/** A snapshot that the keeper of a trusted log signed; SNAPSHOT_MALFORMED, LOG_NOT_TRUSTED, CHECKPOINT_…. */
export function parseSnapshot(note: string, trust: Trust): Snapshot {
  const name = note.slice(0, Math.max(0, note.indexOf('\n')));
  if (!name.endsWith(SUFFIX)) refuse('SNAPSHOT_MALFORMED', '/snapshot');
  const origin = name.slice(0, -SUFFIX.length);
  const key = trust.logKeys.get(origin) ?? refuse('LOG_NOT_TRUSTED', '', { origin });
  const { size, root } = parseCheckpoint(note, formatVkey(name, new PublicKey('EdDSA', key), encodePadded));
  const { extensions } = parseBody(splitNote(note).text);
  const found = LINES.exec(extensions.join('\n')) ?? refuse('SNAPSHOT_MALFORMED', '/snapshot');
  const [, chainId, genesis, block, , ...pinned] = found;
  const contract = (at: number): Pinned => ({ address: pinned[2 * at], codeHash: pinned[2 * at + 1] });
  const contracts = { participants: contract(0), anchors: contract(1), passports: contract(2) };
  return { size, root, chainId: Number(chainId), genesis, block: Number(block), contracts };
}

/** What facts answer, and the questions that they leave open; PROOF_… or SNAPSHOT_MALFORMED for facts of another state. */
export function answersTo(
  questions: readonly Question[],
  snapshot: Snapshot,
  facts: readonly Fact[],
): { answers: Answers; open: readonly Question[] } {
  for (const { bytes, index, proof } of facts) verifyInclusion(leafHash(bytes), index, snapshot.size, proof, snapshot.root);
  const ascends = facts.every((fact, at) => at === 0 || compare(facts[at - 1].bytes, fact.bytes) < 0);
  if (!ascends) refuse('SNAPSHOT_MALFORMED', '/snapshot/entries');
  const answers = new Map<string, readonly Json[] | undefined>();
  const open: Question[] = [];
  for (const question of questions) {
    const start = startOf(question);
    const at = firstNotBefore(facts, start);
    if (at < facts.length && startsWith(facts[at].bytes, start)) {
      const whole = JSON.parse(new TextDecoder().decode(facts[at].bytes)) as Json[];
      answers.set(keyOf(question), whole.slice(question.length));
    } else if (nothingBetween(facts, at, snapshot.size)) {
      answers.set(keyOf(question), undefined);
    } else {
      open.push(question);
    }
  }
  return { answers, open };
}

/** The name under which a question's answer stands. */
export function keyOf(question: Question): string {
  return JSON.stringify(question);
}

/** The bytes with which the answering fact begins, and no other does. */
function startOf(question: Question): Uint8Array {
  const whole = keyOf(question);
  return utf8(question[0] === 'coordinator' ? whole : `${whole.slice(0, -1)},`);
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return compare(bytes.subarray(0, start.length), start) === 0;
}

function firstNotBefore(facts: readonly Fact[], start: Uint8Array): number {
  let [low, high] = [0, facts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(facts[middle].bytes, start) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether the facts on both sides of a place are neighbours in the tree; its ends count as neighbours. */
function nothingBetween(facts: readonly Fact[], place: number, size: Size): boolean {
  const left = place > 0 ? facts[place - 1].index : -1;
  const right = place < facts.length ? BigInt(facts[place].index) : BigInt(size);
  return right === BigInt(left + 1);
}
