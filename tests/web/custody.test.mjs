// Every vector of whole bundles: verdict, exit status, codes and figures as they are written there.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { FilieraError } from '../../verifier/web/src/core/errors.ts';
import { parseBundle } from '../../verifier/web/src/core/custody/bundle.ts';
import { parseTrust } from '../../verifier/web/src/core/custody/trust.ts';
import { textOfFigure } from '../../verifier/web/src/core/custody/criteria/figure.ts';
import { readEvidence, verify } from '../../verifier/web/src/core/custody/verify.ts';
import { viewFromJson } from '../../verifier/web/src/core/custody/view.ts';
import { altered } from './patch.mjs';

const FOLDER = new URL('../vectors/bundle/', import.meta.url);

for (const file of ['good', 'bad']) {
  for (const { name, story, bundle, view, trust, expected } of json(`${file}.json`)) {
    test(`${file}: ${name}`, () => {
      const found = judged(bytes(bundle), json(trust), json(view));
      assert.deepEqual(found, expected, story);
    });
  }
}

for (const { name, from, why, operations, expected } of json('altered.json')) {
  test(`altered: ${name}`, () => {
    const vector = json('good.json').find((each) => each.name === from);
    const document = { bundle: JSON.parse(Buffer.from(bytes(vector.bundle)).toString()), view: json(vector.view), trust: json(vector.trust) };
    const data = altered(document, operations);
    assert.deepEqual(pick(outcome(data, document), expected), expected, why);
  });
}

function json(path) {
  return JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8'));
}

function bytes(path) {
  const found = readFileSync(new URL(path, FOLDER));
  return Uint8Array.from(path.endsWith('.gz') ? gunzipSync(found) : found);
}

function judged(data, trust, view) {
  const pinned = trust === null ? undefined : parseTrust(Buffer.from(JSON.stringify(trust)));
  const seen = view === null ? undefined : viewFromJson(view);
  const { verdict, criteria, beside } = verify(readEvidence(parseBundle(data)), pinned, seen);
  const later = Object.fromEntries(beside.map((each) => [each.version, figuresOf(each.criteria)]));
  return {
    ...{ verdict: verdict.word, exit: verdict.exit, codes: verdict.codes, figures: figuresOf(criteria) },
    ...(beside.length ? { beside: later } : {}),
  };
}

function figuresOf(criteria) {
  return Object.fromEntries(
    criteria.flatMap(({ id, figures }) => figures.map((figure) => [`${id}/${figure.id}`, textOfFigure(figure)])),
  );
}

/** The judgement, or why there is none: 3 for input that cannot be read, 2 for a chain that answers no sense. */
function outcome(data, { trust, view }) {
  try {
    return judged(data, trust, view);
  } catch (error) {
    if (!(error instanceof FilieraError)) throw error;
    return { error: error.code, exit: error.code.startsWith('CHAIN_') ? 2 : 3 };
  }
}

function pick(found, names) {
  return Object.fromEntries(Object.keys(names).map((name) => [name, found[name]]));
}
