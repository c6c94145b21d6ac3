// Circularity: what was material before, and what happened after the first life (docs/criteria.md).

import type { Catalogue } from '../catalogue.ts';
import { ONE, sum, ZERO, type Decimal } from '../decimal28.ts';
import { distinct, namesOf, type Step } from '../steps.ts';
import { decimalOf, digestsOf, objectsOf } from '../subjects.ts';
import type { Evidence } from './evidence.ts';
import { certain, Tally, type Figure } from './figure.ts';

const SECOND_LIFE = ['repair', 'resale', 'recycling'];
const RECOVERED = 'recovered-waste';

export function circularity(evidence: Evidence, _catalogue: Catalogue): Figure[] {
  const later = [...evidence.said(...SECOND_LIFE), ...evidence.steps.filter((step) => SECOND_LIFE.includes(step.act))];
  const events = certain(later.length, 'second-life', 'events', 'count-of-events/1', later.map((step) => step.digest));
  return [recycledContent(evidence), events];
}

/** Share of the target's mass that was waste before, each origin by its own share of the mass. */
function recycledContent(evidence: Evidence): Figure {
  const tally = new Tally();
  const { lots } = evidence.shares;
  for (const step of evidence.origins) {
    for (const lot of namesOf(step, 'produced')) {
      const weight = lots.get(lot) ?? ZERO;
      if (weight.isZero) continue;
      const part = recycledPart(step);
      if (part) tally.count(weight, part, [step.digest], isAttested(evidence, step));
      else tally.lack(weight, 'MATERIAL_NOT_SHOWN', lot);
    }
  }
  const begun = distinct(evidence.origins.flatMap((step) => namesOf(step, 'produced')));
  const weighed = sum(begun.map((lot) => lots.get(lot) ?? ZERO));
  if (weighed.lt(ONE)) tally.lack(ONE.sub(weighed), 'MASS_NOT_TRACED', evidence.target);
  return tally.average('recycled-content', 'share', 'mass-weighted-through-graph/1');
}

/** Recovered waste is recycled as a whole, whatever it says; undefined for an origin that does not say its fibres. */
function recycledPart({ stage, subject }: Step): Decimal | undefined {
  if (stage === RECOVERED) return ONE;
  if (!Array.isArray(subject['filiera:material'])) return undefined;
  const parts = objectsOf(subject, 'filiera:material').map((each) => decimalOf(each, 'share')?.mul(decimalOf(each, 'recycled') ?? ZERO));
  return parts.every((part) => part !== undefined) ? sum(parts) : undefined;
}

/** Countersigned, or under a certificate that more than its holder stands for. */
function isAttested(evidence: Evidence, { digest, subject }: Step): boolean {
  return [digest, ...digestsOf(subject, 'filiera:certificates')].some((each) => evidence.isProven(each));
}
