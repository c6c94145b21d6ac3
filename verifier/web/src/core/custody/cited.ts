// Evidence that a record cites: does it cover place, process and goods on the day, and who says so (docs/verification.md §13).

import { PARTICIPANT_PREFIX } from '../identifiers.ts';
import type { JsonObject } from '../strictJson.ts';
import { authorOf } from './authority.ts';
import { CATALOGUE } from './catalogue.ts';
import { shifted } from './days.ts';
import { finding, type Finding } from './findings.ts';
import type { Graph } from './graph.ts';
import type { History } from './history.ts';
import { grouped } from './ledger.ts';
import { MASTER_DATA, type Sound } from './sound.ts';
import type { Statuses } from './statuses.ts';
import { distinct, namesOf, type Step } from './steps.ts';
import { digestsOf, numberOf, objectOf, objectsOf, referenceOf, textOf, textsOf } from './subjects.ts';

const CITATIONS = ['filiera:certificates', 'filiera:evidence'];
const STATEMENTS: ReadonlySet<string> = new Set(['lab-test', 'chemical-declaration', 'social-evidence', 'footprint-statement']);
/** Scopes in which the seller's certificate speaks for goods that somebody else works on. */
const OF_GOODS = ['product', 'transaction'];
const TAKEN_AWAY: Readonly<Record<string, string>> = { withdrawn: 'EVIDENCE_REVOKED', suspended: 'EVIDENCE_SUSPENDED' };
const LINK = /^(.*?\/01\/)(.{0,14})/;

/** A step and a record that it rests on, signed by whom. */
interface Citation {
  readonly step: Step;
  readonly record: Sound;
  readonly signer: string | undefined;
}

/** What all citations are judged against. */
interface Context {
  readonly history: History;
  readonly certifiers: ReadonlySet<string>;
  /** Lots of the walk without their states. */
  readonly lots: ReadonlySet<string>;
  readonly products: ReadonlySet<string>;
  /** Later words that take a certificate away, by its id. */
  readonly withdrawals: ReadonlyMap<string, readonly Sound[]>;
  /** What status lists say, by record digest. */
  readonly words: Statuses['words'];
  readonly signerOf: (record: Sound) => string | undefined;
}

export function* checkCitations(
  history: History,
  sound: readonly Sound[],
  certifiers: ReadonlySet<string>,
  authors: ReadonlyMap<string, string>,
  { words }: Statuses,
): Generator<Finding> {
  const here = new Map(sound.map((record) => [record.digest, record]));
  const signerOf = (record: Sound): string | undefined => {
    const author = authorOf(record, authors);
    return author === undefined ? undefined : PARTICIPANT_PREFIX + author;
  };
  const withdrawing = sound.filter(({ kind, subject }) => kind === MASTER_DATA && statusOf(subject) in TAKEN_AWAY);
  const context: Context = {
    ...{ history, certifiers, signerOf, words },
    lots: new Set([...history.lots].map(base)),
    products: productsOf(history),
    withdrawals: grouped(withdrawing, (record) => record.subject.id as string),
  };
  for (const step of history.walk.steps) {
    for (const digest of digestsOf(step.subject, ...CITATIONS)) {
      const record = here.get(digest);
      if (record) yield* judge({ step, record, signer: signerOf(record) }, context);
      else yield finding('evidence', 'EVIDENCE_ABSENT', step.digest, { evidence: digest });
    }
  }
}

function* judge(citation: Citation, context: Context): Generator<Finding> {
  yield* validThen(citation);
  yield* placeAndProcess(citation);
  yield* goods(citation, context);
  yield* takenAway(citation, context);
  yield* transcribed(citation, context);
  yield* counterpartAgrees(citation, context.history.graph);
}

function* validThen({ step, record }: Citation): Generator<Finding> {
  const { from, to } = validityOf(record);
  if (from <= step.day && step.day <= (to ?? step.day)) return;
  const values = { day: step.day, valid_from: from, valid_until: to ?? '–', evidence: record.digest };
  yield finding('evidence', 'EVIDENCE_NOT_VALID_THEN', step.digest, values);
}

function* placeAndProcess({ step, record }: Citation): Generator<Finding> {
  const evidence = record.digest;
  const { subject } = record;
  const facilities = isCertificate(record)
    ? textsOf(subject, 'facilities')
    : present(textOf(subject, 'filiera:facility'), textOf(objectOf(subject, 'filiera:social'), 'facility'));
  if (facilities.length && step.facility === undefined) yield finding('evidence', 'EVIDENCE_PLACE_WITHHELD', step.digest, { evidence });
  else if (facilities.length && !facilities.includes(step.facility!)) {
    yield finding('evidence', 'EVIDENCE_OTHER_FACILITY', step.digest, { evidence });
  }
  const processes = orElse(textsOf(subject, 'processes'), present(textOf(subject, 'filiera:processType')));
  const { process } = step;
  if (processes.length && process !== undefined && !processes.includes(process)) {
    yield finding('evidence', 'EVIDENCE_OTHER_PROCESS', step.digest, { process, evidence });
  }
}

