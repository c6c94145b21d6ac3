// Does the chain bear it out: the right chain and contracts, the heads, and who might sign what when (docs/verification.md §5).

import { PARTICIPANT_PREFIX } from '../identifiers.ts';
import { ACTS } from '../vocabulary.ts';
import { headName, type Bundle, type BundleHead, type KeyWindow } from './bundle.ts';
import { finding, type Finding } from './findings.ts';
import { hashOf, nameOf } from './log.ts';
import { bitsOf, CAPTURE, hasAny, PASSPORTS } from './roles.ts';
import { COORDINATED, EVENT, PASSPORT, type Sound } from './sound.ts';
import { objectOf, textOf } from './subjects.ts';
import { CONTRACTS, type Trust } from './trust.ts';
import { named, type ChainKey, type ChainView } from './view.ts';

const COMPANIES = ['supplier', 'brand', 'retailer', 'repairer', 'recycler', 'certifier'];
/** Roles of which a signer needs one, by kind of record; whatever else needs any role. */
const WRITERS: ReadonlyMap<string, number> = new Map([
  [PASSPORT, bitsOf(['brand', 'repairer', 'recycler'])],
  ['FilieraComment', bitsOf([...COMPANIES, 'association', 'authority', 'observer'])],
  ['FilieraAdoption', bitsOf(COMPANIES)],
]);
const ATTESTING = bitsOf(['certifier', 'authority']);
/** The contract's number for a key that the coordinator added without the holder's own signature. */
const BY_COORDINATOR = 2;

/** Judge evidence against what the chain said; without a trust file or a view only that is said. */
export function* checkAuthority(
  bundle: Bundle,
  sound: readonly Sound[],
  words: readonly Sound[],
  trust: Trust | undefined,
  view: ChainView | undefined,
): Generator<Finding> {
  if (!trust || !view) {
    yield finding('chain', trust ? 'CHAIN_NOT_ASKED' : 'TRUST_ABSENT');
    return;
  }
  yield* chainIsPinned(trust, view);
  yield* statementsHold(bundle, trust, view);
  for (const head of bundle.heads) yield* headIsAnchored(head, trust, view);
  for (const head of bundle.newest()) {
    const newest = view.logSeqs.get(head.log) ?? 0;
    if (head.seq < newest) yield finding('chain', 'EVIDENCE_AS_OF_HEAD', nameOf(head), { seq: head.seq, newest });
  }
  const authors = bundle.authors();
  for (const record of sound) yield* mightSign(record, authors, view);
  for (const { digest, keyId } of words) {
    if (!view.coordinators.has(keyId)) yield finding('authority', 'MEMBERSHIP_NOT_BY_COORDINATOR', digest);
  }
}

/** Records that rest on a key that the coordinator put in a company's name. */
export function* checkKeyOrigins(sound: readonly Sound[], authors: ReadonlyMap<string, string>, view: ChainView): Generator<Finding> {
  for (const record of sound) {
    const key = view.keys.get(named(authorOf(record, authors) ?? '', record.keyId));
    if (key?.origin === BY_COORDINATOR) yield finding('authority', 'KEY_ADDED_WITHOUT_HOLDER', record.digest);
  }
}

/** The participant that a record names, else whose its key is by the bundle's word, as hex. */
export function authorOf(record: Sound, authors: ReadonlyMap<string, string>): string | undefined {
  return textOf(record.subject, 'filiera:participant') ?? authors.get(record.keyId);
}

/** The participant on whose behalf a record was signed; undefined if nobody, withheld, or no participant. */
export function actedFor({ subject }: Sound): string | undefined {
  const party = textOf(objectOf(subject, 'filiera:onBehalfOf'), 'party');
  return party?.startsWith(PARTICIPANT_PREFIX) ? party.slice(PARTICIPANT_PREFIX.length) : undefined;
}

/** URNs of the participants that the chain calls certifier or authority. */
export function certifiersOf(view: ChainView | undefined): ReadonlySet<string> {
  const attesting = [...(view?.roles ?? [])].filter(([, roles]) => hasAny(roles, ATTESTING));
  return new Set(attesting.map(([name]) => PARTICIPANT_PREFIX + name.split('/')[0]));
}

function* chainIsPinned(trust: Trust, view: ChainView): Generator<Finding> {
  if (view.chainId !== trust.chainId) yield finding('chain', 'CHAIN_OTHER', String(view.chainId), { what: 'chain id' });
  if (view.genesis !== trust.genesis) yield finding('chain', 'CHAIN_OTHER', view.genesis, { what: 'genesis' });
  for (const name of CONTRACTS) {
    const { address, codeHash } = trust.contracts[name];
    if (view.codeHashes.get(name) !== codeHash) yield finding('chain', 'CONTRACT_OTHER', address, { name });
  }
}

