// The alterations of tests/vectors/bundle/README.md: JSON Patch, the order of the bundle's lists, and changes of its text.

import { createHash } from 'node:crypto';

import { canonicalJson } from '../../verifier/web/src/core/custody/canonical.ts';

const tokenDigest = (token) => createHash('sha256').update(token.split('~', 1)[0]).digest('hex');
/** What each list is sorted by (protocol/README §12). */
const ORDERS = {
  records: ({ token }) => [tokenDigest(token)],
  heads: ({ log, seq }) => [log, seq],
  consistency: ({ log, first }) => [log, first],
  affected: ({ log }) => [log],
  keys: ({ participant, keyHash, fromBlock }) => [participant, keyHash, fromBlock],
  memberships: (token) => [tokenDigest(token)],
};

/** The bundle's bytes after all operations; `document` is altered in place. */
export function altered(document, operations) {
  const isOfText = ({ op }) => op === 'text' || op === 'cut';
  for (const operation of operations.filter((each) => !isOfText(each))) OPS[operation.op](document, operation);
  let data = Buffer.from(`${canonicalJson(document.bundle)}\n`);
  for (const operation of operations.filter(isOfText)) data = OPS[operation.op](data, operation);
  return Uint8Array.from(data);
}

const OPS = {
  add: (document, { path, value }) => put(document, path, value),
  remove: (document, { path }) => take(document, path),
  replace(document, { path, value }) {
    take(document, path);
    put(document, path, value);
  },
  move: (document, { from, path }) => put(document, path, take(document, from)),
  copy(document, { from, path }) {
    const [parent, name] = place(document, from);
    put(document, path, structuredClone(parent[name]));
  },
  sort({ bundle }) {
    for (const [name, order] of Object.entries(ORDERS)) bundle[name]?.sort((a, b) => byParts(order(a), order(b)));
  },
  text: (data, { find, replace }) => Buffer.from(data.toString().replace(find, () => replace)),
  cut: (data, { keep }) => data.subarray(0, keep < 0 ? data.length + keep : keep),
};

function put(document, path, value) {
  const [parent, name] = place(document, path);
  if (Array.isArray(parent)) parent.splice(name === '-' ? parent.length : Number(name), 0, value);
  else parent[name] = value;
}

function take(document, path) {
  const [parent, name] = place(document, path);
  const value = parent[name];
  if (Array.isArray(parent)) parent.splice(Number(name), 1);
  else delete parent[name];
  return value;
}

/** What holds the value at a pointer (RFC 6901), and its name there. */
function place(document, path) {
  const names = path.split('/').slice(1).map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = names.pop();
  return [names.reduce((parent, name) => parent[name], document), last];
}

function byParts(first, second) {
  const at = first.findIndex((part, index) => part !== second[index]);
  return at < 0 ? 0 : first[at] < second[at] ? -1 : 1;
}
