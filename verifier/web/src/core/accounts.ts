// Lot accounts: one event's entries against its own goods (protocol/README §5). Whether an entry continues the account
// needs the record before and is judged where that is known.

import { parseDecimal, Rational, ZERO } from './decimal.ts';
import { refuse } from './errors.ts';
import { isGain, type Goods, type Movement } from './goods.ts';
import type { Json, JsonObject } from './strictJson.ts';

const ACCOUNT = '/credentialSubject/filiera:account';

/** One entry; balances are undefined where withheld, `previous` (hex) where withheld or at number 0. */
export interface Entry {
  readonly lot: string;
  readonly lotSeq: number;
  readonly before: Rational | undefined;
  readonly after: Rational | undefined;
  readonly unit: string;
  readonly previous: string | undefined;
  readonly place: string;
}

/** The entries of a subject that has passed its schema. */
export function parseEntries(subject: JsonObject): Entry[] {
  return ((subject['filiera:account'] ?? []) as JsonObject[]).map((entry, index) => {
    const place = `${ACCOUNT}/${index}`;
    const amount = (name: string): Rational | undefined => (name in entry ? parseDecimal(entry[name], `${place}/${name}`) : undefined);
    return {
      lot: entry.lot as string,
      lotSeq: entry.lotSeq as number,
      before: amount('before'),
      after: amount('after'),
      unit: entry.uom as string,
      previous: text(entry.previous),
      place,
    };
  });
}

/** Refuse with ACCOUNT_* unless the entries are exactly those that the goods call for. `goods` are those that the event
 *  states, a correction's not yet turned round; `needed` is the act's `account`. */
export function checkAccount(subject: JsonObject, goods: Goods, needed: boolean, withheld: ReadonlySet<string>): void {
  const entries = new Map(parseEntries(subject).map((entry) => [entry.lot, entry]));
  if (entries.size !== ((subject['filiera:account'] ?? []) as Json[]).length) refuse('ACCOUNT_ENTRY_TWICE', ACCOUNT);
  const changing = needed ? goods.movements.filter((each) => !each.isItem && each.effect !== 'observed') : [];
  const changed = new Map(changing.map((movement) => [movement.lot, movement]));
  const missing = [...changed.keys()].filter((lot) => !entries.has(lot)).sort()[0];
  if (missing !== undefined) refuse('ACCOUNT_ENTRY_MISSING', ACCOUNT, { lot: missing });
  for (const entry of entries.values()) {
    const movement = changed.get(entry.lot) ?? refuse('ACCOUNT_ENTRY_UNEXPECTED', entry.place, { lot: entry.lot });
    checkLink(entry, withheld.has(entry.place));
    checkAmount(entry, movement, goods.corrects);
  }
}

function checkLink(entry: Entry, hidden: boolean): void {
  const first = entry.lotSeq === 0;
  if (first && (entry.previous !== undefined || !(entry.before ?? ZERO).isZero)) refuse('ACCOUNT_START', entry.place, { lot: entry.lot });
  if (!first && entry.previous === undefined && !hidden) refuse('ACCOUNT_LINK_MISSING', entry.place, { lot: entry.lot });
}

function checkAmount({ lot, before, after, unit, place }: Entry, movement: Movement, corrects: boolean): void {
  if (unit !== movement.unit) refuse('ACCOUNT_UNIT', `${place}/uom`, { lot, unit, expected: movement.unit });
  const { quantity, effect } = movement;
  if (!before || !after || !quantity) return;
  // A correction of a count sets what was counted before, which this event does not state.
  if (effect === 'counted' && corrects) return;
  const gain = isGain(effect) !== corrects;
  const expected = effect === 'counted' ? quantity : gain ? before.add(quantity) : before.sub(quantity);
  if (!after.equals(expected)) {
    refuse('ACCOUNT_ARITHMETIC', place, { lot, before: before.format(), after: after.format(), expected: expected.format() });
  }
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
