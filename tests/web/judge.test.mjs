// What the pages' worker answers: reports as plain data, whatever it is given.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { canonicalJson } from '../../verifier/web/src/core/custody/canonical.ts';
import { judge } from '../../verifier/web/src/judge.ts';
import { sha256Hex, tokensOf, trustOf } from '../../verifier/web/src/reading.ts';
import { isUnreadable } from '../../verifier/web/src/ui/report.ts';

const read = (path) => readFileSync(new URL(`../vectors/${path}`, import.meta.url));
const bundle = new Uint8Array(read('bundle/files/handed-over.filiera'));
const trust = read('bundle/trust.json').toString();

test('without a chain and witnesses nobody but the log has confirmed its heads', async () => {
  const report = await judge({ bundle, trust, chains: [] });
  assert.equal(report.verdict, 'not proven');
  assert.equal(report.confirmation.by, 'nobody');
  assert.deepEqual(report.findings.map((found) => found.code), ['CHAIN_NOT_ASKED', 'OTHER_PRODUCTS_NOT_CHECKED']);
  assert.deepEqual(structuredClone(report), report);
});

test('witnesses stand in for the chain, and the report says since when', async () => {
  const vector = JSON.parse(read('witness/bundles.json')).find(({ name }) => name === 'two-of-two');
  const bytes = new TextEncoder().encode(`${canonicalJson(vector.bundle)}\n`);
  const report = await judge({ bundle: bytes, trust: JSON.stringify(vector.trust), chains: [] });
  assert.equal(report.verdict, 'verified');
  assert.equal(report.confirmation.by, 'witnesses');
  assert.equal(report.confirmation.witnesses.length, 2);
  assert.match(report.confirmation.at, /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

test('the journey names who shows himself, what he made and how much of it', async () => {
  const { steps } = await judge({ bundle, trust, chains: [] });
  const spun = steps.find(({ process }) => process === 'spinning');
  assert.equal(spun.grade, 'countersigned');
  assert.equal(spun.outputs.length, 1);
  assert.match(spun.outputs[0].quantity, /^\d+$/);
  assert.equal(spun.inputs.length, 1);
});

test('a chain that is not there is a finding, not an error', async () => {
  const report = await judge({ bundle, trust, chains: ['http://127.0.0.1:9/'] });
  assert.equal(report.verdict, 'unreachable');
  assert.equal(report.exit, 2);
});

test('without a trust file nothing is asked of anybody', async () => {
  const report = await judge({ bundle, trust: '', chains: ['http://127.0.0.1:9/'] });
  assert.deepEqual(report.findings.map((found) => found.code), ['TRUST_ABSENT', 'OTHER_PRODUCTS_NOT_CHECKED']);
});

test('what cannot be read is said by its code', async () => {
  for (const [bytes, text, error] of [
    [bundle.subarray(0, 500), trust, 'JSON_MALFORMED'],
    [new Uint8Array(), trust, 'JSON_MALFORMED'],
    [new TextEncoder().encode('{}\n'), trust, 'BUNDLE_VERSION_UNKNOWN'],
    [bundle, '{}', 'TRUST_MALFORMED'],
  ]) {
    const answer = await judge({ bundle: bytes, trust: text, chains: [] });
    assert.ok(isUnreadable(answer));
    assert.equal(answer.error, error);
  }
});

test('a thousand events, deep chains and all, are judged as one', async () => {
  const bytes = new Uint8Array(gunzipSync(read('bundle/files/thousand-events.filiera.gz')));
  const report = await judge({ bundle: bytes, trust, chains: [] });
  assert.equal(report.records, 1000);
  assert.equal(report.exit, 2);
});

test('the desk reads trust files and tokens, and names files by their digest', () => {
  assert.equal(trustOf('{}'), null);
  assert.equal(trustOf(trust).chainId, JSON.parse(trust).chainId);
  assert.equal(tokensOf(bundle).length, 4);
  assert.deepEqual(tokensOf(new Uint8Array(3)), []);
  assert.equal(sha256Hex(new TextEncoder().encode('abc')).slice(0, 8), 'ba7816bf');
});
