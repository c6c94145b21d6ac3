// Evidence of chemicals: absent is not clean, so what says nothing lowers the coverage (docs/criteria.md).

import { PROCESSES } from '../../vocabulary.ts';
import type { JsonObject } from '../../strictJson.ts';
import type { Catalogue } from '../catalogue.ts';
import { Decimal, ONE, ZERO } from '../decimal28.ts';
import { namesOf, type Step } from '../steps.ts';
import { decimalOf, objectOf, objectsOf, textOf } from '../subjects.ts';
import type { Evidence } from './evidence.ts';
import { certain, Tally, type Figure } from './figure.ts';

const WET = 'wet-processing';
const BY_MASS = 'mass-weighted-wet-steps/1';
/** REACH Article 33: duties begin above 0.1 % by weight of a substance on the candidate list. */
const SVHC_LIMIT = Decimal.of('0.001');
const TO_SHARE = new Map([['%', '0.01'], ['mg/kg', '0.000001'], ['g/kg', '0.001']].map(([unit, factor]) => [unit, Decimal.of(factor)]));

export function chemicals(evidence: Evidence, catalogue: Catalogue): Figure[] {
  const wet = evidence.work.filter((step) => PROCESSES.get(step.process ?? '')?.group === WET);
  const said = evidence.said('chemical-declaration');
  const tests = evidence.said('lab-test');
  const about = (step: Step): Step[] => said.filter((each) => isAbout(each, step));
  return [
    declared(evidence, wet, about),
    levelReached(evidence, wet, about, catalogue.mrslLevel),
    overLimit(evidence, [...said, ...tests, ...evidence.steps], catalogue),
    outcome(tests, 'conformant', 'tests-passed'),
    outcome(tests, 'non_conformant', 'tests-failed'),
  ];
}

/** A declaration speaks about goods, or about place and process on a day. */
function isAbout(said: Step, step: Step): boolean {
  const goods = new Set(namesOf(step, 'consumed', 'produced'));
  if (namesOf(said).some((lot) => goods.has(lot))) return true;
  const { subject } = said;
  const here = step.facility !== undefined && subject['filiera:facility'] === step.facility;
  if (!here || (textOf(subject, 'filiera:processType') ?? step.process) !== step.process) return false;
  const validity = objectOf(subject, 'filiera:validity');
  return (textOf(validity, 'from') ?? said.day) <= step.day && step.day <= (textOf(validity, 'to') ?? step.day);
}

function declared(evidence: Evidence, wet: readonly Step[], about: (step: Step) => Step[]): Figure {
  const tally = new Tally();
  for (const step of wet) {
    const found = about(step).map((said) => said.digest);
    const own = objectsOf(step.subject, 'filiera:substances').length > 0;
    const records = found.length ? found : [step.digest];
    const weight = evidence.shareOf(step);
    if (!found.length && !own) tally.lack(weight, 'CHEMICALS_NOT_DECLARED', step.digest);
    else tally.count(weight, ONE, records, records.some((digest) => evidence.isProven(digest)));
  }
  return tally.covered('wet-steps-declared', BY_MASS);
}

function levelReached(evidence: Evidence, wet: readonly Step[], about: (step: Step) => Step[], wanted: string): Figure {
  const tally = new Tally();
  for (const step of wet) {
    const stating = about(step).filter((said) => textOf(said.subject, 'filiera:mrslLevel') !== undefined);
    const digests = stating.map((said) => said.digest);
    if (!stating.length) {
      tally.lack(evidence.shareOf(step), 'MRSL_LEVEL_NOT_STATED', step.digest);
      continue;
    }
    const levels = stating.map((said) => textOf(said.subject, 'filiera:mrslLevel')!);
    const reached = levels.every((level) => /^[0-9]+$/.test(level) && level >= wanted);
    tally.count(evidence.shareOf(step), reached ? ONE : ZERO, digests, digests.every((digest) => evidence.isProven(digest)));
  }
  return tally.average('mrsl-level-reached', 'share', BY_MASS);
}

/** Number of substances of very high concern stated above the limit; of what nobody states nothing is known. */
function overLimit(evidence: Evidence, sources: readonly Step[], { candidateList }: Catalogue): Figure {
  const listed = new Set(candidateList.map((each) => each.cas));
  const stating = sources.filter((step) => objectsOf(step.subject, 'filiera:substances').length);
  const over = stating.flatMap((step) => objectsOf(step.subject, 'filiera:substances')).filter((each) => isOver(each, listed));
  const distinct = new Set(over.map((each) => textOf(each, 'cas') ?? textOf(each, 'name')));
  const figure = certain(distinct.size, 'svhc-over-limit', 'substances', 'stated-upper-bound/1', stating.map((step) => step.digest));
  if (stating.length) return figure;
  return { ...figure, value: undefined, proven: ZERO, coverage: ZERO, missing: [['CHEMICALS_NOT_DECLARED', evidence.target]] };
}

function isOver(substance: JsonObject, listed: ReadonlySet<string>): boolean {
  const concentration = objectOf(substance, 'concentration');
  const upper = decimalOf(concentration, 'max') ?? decimalOf(concentration, 'min');
  const factor = TO_SHARE.get(textOf(concentration, 'unit') ?? '');
  const ofConcern = substance.category === 'svhc' || listed.has(textOf(substance, 'cas') ?? '');
  return ofConcern && upper !== undefined && factor !== undefined && upper.mul(factor).gt(SVHC_LIMIT);
}

function outcome(tests: readonly Step[], disposition: string, name: string): Figure {
  const found = tests.filter((test) => test.subject.disposition === disposition).map((test) => test.digest);
  return certain(found.length, name, 'tests', 'count-of-records/1', found);
}
