// Reads the worked examples of tests/vectors/criteria: evidence in short form (README there).

import { readdirSync, readFileSync } from 'node:fs';

import { gatherEvidence } from '../../verifier/web/src/core/custody/criteria/evidence.ts';
import { Decimal } from '../../verifier/web/src/core/custody/decimal28.ts';
import { Graph } from '../../verifier/web/src/core/custody/graph.ts';
import { unitOf } from '../../verifier/web/src/core/custody/steps.ts';

const FOLDER = new URL('../vectors/criteria/', import.meta.url);
const DAY = '2026-03-02';
const OFFSETS = { step: 0, statement: 1000 };

export const EXAMPLES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name: name.slice(0, -5), ...JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) }));

/** `step 3` and `statement 3` as the digests that they stand for; any other place as it is. */
export function place(word) {
  const found = /^(step|statement) (\d+)$/.exec(word);
  return found ? (Number(found[2]) + OFFSETS[found[1]]).toString(16).padStart(64, '0') : word;
}

/** What the criteria read, and the graph of the example's steps. */
export function evidenceOf({ target, steps, statements = [], places = {}, groups = {} }) {
  const walked = steps.map((given, index) => stepOf(`step ${index + 1}`, given));
  const beside = statements.map((given, index) => stepOf(`statement ${index + 1}`, given));
  const proven = [...walked, ...beside].filter(({ isProven }) => isProven).map(({ digest }) => digest);
  const evidence = gatherEvidence({
    ...{ target, beside, proven: new Set(proven) },
    walk: { steps: walked, rests: [] },
    told: Object.entries(places).map(([name, given], index) => facilityOf(name, given, index)),
    companyOf: (party) => groups[party] ?? party,
  });
  return { evidence, graph: new Graph(walked) };
}

function stepOf(word, given) {
  const consumed = movesOf(given.in, 'consumed', '/inputQuantityList');
  const produced = movesOf(given.out, 'produced', '/outputQuantityList');
  const sent = movesOf(given.sent, 'sent', '/quantityList');
  const observed = (given.about ?? []).map((lot) => moveOf(lot, '? KGM', 'observed', '/quantityList'));
  return {
    ...{ digest: place(word), id: word, process: given.process, day: given.day ?? DAY },
    act: given.act ?? (Object.keys(given.in ?? {}).length ? 'process' : 'lot-declared'),
    ...{ signer: given.signer ?? given.by, holder: given.by, onBehalf: 'signer' in given, isProven: given.proven ?? false },
    ...{ consumed, produced, moves: [...consumed, ...produced, ...sent, ...observed] },
    scrap: (given.scrap ?? []).map((amount) => moveOf('', amount, 'scrapped', '/filiera:scrap')),
    ...{ entries: [], recipient: given.to, stage: given.stage, facility: given.at, subject: given.claims ?? {} },
  };
}

function movesOf(goods = {}, effect, list) {
  return Object.entries(goods).map(([lot, amount], index) => moveOf(lot, amount, effect, `${list}/${index}`));
}

function moveOf(lot, text, effect, at) {
  const [number, code] = text.split(' ');
  const quantity = number === '?' ? undefined : Decimal.of(number);
  const unit = unitOf(code);
  return { lot, effect, quantity, amount: quantity?.mul(unit.factor), unit, isItem: false, place: at };
}

function facilityOf(name, { country, province, latitude, longitude }, index) {
  const address = { country, ...(province === undefined ? {} : { province }) };
  const location = latitude === undefined ? {} : { location: { latitude, longitude } };
  const subject = { id: name, version: 1, validFrom: '2020-01-01', address, ...location };
  return { digest: place(`statement ${9000 + index}`), kind: 'FilieraMasterData', subject };
}
