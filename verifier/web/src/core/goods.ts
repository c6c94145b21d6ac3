// What an event does to goods: every lot and item that it names, with its effect (vocabulary/acts.json).

import { ONE, parseDecimal, Rational } from './decimal.ts';
import { isObject, type Json, type JsonObject } from './strictJson.ts';
import { ACTS, type Effect } from './vocabulary.ts';

const PIECE = 'C62';
/** Taking effects first, as they are judged. */
export const EFFECTS: readonly Effect[] = ['consumed', 'sent', 'produced', 'received', 'counted', 'observed'];

/** One lot or item named by an event; `quantity` is undefined where withheld, `place` a pointer into the subject. */
export interface Movement {
  readonly lot: string;
  readonly quantity: Rational | undefined;
  readonly unit: string;
  readonly effect: Effect;
  readonly place: string;
  readonly isItem: boolean;
}

/** The goods of one event, in the order of EFFECTS and then of its lists. */
export interface Goods {
  readonly movements: readonly Movement[];
  /** Whether it takes another record back. */
  readonly corrects: boolean;
}

/** The goods of an event's subject that has passed its schema. A correction moves nothing: all that it names is observed,
 *  unless `asStated` asks for the effects of the event that it takes back. */
export function goodsOf(subject: JsonObject, asStated = false): Goods {
  const corrects = 'errorDeclaration' in subject || 'filiera:corrects' in subject;
  const effects = Object.entries(ACTS.get(subject['filiera:act'] as string)!.effects) as [string, Effect][];
  const movements = effects.flatMap(([source, effect]) => movementsIn(subject, source, corrects && !asStated ? 'observed' : effect));
  return { movements: movements.sort((a, b) => EFFECTS.indexOf(a.effect) - EFFECTS.indexOf(b.effect)), corrects };
}

export function isGain(effect: Effect): boolean {
  return effect === 'produced' || effect === 'received';
}

export function isLoss(effect: Effect): boolean {
  return effect === 'consumed' || effect === 'sent';
}

function movementsIn(subject: JsonObject, source: string, effect: Effect): Movement[] {
  const value = subject[source];
  const item = (lot: string, place: string): Movement => ({ lot, quantity: ONE, unit: PIECE, effect, place, isItem: true });
  if (typeof value === 'string') {
    if (source !== 'filiera:lot') return [item(value, `/${source}`)];
    // A garment is born out of a lot of pieces: as many are taken as items are named.
    const born = Array.isArray(subject.epcList) ? subject.epcList.length : 0;
    return [{ lot: value, quantity: new Rational(BigInt(born)), unit: PIECE, effect, place: `/${source}`, isItem: false }];
  }
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry, index) => {
    const place = `/${source}/${index}`;
    return typeof entry === 'string' ? [item(entry, place)] : lotMovement(entry, effect, place);
  });
}

/** Scrap without a lot reference leaves the chain and is no movement. */
function lotMovement(entry: Json, effect: Effect, place: string): Movement[] {
  if (!isObject(entry) || typeof entry.epcClass !== 'string') return [];
  const quantity = 'quantity' in entry ? parseDecimal(entry.quantity, `${place}/quantity`) : undefined;
  return [{ lot: entry.epcClass, quantity, unit: entry.uom as string, effect, place, isItem: false }];
}
