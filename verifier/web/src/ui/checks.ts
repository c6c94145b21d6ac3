// For those who want to know: every check with its word, every finding with its code, place and remedy.

import { draw } from './draw.ts';
import type { Finding, Report } from './report.ts';
import { styleOf } from './verdict.ts';
import { explain, say, type Words } from './words.ts';

/** What was found, if anything, and the checks, unfolded if `open`. */
export function checksSections(report: Report, words: Words, open = false): HTMLElement[] {
  const grouped = byCode(report.findings);
  return [...(grouped.length ? [findings(grouped, words)] : []), checks(report, words, open)];
}

/** Findings of one code together; those that weigh before notices. */
function byCode(all: readonly Finding[]): readonly Finding[][] {
  const found = new Map<string, Finding[]>();
  for (const finding of all) found.set(finding.code, [...(found.get(finding.code) ?? []), finding]);
  return [...found.values()].toSorted((a, b) => Number(a[0]!.severity === 'notice') - Number(b[0]!.severity === 'notice'));
}

function findings(grouped: readonly Finding[][], words: Words): HTMLElement {
  const title = grouped[0]![0]!.severity === 'notice' ? 'findings' : 'serious';
  return draw('section', { 'aria-labelledby': 'findings-title' },
    draw('h2', { id: 'findings-title' }, say(words, title)),
    draw('ul.findings', {}, ...grouped.map((same) => finding(same[0]!, same.length, words))));
}

function finding({ code, severity, values }: Finding, times: number, words: Words): HTMLElement {
  const { sentence, remedy } = explain(words, code, values);
  return draw('li', { class: severity }, sentence, times > 1 && ` (×${times})`, ' ', draw('small', {}, `${remedy} `, draw('code', {}, code)));
}

function checks({ checks, confirmation, milliseconds, target, graphDigest }: Report, words: Words, open: boolean): HTMLElement {
  const { witnesses } = confirmation;
  return draw('details.checks', { open },
    draw('summary', {}, draw('h2', {}, say(words, 'checks'))),
    draw('ul', {}, ...checks.map(({ check, verdict }) =>
      draw('li', { class: styleOf(verdict) },
        draw('span', {}, words.page[`check.${check}`] ?? check), ' ', draw('span', {}, say(words, `word.${verdict}`))))),
    witnesses.length > 0 && draw('p.fine', {}, `${say(words, 'witnesses')}: ${witnesses.join(', ')}`),
    draw('p.fine', {}, say(words, 'took', { milliseconds })),
    draw('p', { class: 'fine hash' }, target, draw('br'), `${say(words, 'graph')} `, draw('code', {}, graphDigest)));
}
