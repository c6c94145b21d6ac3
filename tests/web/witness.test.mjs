// Witnesses: every vector of cosignatures, of snapshots, and of bundles that are judged by them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { parseVkey } from '../../verifier/web/src/core/checkpoint.ts';
import { parseBundle } from '../../verifier/web/src/core/custody/bundle.ts';
import { canonicalJson } from '../../verifier/web/src/core/custody/canonical.ts';
import { cosigners, OF_CHECKPOINT, OF_SNAPSHOT } from '../../verifier/web/src/core/custody/cosignature.ts';
import { answersTo, keyOf, parseSnapshot } from '../../verifier/web/src/core/custody/snapshot.ts';
import { parseTrust } from '../../verifier/web/src/core/custody/trust.ts';
import { readEvidence, verify } from '../../verifier/web/src/core/custody/verify.ts';
import { FilieraError, fromHex, PublicKey, utf8 } from '../../verifier/web/src/core/index.ts';

const vectors = (name) => JSON.parse(readFileSync(new URL(`../vectors/witness/${name}.json`, import.meta.url), 'utf8'));
const refusal = (code) => (error) => error instanceof FilieraError && error.code === code;

for (const { name, note, pinned, statement, times, error } of vectors('cosignatures').slice(1)) {
  test(`cosignatures: ${name}`, () => {
    const keys = new Map(pinned.map(({ name: witness, key }) => [witness, new PublicKey('EdDSA', fromHex(key))]));
    const ask = () => cosigners(note, keys, statement === 'snapshot' ? OF_SNAPSHOT : OF_CHECKPOINT);
    if (error) assert.throws(ask, refusal(error));
    else assert.deepEqual(Object.fromEntries([...ask()].map(([witness, time]) => [witness, Number(time)])), times);
  });
}

for (const { name, vkey, note, entries, questions, answers, open, error } of vectors('snapshots')) {
  test(`snapshots: ${name}`, () => {
    const ask = () => {
      const snapshot = parseSnapshot(note, trusting(vkey));
      const facts = entries.map(({ index, fact, proof }) => ({ index, bytes: utf8(canonicalJson(fact)), proof: proof.map((each) => fromHex(each)) }));
      return answersTo(questions, snapshot, facts);
    };
    if (error) {
      assert.throws(ask, refusal(error));
      return;
    }
    const found = ask();
    assert.deepEqual(found.open, open);
    const answered = questions.filter((question) => found.answers.has(keyOf(question)));
    assert.deepEqual(answered.map((question) => found.answers.get(keyOf(question)) ?? null), answers);
  });
}

for (const { name, bundle, trust, expected } of vectors('bundles')) {
  test(`bundles: ${name}`, () => {
    const evidence = readEvidence(parseBundle(utf8(`${canonicalJson(bundle)}\n`)));
    const { verdict } = verify(evidence, parseTrust(utf8(JSON.stringify(trust))), undefined);
    assert.deepEqual({ verdict: verdict.word, codes: verdict.codes }, expected);
  });
}

/** Only the log's key counts here. */
function trusting(vkey) {
  const { name, key } = parseVkey(vkey);
  return { logKeys: new Map([[name.replace(/\/chain$/, ''), key.raw]]) };
}
