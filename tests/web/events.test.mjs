// One record by itself: tests/vectors/events are accepted, or refused with the code and at the place that they state.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

import { checkRecord } from '../../verifier/web/src/core/kinds.ts';
import { SCHEMAS } from '../../verifier/web/src/core/schemas.ts';
import { parseObject } from '../../verifier/web/src/core/strictJson.ts';
import { codeOf, vectors } from './vectors.mjs';

for (const vector of vectors('events/good')) {
  test(`event: ${vector.name}`, () => checkRecord({ claims: read(vector.claims), withheld: new Set() }));
}

for (const vector of vectors('events/bad')) {
  test(`event refused: ${vector.name}`, () => {
    try {
      checkRecord({ claims: read(vector.claims), withheld: new Set(vector.withheld ?? []) });
    } catch (error) {
      assert.deepEqual([error.code, error.place], [vector.code, vector.place]);
      return;
    }
    assert.fail('accepted');
  });
}

test('what is withheld is not missing, and only there', () => {
  const { claims } = vectors('events/good').find((each) => each.name === 'process');
  const shown = read(claims);
  delete shown.credentialSubject.eventTime;
  delete shown.credentialSubject.inputQuantityList[0].quantity;
  const places = ['/credentialSubject', '/credentialSubject/inputQuantityList/0'];
  checkRecord({ claims: shown, withheld: new Set(places) });
  for (const place of places) assert.equal(codeOf(() => checkRecord({ claims: shown, withheld: new Set([place]) })), 'SCHEMA_PROPERTY_MISSING');
});

test('every schema of records is here', () => {
  const files = readdirSync(new URL('../../protocol/schemas/', import.meta.url)).map((name) => name.replace('.json', ''));
  const others = ['index', 'bundle', 'report'];
  assert.deepEqual([...SCHEMAS.keys()].sort(), files.filter((name) => !others.includes(name)).sort());
});

function read(claims) {
  return parseObject(new TextEncoder().encode(JSON.stringify(claims)));
}
