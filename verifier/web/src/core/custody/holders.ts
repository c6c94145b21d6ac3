// Whose account a record continues where the holder is withheld (docs/verification.md §7): records stay tied by the entries
// that name each other, and by items that only their holder can give away. Nothing is believed by it: whoever claims another's
// account is found by the checks of that account.

import { isWithheld, withheldAs, type Step } from './steps.ts';

/** The steps, withheld holders of one account under one name: the least that another record of it shows, else their own. */
export function tieHolders(steps: readonly Step[]): readonly Step[] {
  if (!steps.some((step) => isWithheld(step.holder))) return steps;
  const groups = new Groups();
  for (const [one, other] of ties(steps)) groups.join(one.digest, other.digest);
  const names = new Map<string, string>();
  for (const { digest, holder } of steps) {
    const group = groups.of(digest);
    const least = names.get(group);
    if (!isWithheld(holder) && (least === undefined || holder < least)) names.set(group, holder);
  }
  const nameOf = (group: string): string => names.get(group) ?? withheldAs(group);
  return steps.map((step) => (isWithheld(step.holder) ? { ...step, holder: nameOf(groups.of(step.digest)) } : step));
}

/** Pairs of records of one holder, at least one of them withheld. */
function* ties(steps: readonly Step[]): Generator<readonly [Step, Step]> {
  const known = new Map(steps.map((step) => [step.digest, step]));
  const pieces = new Map<string, Step>();
  for (const step of steps) {
    const unnamed = isWithheld(step.holder);
    for (const { previous } of step.entries) {
      const before = known.get(previous ?? '');
      if (before && (unnamed || isWithheld(before.holder))) yield [step, before];
    }
    for (const { lot } of unnamed ? step.moves.filter((move) => move.isItem && move.effect !== 'observed') : []) {
      const first = pieces.get(lot);
      if (first) yield [first, step];
      else pieces.set(lot, step);
    }
  }
}

/** Things that are joined over any number of ties; each group is called by its least member. */
class Groups {
  private readonly above = new Map<string, string>();

  of(name: string): string {
    let top = name;
    for (let next = this.above.get(top); next !== undefined; next = this.above.get(top)) top = next;
    // The way up is shortened, or a long chain of records would be walked again for each of them.
    for (let at = name; at !== top; ) {
      const next = this.above.get(at)!;
      this.above.set(at, top);
      at = next;
    }
    return top;
  }

  join(one: string, other: string): void {
    const [first, second] = [this.of(one), this.of(other)].sort();
    if (first !== second) this.above.set(second, first);
  }
}
