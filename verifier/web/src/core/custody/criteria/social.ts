// Social and ethical qualification: was the place covered on the day of the work (docs/criteria.md). No figure is about a
// person.

import { PROCESSES } from '../../vocabulary.ts';
import type { Catalogue } from '../catalogue.ts';
import { Decimal, ONE, sum, ZERO } from '../decimal28.ts';
import { distinct, namesOf, type Step } from '../steps.ts';
import { decimalOf, objectOf, textOf } from '../subjects.ts';
import type { Evidence } from './evidence.ts';
import { Tally, type Figure } from './figure.ts';

const MAKING_UP = 'making-up';
const PIECE = 'C62';
const MINUTES = Decimal.int(60);
const MONTH = 'yyyy-mm'.length;

export function social(evidence: Evidence, { socialEvidence, minutesPerPiece }: Catalogue): Figure[] {
  return [
    ...distinct(Object.keys(socialEvidence)).map((family) => covered(evidence, family, socialEvidence[family])),
    subcontracting(evidence),
    capacity(evidence, minutesPerPiece),
  ];
}

/** Share of the work whose place had evidence of one of the kinds on that very day. */
function covered(evidence: Evidence, family: string, kinds: readonly string[]): Figure {
  const tally = new Tally();
  const said = evidence.said('social-evidence').filter((each) => isOfKind(each, kinds));
  for (const step of evidence.work) {
    const found = said.filter((each) => speaksFor(each, step)).map((each) => each.digest);
    if (found.length) tally.count(ONE, ONE, found, found.some((digest) => evidence.isProven(digest)));
    else tally.lack(ONE, 'SOCIAL_EVIDENCE_MISSING', step.digest);
  }
  return tally.covered(`evidence-${family}`, 'share-of-steps/1');
}

function isOfKind({ subject }: Step, kinds: readonly string[]): boolean {
  const kind = textOf(objectOf(subject, 'filiera:social'), 'kind');
  return kind !== undefined && kinds.includes(kind) && subject.disposition !== 'non_conformant';
}

function speaksFor(said: Step, step: Step): boolean {
  const stated = objectOf(said.subject, 'filiera:social');
  const validity = objectOf(stated, 'validity');
  const inTime = textOf(validity, 'from')! <= step.day && step.day <= (textOf(validity, 'to') ?? step.day);
  const place = textOf(stated, 'facility');
  return inTime && (place === undefined ? said.signer === step.holder : place === step.facility);
}

/** Share of the shipments to subcontractors that were not passed on against the order. */
function subcontracting(evidence: Evidence): Figure {
  const tally = new Tally();
  const shipments = evidence.steps.filter((step) => step.act === 'shipment');
  for (const step of shipments) {
    const { subject, digest } = step;
    const allowed = subject['filiera:maySubcontract'];
    if (allowed === undefined || !('filiera:subcontractOrder' in subject)) continue;
    const kept = allowed === true || !shipments.some((later) => passesOn(step, later));
    tally.count(ONE, kept ? ONE : ZERO, [digest], evidence.isProven(digest));
  }
  return tally.average('subcontracting-permitted', 'share', 'share-of-shipments/1');
}

/** Passing on is sending the very goods to a third party; work done on them makes another lot. */
function passesOn(step: Step, later: Step): boolean {
  const goods = new Set(namesOf(step, 'sent'));
  const same = namesOf(later, 'sent').some((lot) => goods.has(lot));
  return same && later.holder === step.recipient && later.recipient !== step.holder;
}

/** Share of the making-up whose declared hours can have made the pieces. */
function capacity(evidence: Evidence, minutesPerPiece: Readonly<Record<string, string>>): Figure {
  const tally = new Tally();
  for (const step of evidence.work) {
    const pieces = sum(step.produced.flatMap((move) => (move.unit.code === PIECE ? (move.quantity ?? []) : [])));
    const minutes = minutesPerPiece[step.process ?? ''];
    const makingUp = PROCESSES.get(step.process ?? '')?.group === MAKING_UP;
    if (minutes === undefined || pieces.isZero || !makingUp) continue;
    const declared = hoursOf(evidence, step);
    if (!declared) {
      tally.lack(ONE, 'WORK_NOT_DECLARED', step.digest);
      continue;
    }
    const enough = !declared.hours.mul(MINUTES).lt(Decimal.of(minutes).mul(pieces));
    tally.count(ONE, enough ? ONE : ZERO, [declared.digest], evidence.isProven(declared.digest));
  }
  return tally.average('capacity-plausible', 'share', 'hours-against-pieces/1');
}

/** The most hours that the place declared for the month of a step. */
function hoursOf(evidence: Evidence, step: Step): { hours: Decimal; digest: string } | undefined {
  for (const { subject, digest } of evidence.said('work-declaration')) {
    const work = objectOf(subject, 'filiera:work');
    const here = step.facility !== undefined && textOf(work, 'facility') === step.facility;
    const hours = decimalOf(objectOf(work, 'hours'), 'max');
    if (here && hours && textOf(work, 'month') === step.day.slice(0, MONTH)) return { hours, digest };
  }
  return undefined;
}
