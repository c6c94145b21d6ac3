// From the origin to the finished garment, told from verified records only; who does not show itself says so.

import { draw } from './draw.ts';
import type { Step } from './report.ts';
import { date, decimal, say, type Language, type Words } from './words.ts';

/** Draws where the work was done; undefined where no place is known. */
export type Drawing = (steps: readonly Step[], words: Words) => HTMLElement | undefined;

/** `drawing` loads the map, which stands before the list when it is there; without it the list says everything. */
export function journeySection(all: readonly Step[], words: Words, language: Language, drawing?: () => Promise<Drawing>): HTMLElement {
  const steps = workOf(all);
  const companies = new Set(steps.map((step) => step.company ?? step.digest)).size;
  const list = draw('ol', {}, ...steps.map((step) => item(step, words, language)));
  drawing?.().then((drawn) => list.before(drawn(steps, words) ?? ''), () => undefined);
  return draw('section.journey', { 'aria-labelledby': 'journey-title' },
    draw('h2', { id: 'journey-title' }, say(words, 'journey')),
    draw('p.fine', {}, say(words, 'journey.more', { companies, steps: steps.length })),
    list);
}

/** Steps in which goods come into being, by day. */
function workOf(steps: readonly Step[]): readonly Step[] {
  return steps
    .filter((step) => step.outputs.length > 0 && (step.process !== null || step.inputs.length === 0 || step.act === 'garment-born'))
    .toSorted((a, b) => (a.day === b.day ? a.digest.localeCompare(b.digest) : a.day.localeCompare(b.day)));
}

function item(step: Step, words: Words, language: Language): HTMLElement {
  const title = (step.process ? words.processes[step.process] : words.acts[step.act]) ?? step.act;
  const place = [step.company ?? say(words, 'hidden'), step.province, step.country === 'IT' ? null : step.country];
  const said = [amount(step, words, language), say(words, `grade.${step.grade}`)].filter(Boolean);
  return draw('li', { class: step.grade },
    draw('strong', {}, title), ' ',
    draw('span', {}, place.filter(Boolean).join(' · ')), ' ',
    draw('small', {}, draw('time', { datetime: step.day }, date(step.day, language)), ` · ${said.join(' · ')}`));
}

function amount({ outputs: [first] }: Step, words: Words, language: Language): string {
  return first && first.quantity !== null ? `${decimal(first.quantity, language)} ${words.units[first.unit] ?? first.unit}` : '';
}
