// What a passport claims about how its goods were made, against the figures of the records (docs/verification.md §14). Only
// what the records contradict is refused: a modest claim is nobody's harm.

import type { JsonObject } from '../strictJson.ts';
import { VERSIONS } from './catalogue.ts';
import type { Criterion, Figure } from './criteria/figure.ts';
import { Decimal, max, ONE, sum, ZERO } from './decimal28.ts';
import { finding, type Finding } from './findings.ts';
import type { History } from './history.ts';
import { distinct } from './steps.ts';
import { decimalOf, objectOf, objectsOf, textOf } from './subjects.ts';

/** Figures are rounded when they are printed; a claim may round as well, and no more. */
const ROUNDING = Decimal.of('0.005');
/** Labels of fibres are made in whole per cents (Reg. (EU) 1007/2011). */
const WHOLE_PER_CENT = Decimal.of('0.01');
const CLIMATE = 'climate-change';
const DECIMAL = /^-?[0-9]+(\.[0-9]+)?$/;

/** What is claimed, as what, and what the records give. */
interface Difference {
  readonly what: string;
  readonly claimed: string;
  readonly found: string;
}
type Figures = ReadonlyMap<string, Figure>;

/** What a passport claims, against the figures under the catalogue that it states. */
export function* checkClaims(
  subject: JsonObject,
  history: History,
  criteria: readonly Criterion[],
  place: string,
): Generator<Finding> {
  const version = subject.catalogueVersion as string;
  if (!VERSIONS.has(version)) {
    yield finding('passport', 'PASSPORT_CATALOGUE_UNKNOWN', place, { version });
    return;
  }
  const figures = new Map(criteria.flatMap(({ id, figures: all }) => all.map((figure) => [`${id}/${figure.id}`, figure])));
  const differences = [
    ...printedFigures(subject, figures),
    ...recycledShare(subject, figures),
    ...climateChange(subject, figures),
    ...foreignFibres(subject, history),
  ];
  for (const difference of differences) yield finding('passport', 'PASSPORT_CLAIM_CONTRADICTED', place, { ...difference });
}

/** The criteria as the passport prints them, each as `figure = value`; a value that is no number is not the records'. */
function* printedFigures(subject: JsonObject, figures: Figures): Generator<Difference> {
  for (const entry of objectsOf(subject, 'criteria')) {
    const printed = textOf(entry, 'figure') ?? '';
    const at = printed.indexOf(' = ');
    const [what, claimed] = at < 0 ? [printed, ''] : [printed.slice(0, at), printed.slice(at + 3)];
    const value = figures.get(`${entry.criterion as string}/${what}`)?.value;
    if (!value || !claimed) continue;
    const allowed = ROUNDING.mul(max(ONE, value.abs()));
    const holds = DECIMAL.test(claimed) && !Decimal.of(claimed).sub(value).abs().gt(allowed);
    if (!holds) yield { what, claimed, found: value.format() };
  }
}

function* recycledShare(subject: JsonObject, figures: Figures): Generator<Difference> {
  const value = figures.get('circularity/recycled-content')?.value;
  const claimed = claimedRecycled(subject);
  if (value && claimed?.gt(value.add(WHOLE_PER_CENT))) {
    yield { what: 'recycled-content', claimed: claimed.format(), found: value.format() };
  }
}

/** The recycled share of the mass that the composition claims; undefined if the composition is not whole. */
function claimedRecycled(subject: JsonObject): Decimal | undefined {
  const components = objectsOf(subject, 'components');
  if (!components.length) return recycledIn(subject);
  const parts = components.map((part) => decimalOf(part, 'massShare')?.mul(recycledIn(part)));
  return parts.every((part) => part !== undefined) ? sum(parts) : undefined;
}

function recycledIn(part: JsonObject): Decimal {
  return sum(objectsOf(part, 'materials').map((each) => (decimalOf(each, 'share') ?? ZERO).mul(decimalOf(each, 'recycled') ?? ZERO)));
}

/** Greenhouse gases of the product, where both sides give them in the same unit. */
function* climateChange(subject: JsonObject, figures: Figures): Generator<Difference> {
  const figure = figures.get(`footprint/${CLIMATE}`);
  for (const entry of objectsOf(objectOf(subject, 'footprint'), 'categories')) {
    if (entry.category !== CLIMATE || !figure?.value || entry.unit !== figure.unit) continue;
    if (decimalOf(entry, 'value')!.lt(figure.value.mul(ONE.sub(ROUNDING)))) {
      yield { what: CLIMATE, claimed: entry.value as string, found: figure.value.format() };
    }
  }
}

/** Fibres on the passport that no origin brought in; nothing if an origin does not say what it is of. */
function foreignFibres(subject: JsonObject, { evidence: { origins } }: History): Difference[] {
  if (!origins.length || !origins.every((step) => Array.isArray(step.subject['filiera:material']))) return [];
  const brought = new Set(origins.flatMap((step) => fibresIn(step.subject, 'filiera:material')));
  const listed = [subject, ...objectsOf(subject, 'components')].flatMap((part) => fibresIn(part, 'materials'));
  return distinct(listed).filter((fibre) => !brought.has(fibre)).map((what) => ({ what, claimed: '1', found: '0' }));
}

function fibresIn(subject: JsonObject, name: string): string[] {
  return objectsOf(subject, name).flatMap((each) => textOf(each, 'fibre') ?? []);
}
