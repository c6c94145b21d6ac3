// Weight and word of every code that the core can give are those of the closed list.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { weightOf } from '../../verifier/web/src/core/custody/codes.ts';

const SOURCES = new URL('../../verifier/web/src/', import.meta.url);
const CODES = new URL('../../protocol/vocabulary/codes/', import.meta.url);
/** Tiles and documents of others are read beside a verdict, not for it. */
const BESIDE = /^core\/(?:tiles\.ts|epcis\/)/;
const known = new Map(readdirSync(CODES).flatMap((area) => Object.entries(JSON.parse(readFileSync(new URL(area, CODES), 'utf8')))));

test('every code that a verdict can rest on weighs what the vocabulary says', () => {
  const given = new Set(
    readdirSync(SOURCES, { recursive: true })
      .filter((name) => name.endsWith('.ts') && !BESIDE.test(name))
      .flatMap((name) => readFileSync(new URL(name, SOURCES), 'utf8').match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? [])
      .filter((word) => known.has(word)),
  );
  assert.ok(given.size > 150);
  for (const code of given) {
    const { severity, verdict } = known.get(code);
    assert.deepEqual(weightOf(code), { severity, word: verdict }, code);
  }
});
