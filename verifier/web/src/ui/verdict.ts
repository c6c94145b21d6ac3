// The first thing a person reads: one word, one sentence, what to do, and who confirmed it.

import { draw } from './draw.ts';
import type { Report, Word } from './report.ts';
import { explain, say, type Language, type Words } from './words.ts';

const MARKS: Readonly<Record<Word, string>> = {
  verified: '✓', refused: '✕', revoked: '✕', expired: '⏱', pending: '…', unreachable: '?', 'not proven': '–',
};
/** Causes that are named beside the verdict; all are among the checks. */
const MOST_CAUSES = 3;

/** A word as a class of the style sheet. */
export function styleOf(word: string): string {
  return word.replace(' ', '-');
}

/** `onask` asks the chain, which the visitor may want if nobody has. */
export function verdictSection(report: Report, words: Words, language: Language, onask?: () => void): HTMLElement {
  const { verdict, records, confirmation } = report;
  return draw('section', { class: `verdict ${styleOf(verdict)}`, role: 'status', 'aria-labelledby': 'verdict-word' },
    draw('p.word', { id: 'verdict-word' }, draw('span.mark', { 'aria-hidden': 'true' }, MARKS[verdict]), say(words, `word.${verdict}`)),
    draw('p.sentence', {}, say(words, `sentence.${verdict}`)),
    ...causes(report, words),
    draw('p.todo', {}, say(words, `todo.${verdict}`)),
    draw('p.fine', {}, `${confirmed(report, words, language)} ${say(words, 'checked', { records })}`),
    onask && confirmation.by !== 'chain' && button(say(words, 'ask-chain'), onask));
}

export function button(text: string, onclick: () => void): HTMLElement {
  const drawn = draw('button', { type: 'button' }, text);
  drawn.addEventListener('click', onclick);
  return drawn;
}

function causes(report: Report, words: Words): HTMLElement[] {
  const serious = report.findings.filter((finding) => finding.severity !== 'notice');
  const distinct = [...new Map(serious.map((finding) => [finding.code, finding])).values()];
  return distinct.slice(0, MOST_CAUSES).map(({ code, values }) => {
    const { sentence, remedy } = explain(words, code, values);
    return draw('p.cause', {}, `${sentence} `, draw('small', {}, remedy));
  });
}

function confirmed({ confirmation: { by, witnesses, at } }: Report, words: Words, language: Language): string {
  const date = at ? new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(at)) : '';
  return say(words, `confirmed.${by}`, { count: witnesses.length, date });
}
