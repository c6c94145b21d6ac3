// The worked examples: this program comes to what was worked out by hand, as the other implementation does.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CATALOGUE } from '../../verifier/web/src/core/custody/catalogue.ts';
import { evaluate } from '../../verifier/web/src/core/custody/criteria/evaluate.ts';
import { checkYields, Material, roomOf } from '../../verifier/web/src/core/custody/yields.ts';
import { EXAMPLES, evidenceOf, place } from './examples.mjs';

const NUMBERS = new Set(['value', 'proven', 'declared', 'coverage']);

for (const example of EXAMPLES) {
  test(`criteria: ${example.name}`, () => {
    const { evidence } = evidenceOf(example);
    const known = evaluate(evidence, CATALOGUE).flatMap(({ id, figures }) => figures.map((figure) => [`${id}/${figure.id}`, figure]));
    const figures = Object.fromEntries(known);
    for (const [name, expected] of Object.entries(example.figures ?? {})) {
      for (const [member, wanted] of Object.entries(expected)) {
        assert.deepEqual(said(figures[name], member), demanded(member, wanted), `${name} ${member}`);
      }
    }
  });
}

for (const example of EXAMPLES.filter(({ gains, yields }) => gains || yields)) {
  test(`gains: ${example.name}`, () => {
    const { graph } = evidenceOf(example);
    const material = new Material(graph);
    for (const [word, expected] of Object.entries(example.gains ?? {})) {
      const { moisture, substances } = roomOf(graph.step(place(word)), material);
      assert.equal(plain(moisture.format(4)), plain(expected.moisture));
      assert.equal(plain(substances.format()), plain(expected.substances));
    }
    const found = graph.steps.flatMap((step) => [...checkYields(step, roomOf(step, material), material)]);
    if (example.yields) {
      const pairs = found.map(({ code, place: at }) => `${code} ${at}`);
      assert.deepEqual(pairs.sort(), example.yields.map(([code, at]) => `${code} ${place(at)}`).sort());
    }
  });
}

/** A member of a figure in the form of the examples: numbers without trailing zeros. */
function said(figure, member) {
  if (NUMBERS.has(member)) return figure[member] === undefined ? null : plain(figure[member].format());
  if (member === 'inputs') return [...figure.inputs].sort();
  if (member === 'missing') return figure.missing.map((pair) => pair.join(' ')).sort();
  return figure[member];
}

function demanded(member, wanted) {
  if (NUMBERS.has(member)) return wanted === null ? null : plain(wanted);
  if (member === 'inputs') return wanted.map(place).sort();
  if (member === 'missing') return wanted.map(([code, at]) => `${code} ${place(at)}`).sort();
  return wanted;
}

function plain(number) {
  return number.includes('.') ? number.replace(/\.?0+$/, '') : number;
}
