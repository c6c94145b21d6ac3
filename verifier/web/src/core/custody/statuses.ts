// Was a record withdrawn by a status list: from lists in the evidence alone (docs/verification.md §17).

import { bitsOf, STATUS_LIST, type StatusEntry } from '../statusEntries.ts';
import type { StatusList } from '../statusList.ts';
import { authorOf } from './authority.ts';
import { finding, type Finding } from './findings.ts';
import type { History } from './history.ts';
import { grouped } from './ledger.ts';
import { MEMBERSHIP, type Sound } from './sound.ts';
import { namesOf } from './steps.ts';
import { numberOf } from './subjects.ts';

/** What a list says of a record, and since which day: the code that it gets where something rests on it. */
export interface StatusWord {
  readonly code: string;
  readonly since: string;
}
export interface Statuses {
  /** By record digest. */
  readonly words: ReadonlyMap<string, StatusWord>;
  readonly findings: readonly Finding[];
}
interface Answer {
  readonly word?: StatusWord;
  readonly findings: readonly Finding[];
}
/** The lists by their ids, whose a record is, which versions the log calls replaced, and each list's bits, unpacked once. */
interface Context {
  readonly lists: ReadonlyMap<string, readonly Sound[]>;
  readonly authors: ReadonlyMap<string, string>;
  readonly replaced: ReadonlySet<string>;
  readonly bits: Map<string, StatusList>;
}

/** What lists say of records, and of what coordinators `told`, which no log counts: their lists speak for memberships and
 *  for nothing else, and a membership that stands in a log is nobody's word. */
export function readStatuses(
  records: readonly Sound[],
  told: readonly Sound[],
  authors: ReadonlyMap<string, string>,
  replaced: ReadonlySet<string>,
): Statuses {
  const logged = lookUpAll(records.filter(({ kind }) => kind !== MEMBERSHIP), { ...listsIn(records), authors, replaced });
  const said = lookUpAll(told, { ...listsIn(told), authors: new Map(), replaced });
  const withdrawn = [...said.words].map(([digest, { since }]) => finding('credential', 'MEMBERSHIP_REVOKED', digest, { since }));
  return { words: logged.words, findings: [...logged.findings, ...said.findings, ...withdrawn] };
}

function listsIn(records: readonly Sound[]): Pick<Context, 'lists' | 'bits'> {
  const found = records.filter(({ kind }) => kind === STATUS_LIST);
  return { lists: grouped(found, ({ subject }) => subject.id as string), bits: new Map() };
}

function lookUpAll(records: readonly Sound[], context: Context): Statuses {
  const words = new Map<string, StatusWord>();
  const findings: Finding[] = [];
  for (const record of records) {
    if (!record.status) continue;
    const { word, findings: wrong } = lookUp(record, record.status, context);
    findings.push(...wrong);
    if (word) words.set(record.digest, word);
  }
  return { words, findings };
}

/** Statements about the goods behind the target that were withdrawn, be they cited by a step or not. */
export function* checkStatements({ graph, lots }: History, { words }: Statuses): Generator<Finding> {
  for (const step of graph.steps) {
    const word = words.get(step.digest);
    const observes = namesOf(step, 'observed').length > 0 && namesOf(step).some((lot) => lots.has(lot));
    if (word && observes) yield finding('evidence', word.code, step.digest, { since: word.since, evidence: step.digest });
  }
}

/** A list speaks for its own author's records; its greatest version counts, and a withdrawal in any version stays. */
function lookUp(record: Sound, entry: StatusEntry, context: Context): Answer {
  const named = context.lists.get(entry.list) ?? [];
  const own = named.filter((list) => isOfOne(list, record, context.authors)).sort(byVersion);
  const newest = own.at(-1);
  if (!newest) {
    const code = named.length ? 'STATUS_LIST_FOREIGN' : 'STATUS_LIST_MISSING';
    return { findings: [finding('credential', code, record.digest, { list: entry.list })] };
  }
  const wrong = [...standing(newest, own, context)];
  const purpose = newest.subject.statusPurpose as string;
  if (purpose !== entry.purpose) {
    const values = { wanted: entry.purpose, found: purpose };
    return { findings: [...wrong, finding('credential', 'STATUS_PURPOSE_MISMATCH', record.digest, values)] };
  }
  const { index } = entry;
  const { size } = unpacked(newest, context);
  if (index >= size) return { findings: [...wrong, finding('credential', 'STATUS_INDEX_OUTSIDE', record.digest, { index, size })] };
  const says = (list: Sound): boolean => index < unpacked(list, context).size && unpacked(list, context).isSet(index);
  const saying = (purpose === 'revocation' ? own : [newest]).find(says);
  return { word: saying && wordOf(saying, purpose), findings: wrong };
}

function* standing(newest: Sound, own: readonly Sound[], { replaced }: Context): Generator<Finding> {
  const version = versionOf(newest);
  if (replaced.has(newest.digest)) yield finding('credential', 'STATUS_LIST_STALE', newest.digest, { version });
  const twins = own.filter((list) => versionOf(list) === version && list.digest !== newest.digest);
  if (twins.length) yield finding('credential', 'STATUS_LIST_FORK', newest.digest, { version });
}

function wordOf(list: Sound, purpose: string): StatusWord {
  return { code: purpose === 'revocation' ? 'EVIDENCE_REVOKED' : 'EVIDENCE_SUSPENDED', since: list.validFrom.slice(0, 10) };
}

function unpacked(list: Sound, { bits }: Context): StatusList {
  const found = bits.get(list.digest) ?? bitsOf(list.subject);
  bits.set(list.digest, found);
  return found;
}

/** Signed by one key, as a coordinator does, or with keys of one participant. */
function isOfOne(list: Sound, record: Sound, authors: ReadonlyMap<string, string>): boolean {
  const author = authorOf(list, authors);
  return list.issuer === record.issuer || (author !== undefined && author === authorOf(record, authors));
}

function byVersion(one: Sound, other: Sound): number {
  return versionOf(one) - versionOf(other) || (one.digest < other.digest ? -1 : 1);
}

function versionOf({ subject }: Sound): number {
  return numberOf(subject, 'version')!;
}
