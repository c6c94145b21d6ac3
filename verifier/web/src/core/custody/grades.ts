// Who stands for a step (docs/verification.md §7): from weakest to strongest.

import { movesGoods, namesOf, type Step } from './steps.ts';

export type Grade = 'on-behalf' | 'opening-stock' | 'signed' | 'countersigned' | 'attested';

/** The grade of each step of a walk, by digest. `beside` are the standing steps that are not on it; `companyOf` maps a party to
 *  what counts as one company. */
export function gradesOf(
  steps: readonly Step[],
  beside: readonly Step[],
  certifiers: ReadonlySet<string>,
  companyOf: (party: string) => string,
): ReadonlyMap<string, Grade> {
  const pairs = pairsOf(steps);
  const attesters = companiesBy(beside.filter((said) => attests(said) && certifiers.has(said.signer)), (said) => namesOf(said), companyOf);
  const receivers = companiesBy(pairs.keys(), (step) => namesOf(step, 'received'), companyOf);
  const grade = (step: Step): Grade => {
    const [own, made, other] = [companyOf(step.signer), namesOf(step, 'produced'), pairs.get(step)];
    // A second signature of the same hand confirms nothing, not even a certifier's.
    const byAnother = (companies: ReadonlyMap<string, ReadonlySet<string>>): boolean =>
      made.some((lot) => [...(companies.get(lot) ?? [])].some((company) => company !== own));
    if (byAnother(attesters)) return 'attested';
    if (step.onBehalf) return 'on-behalf';
    if ((other && companyOf(other.signer) !== own) || byAnother(receivers)) return 'countersigned';
    return step.act === 'opening-stock' ? 'opening-stock' : 'signed';
  };
  return new Map(steps.map((step) => [step.digest, grade(step)]));
}

/** A statement that speaks for the goods it names: one that found them wanting does not. */
function attests(step: Step): boolean {
  return step.moves.some((move) => move.effect === 'observed') && !movesGoods(step) && step.subject.disposition !== 'non_conformant';
}

/** By lot, the companies that signed one of the steps that name it. */
function companiesBy(
  steps: Iterable<Step>,
  lotsOf: (step: Step) => readonly string[],
  companyOf: (party: string) => string,
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const step of steps) {
    for (const lot of lotsOf(step)) found.set(lot, (found.get(lot) ?? new Set()).add(companyOf(step.signer)));
  }
  return found;
}

/** Whether more than its author stands for a step. */
export function isProven(grade: Grade): boolean {
  return grade === 'countersigned' || grade === 'attested';
}

/** Shipments and receipts that confirm each other, both ways. */
function pairsOf(steps: readonly Step[]): Map<Step, Step> {
  const here = new Map(steps.map((step) => [step.digest, step]));
  const found = new Map<Step, Step>();
  for (const step of steps) {
    const shipment = step.answers && here.get(step.answers.digest);
    if (!shipment) continue;
    const sent = new Set(namesOf(shipment, 'sent'));
    if (namesOf(step, 'received').every((lot) => sent.has(lot))) found.set(step, shipment).set(shipment, step);
  }
  return found;
}