function* goods({ step, record }: Citation, { lots, products }: Context): Generator<Finding> {
  const { subject, digest: evidence } = record;
  const statedProducts = orElse(textsOf(subject, 'products'), present(textOf(subject, 'filiera:product')));
  const statedLots = orElse(textsOf(subject, 'lots'), observedIn(subject)).map(base);
  const otherProducts = statedProducts.length && products.size && !statedProducts.some((each) => products.has(each));
  const otherLots = statedLots.length && !statedLots.some((each) => lots.has(each));
  if (otherProducts || otherLots) yield finding('evidence', 'EVIDENCE_OTHER_PRODUCT', step.digest, { evidence });
  const scopes = textsOf(subject, 'scope');
  const holder = textOf(subject, 'holder');
  const ownWork = isCertificate(record) && step.act === 'process' && !OF_GOODS.some((scope) => scopes.includes(scope));
  if (ownWork && holder !== undefined && holder !== step.holder && holder !== step.signer) {
    yield finding('evidence', 'EVIDENCE_OTHER_HOLDER', step.digest, { evidence });
  }
}

/** By its own status, or by a later word of the same signer or of a certifier; a rival's word is nobody's. */
function* takenAway({ step, record, signer }: Citation, { withdrawals, words, certifiers, signerOf }: Context): Generator<Finding> {
  const { subject, digest: evidence } = record;
  const later = record.kind === MASTER_DATA ? (withdrawals.get(subject.id as string) ?? []) : [];
  const entitled = later.filter((each) => {
    const by = signerOf(each);
    const newer = numberOf(each.subject, 'version')! > numberOf(subject, 'version')!;
    return newer && by !== undefined && (by === signer || certifiers.has(by));
  });
  const own = isCertificate(record) && statusOf(subject) in TAKEN_AWAY ? [record] : [];
  for (const { subject: word } of [...entitled, ...own]) {
    yield finding('evidence', TAKEN_AWAY[statusOf(word)], step.digest, { since: word.validFrom as string, evidence });
  }
  const listed = words.get(record.digest);
  if (listed) yield finding('evidence', listed.code, step.digest, { since: listed.since, evidence });
}

/** A third party's paper that he did not sign himself: whoever holds a certificate can also write one. */
function* transcribed({ record, signer }: Citation, { certifiers }: Context): Generator<Finding> {
  const { subject, digest } = record;
  const said = present(textOf(objectOf(subject, 'filiera:test'), 'laboratory'), textOf(objectOf(subject, 'filiera:social'), 'issuer'));
  const issuer = isCertificate(record) ? (subject.issuer as string) : said.find((each) => each);
  if (issuer !== undefined && !certifiers.has(signer ?? '')) yield finding('evidence', 'EVIDENCE_TRANSCRIBED', digest, { issuer });
}

/** Valid on the stated day, it has to be so, give or take a few days, on a day that a counterpart signed. */
function* counterpartAgrees({ step, record }: Citation, graph: Graph): Generator<Finding> {
  const { from, to } = validityOf(record);
  const holds = (day: string): boolean => from <= day && day <= (to ?? day);
  const days = counterpartDays(graph, step);
  const grace = CATALOGUE.counterpartGraceDays;
  const near = days.flatMap((day) => [shifted(day, -grace), day, shifted(day, grace)]);
  if (days.length && holds(step.day) && !near.some(holds)) {
    yield finding('evidence', 'TIME_CONTRADICTED', step.digest, { day: step.day, counterpart: days.join(', '), evidence: record.digest });
  }
}

/** When others signed that a step's goods were sent to the doer, and that what he made arrived: the nearest of each lot. */
function counterpartDays(graph: Graph, step: Step): string[] {
  const isOther = (each: Step): boolean => each.signer !== step.signer;
  const sent = namesOf(step, 'consumed').map((lot) =>
    graph.senders(lot).filter((each) => isOther(each) && each.recipient === step.holder).map((each) => each.day).sort().at(-1),
  );
  const came = namesOf(step, 'produced').map((lot) => graph.receivers(lot).filter(isOther).map((each) => each.day).sort()[0]);
  return distinct(present(...sent, ...came));
}

function validityOf(record: Sound): { from: string; to: string | undefined } {
  const { subject } = record;
  if (isCertificate(record)) return { from: subject.validFrom as string, to: textOf(subject, 'validUntil') };
  const stated = objectOf(subject, 'filiera:validity') ?? objectOf(objectOf(subject, 'filiera:social'), 'validity');
  return { from: textOf(stated, 'from') ?? '0000-01-01', to: textOf(stated, 'to') };
}

function isCertificate({ kind, subject }: Sound): boolean {
  return kind === MASTER_DATA && subject.type === 'Certificate';
}

function statusOf(subject: JsonObject): string {
  return textOf(subject, 'status') ?? 'valid';
}

/** The goods that a statement names; it moves none of them. */
function observedIn(subject: JsonObject): string[] {
  if (!STATEMENTS.has(textOf(subject, 'filiera:act') ?? '')) return [];
  return [...objectsOf(subject, 'quantityList').map((each) => each.epcClass as string), ...textsOf(subject, 'epcList')];
}

/** What the records say the goods are: by their Digital Links, by their own word, by the orders. */
function productsOf({ walk, lots, subjects }: History): Set<string> {
  const found = new Set<string>();
  for (const lot of lots) {
    const [, stem, gtin] = LINK.exec(lot) ?? [];
    if (stem !== undefined) found.add(stem + gtin);
  }
  for (const { subject } of walk.steps) {
    const order = subjects.get(referenceOf(subject, 'filiera:order')?.digest ?? '');
    for (const product of present(textOf(subject, 'filiera:product'), textOf(order, 'product'))) found.add(product);
  }
  return found;
}

/** A lot in all its states. */
export function base(lot: string): string {
  return lot.split('#', 1)[0];
}

function present(...texts: readonly (string | undefined)[]): string[] {
  return texts.filter((text) => text !== undefined);
}

function orElse(texts: readonly string[], others: readonly string[]): readonly string[] {
  return texts.length ? texts : others;
}
