// The result of a verification as plain data: what crosses from the worker to the page.

import { CHECKS, severityOf, type Finding } from './core/custody/findings.ts';
import { weightOf } from './core/custody/codes.ts';
import { textOfFigure, type Criterion, type Figure } from './core/custody/criteria/figure.ts';
import type { History } from './core/custody/history.ts';
import { namesOf, type Step } from './core/custody/steps.ts';
import { objectOf, textOf } from './core/custody/subjects.ts';
import type { Result } from './core/custody/verify.ts';
import type { ChainView } from './core/custody/view.ts';
import type * as page from './ui/report.ts';

/** The chain that was asked, and the addresses that gave this one answer. */
export interface Asked {
  readonly view: ChainView | undefined;
  readonly endpoints: readonly string[];
}

/** `milliseconds` is what the judgement took. */
export function reportOf(result: Result, asked: Asked, milliseconds: number): page.Report {
  const { verdict, history, target, records } = result;
  const findings = verdict.findings.map(findingOf);
  const names = new Map(result.members.map(({ subject }) => [subject.id, textOf(subject, 'name')]));
  return {
    ...{ target, records, milliseconds, findings },
    verdict: verdict.word,
    exit: verdict.exit,
    graphDigest: history.graphDigest,
    confirmation: confirmationOf(result, asked),
    checks: CHECKS.map((check) => ({ check, verdict: verdict.wordOf(check) })),
    criteria: result.criteria.map(criterionOf),
    beside: result.beside.map(({ version, record, criteria, unknown }) => ({
      ...{ catalogue: version, record: record ?? null, unknown },
      criteria: criteria.map(criterionOf),
    })),
    steps: history.walk.steps.map((step) => stepOf(step, history, names)),
  };
}

function findingOf(found: Finding): page.Finding {
  const { check, code, place, values } = found;
  const texts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  return { check, verdict: weightOf(code).word, severity: severityOf(found), code, place, values: texts };
}

function confirmationOf({ asOf }: Result, { view, endpoints }: Asked): page.Confirmation {
  if (view) return { by: 'chain', witnesses: [], endpoints, at: null, block: view.latest };
  if (!asOf) return { by: 'nobody', witnesses: [], endpoints, at: null, block: null };
  return { by: 'witnesses', witnesses: asOf.witnesses, endpoints, at: asOf.time, block: asOf.block };
}

function criterionOf({ id, catalogue, figures }: Criterion): page.Criterion {
  return { id, catalogue, figures: figures.map(figureOf) };
}

function figureOf(figure: Figure): page.Figure {
  const { id, unit, method, proven, declared, coverage, inputs, missing } = figure;
  const shares = { proven: proven.format(), declared: declared.format(), coverage: coverage.format() };
  return { id, value: textOfFigure(figure), unit, method, ...shares, inputs, missing };
}

/** `names` are those of the memberships: whoever has none does not show himself. */
function stepOf(step: Step, history: History, names: ReadonlyMap<unknown, string | undefined>): page.Step {
  const { digest, act, process, day, holder } = step;
  const address = objectOf(history.evidence.placeOf(step), 'address');
  return {
    ...{ digest, act, process: process ?? null, day },
    company: names.get(holder) ?? null,
    province: textOf(address, 'province') ?? null,
    country: textOf(address, 'country') ?? null,
    grade: history.grades.get(digest)!,
    outputs: step.produced.map(({ lot, quantity, unit }) => ({ lot, quantity: quantity?.format() ?? null, unit: unit.code })),
    inputs: namesOf(step, 'consumed'),
  };
}