/** What the bundle says about the chain is what the chain says: nothing in it rides along unchecked. */
function* statementsHold({ chain, heads, keys }: Bundle, trust: Trust, view: ChainView): Generator<Finding> {
  const sameChain = chain.chainId === trust.chainId && chain.genesis === trust.genesis;
  if (!sameChain || CONTRACTS.some((name) => chain[name] !== trust.contracts[name].address)) {
    yield finding('chain', 'BUNDLE_CHAIN_MISMATCH', '/chain');
  }
  for (const head of heads) {
    const block = view.heads.get(headName(head.log, head.seq))?.block;
    const holds = head.block === block && view.transactions.get(head.transaction) === block;
    if (block !== undefined && !holds) yield finding('chain', 'BUNDLE_CHAIN_MISMATCH', nameOf(head));
  }
  const newest = [...view.heads.values()].reduce((last, { block }) => Math.max(last, block), 0);
  for (const said of keys) {
    const code = windowSaid(said, view.keys.get(named(said.participant, said.keyHash)), newest);
    if (code !== undefined) yield finding('chain', code, said.keyHash);
  }
}

/** The contract only shortens a window, and never into the past: what it had closed by the newest head of the file, the file had
 *  to know. A dispute may come at any time. */
function windowSaid(said: KeyWindow, key: ChainKey | undefined, newest: number): string | undefined {
  if (key?.fromBlock !== said.fromBlock) return 'BUNDLE_CHAIN_MISMATCH';
  const [end, disputed] = [said.toBlock ?? Infinity, said.disputedFrom ?? Infinity];
  const [endNow, disputedNow] = [key.toBlock ?? Infinity, key.disputedFrom ?? Infinity];
  if (end === endNow && disputed === disputedNow) return undefined;
  const shortened = end === endNow || (end > endNow && endNow > newest);
  return shortened && disputed >= disputedNow ? 'KEY_CHANGED_SINCE' : 'BUNDLE_CHAIN_MISMATCH';
}

/** The head is the one that the contract holds, deep enough under the newest block. */
function* headIsAnchored(head: BundleHead, trust: Trust, view: ChainView): Generator<Finding> {
  const { log, seq, root, size, manifest } = head;
  const found = view.heads.get(headName(log, seq));
  if (!found) {
    const later = seq > (view.logSeqs.get(log) ?? 0);
    yield finding('chain', later ? 'HEAD_NOT_YET_ON_CHAIN' : 'HEAD_NOT_ON_CHAIN', nameOf(head), { seq });
    return;
  }
  const same = found.root === root && found.size === size && found.manifest === manifest;
  const depth = view.latest - found.block;
  if (!same || found.headHash !== hashOf(head, trust.chainId, trust.contracts.anchors.address)) {
    yield finding('chain', 'HEAD_NOT_ON_CHAIN', nameOf(head), { seq });
  } else if (depth < trust.confirmations) {
    yield finding('chain', 'HEAD_UNCONFIRMED', nameOf(head), { seq, depth, wanted: trust.confirmations });
  }
}

/** The key was valid and able, and its participant active with a role, in the block of the record's first head. */
function* mightSign(record: Sound, authors: ReadonlyMap<string, string>, view: ChainView): Generator<Finding> {
  const { place, digest } = record;
  const block = place && view.heads.get(headName(place.log, place.head))?.block;
  // Pending, or the head is not on the chain: that is said elsewhere. Some are the coordinator's.
  if (block === undefined || COORDINATED.has(record.kind)) return;
  const author = authorOf(record, authors);
  if (author === undefined) {
    yield finding('authority', 'PARTICIPANT_NOT_NAMED', digest);
    return;
  }
  const key = view.keys.get(named(author, record.keyId));
  if (!key) {
    yield finding('authority', 'KEY_NOT_ON_CHAIN', digest);
    return;
  }
  yield* keyWasGood(record, key, block);
  const principal = actedFor(record);
  if (principal !== undefined && view.roles.get(named(principal, block))) yield finding('authority', 'ON_BEHALF_OF_MEMBER', digest);
  yield* hadRole(record, view.roles.get(named(author, block)) ?? 0, block);
}

function* keyWasGood({ kind, digest }: Sound, key: ChainKey, block: number): Generator<Finding> {
  const { fromBlock, toBlock, disputedFrom, capabilities } = key;
  if (block < fromBlock || (toBlock !== undefined && block >= toBlock)) {
    yield finding('authority', 'KEY_OUTSIDE_WINDOW', digest, { block, opened: fromBlock, closed: toBlock ?? '–' });
  }
  if (disputedFrom !== undefined && block >= disputedFrom) {
    yield finding('authority', 'KEY_DISPUTED_LATER', digest, { block: disputedFrom });
  }
  if (!hasAny(capabilities, kind === PASSPORT ? PASSPORTS : CAPTURE)) yield finding('authority', 'KEY_CAPABILITY', digest);
}

function* hadRole({ kind, subject, digest }: Sound, roles: number, block: number): Generator<Finding> {
  if (!roles) {
    yield finding('authority', 'PARTICIPANT_NOT_ACTIVE', digest, { block });
    return;
  }
  const act = textOf(subject, 'filiera:act');
  const wanted = kind === EVENT ? bitsOf(ACTS.get(act ?? '')?.roles ?? []) : (WRITERS.get(kind) ?? 0);
  if (wanted && !hasAny(roles, wanted)) yield finding('authority', 'PARTICIPANT_ROLE', digest, { act: act ?? kind, block });
}
