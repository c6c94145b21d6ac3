// Dates that are chosen: recorded late, or corrected after the fact (docs/verification.md §13).

import { headName } from './bundle.ts';
import { CATALOGUE } from './catalogue.ts';
import { dayNumber, dayOf } from './days.ts';
import { finding, type Finding } from './findings.ts';
import type { History } from './history.ts';
import { passportsOf } from './passports.ts';
import type { Sound } from './sound.ts';
import { namesOf, type Step } from './steps.ts';
import type { ChainView } from './view.ts';

/** Of the year 9999; a block cannot be later, whatever a chain says. */
const LAST_SECOND = 253_402_300_799;

/** How long after its day a record behind the target was first in a head. */
export function* checkLate({ walk }: History, sound: readonly Sound[], view: ChainView): Generator<Finding> {
  const places = new Map(sound.map((record) => [record.digest, record.place]));
  const limits = CATALOGUE.declaredLateDays;
  for (const { digest, act, day } of walk.steps) {
    const place = places.get(digest);
    const time = place ? (view.heads.get(headName(place.log, place.head))?.time ?? 0) : 0;
    if (time <= 0 || time > LAST_SECOND) continue;
    const days = dayOf(time) - dayNumber(day);
    if (days > (limits[act] ?? limits.default)) yield finding('possession', 'DECLARED_LATE', digest, { day, days });
  }
}

/** What was corrected after the passport, and handovers that one of two parties changed alone. */
export function* checkCorrections(history: History, sound: readonly Sound[]): Generator<Finding> {
  const { graph, lots, target } = history;
  const places = new Map(sound.map((record) => [record.digest, record.place]));
  const issued = passportsOf(target, sound).flatMap((passport) => passport.place ?? []);
  for (const [wrongDigest, correction] of graph.takenBack) {
    const place = places.get(correction.digest);
    const ours = namesOf(correction).some((lot) => lots.has(lot) || lot === target);
    if (place && ours && issued.some(({ log, head }) => log === place.log && place.head > head)) {
      yield finding('passport', 'CORRECTED_AFTER_PASSPORT', correction.digest, { corrected: wrongDigest });
    }
    const wrong = graph.known.get(wrongDigest)!;
    if (namesOf(wrong).some((lot) => lots.has(lot)) && isOneSided(history, wrong)) {
      const lot = namesOf(wrong, 'sent', 'received').join(', ');
      yield finding('handover', 'CORRECTION_NEEDS_COUNTERPART', correction.digest, { lot });
    }
  }
}

/** Whether a step that was taken back had been countersigned, and the counterpart neither took back nor signed again. */
function isOneSided({ graph }: History, wrong: Step): boolean {
  const { answers, digest, signer } = wrong;
  if (!answers) return graph.steps.some((each) => each.answers?.digest === digest && each.signer !== signer);
  const shipment = graph.known.get(answers.digest);
  if (!shipment || shipment.signer === signer || graph.takenBack.has(answers.digest)) return false;
  return !graph.steps.some((each) => each.answers?.digest === answers.digest && each.answers.id === answers.id);
}
