// The five criteria: a figure, and how much of what it rests on is proven, declared, or not known. No badge.

import { draw } from './draw.ts';
import type { Beside, Criterion, Figure, Report } from './report.ts';
import { decimal, explain, percent, permille, say, type Language, type Words } from './words.ts';

const HEADLINES: Readonly<Record<string, string>> = {
  'short-chain': 'companies',
  circularity: 'recycled-content',
  footprint: 'climate-change',
  chemicals: 'wet-steps-declared',
  social: 'evidence-regularity',
};

export function criteriaSection(report: Report, words: Words, language: Language): HTMLElement {
  return new Drawing(words, language).section(report);
}

class Drawing {
  private readonly words: Words;
  private readonly language: Language;

  constructor(words: Words, language: Language) {
    this.words = words;
    this.language = language;
  }

  section({ criteria, beside }: Report): HTMLElement {
    const key = (style: string): HTMLElement => draw('span', {}, draw('i', { class: style }), this.say(style));
    return draw('section.criteria', { 'aria-labelledby': 'criteria-title' },
      draw('h2', { id: 'criteria-title' }, this.say('criteria')),
      draw('p', { class: 'key fine', 'aria-hidden': 'true' }, ...['proven', 'declared', 'unknown'].map(key)),
      ...criteria.map((criterion) => this.criterion(criterion)),
      ...beside.map((later) => this.beside(criteria, later)),
      draw('p.fine', {}, this.say('criteria.more')));
  }

  private criterion({ id, figures }: Criterion): HTMLElement {
    const texts = this.words.criteria[id];
    const main = figures.find((figure) => figure.id === HEADLINES[id]) ?? figures[0];
    return draw('details', {},
      draw('summary', {},
        draw('span.name', {}, texts?.name ?? id, main && draw('small', {}, this.name(main))),
        ...(main ? this.headline(main) : [])),
      draw('p.fine', {}, texts?.question),
      draw('dl', {}, ...figures.flatMap((figure) => this.figure(figure))));
  }

  private headline(figure: Figure): HTMLElement[] {
    const lacking = figure.value === null;
    return [
      draw('span', { class: `value${lacking ? ' lacking' : ''}` }, this.value(figure)),
      bar(figure),
      draw('span.sr', {}, lacking ? '' : this.shares(figure)),
    ];
  }

  private figure(figure: Figure): HTMLElement[] {
    const missing = new Set(figure.missing.map(([code]) => explain(this.words, code, {}).sentence));
    const said = [
      figure.value !== null && this.shares(figure),
      this.say('coverage', { coverage: percent(figure.coverage, this.language) }),
      this.say('inputs', { count: figure.inputs.length }),
      this.say('method'),
    ];
    return [
      draw('dt', {}, this.name(figure)),
      draw('dd', {}, this.value(figure), bar(figure),
        draw('small', {}, `${said.filter(Boolean).join(' · ')} `, draw('code', {}, figure.method)),
        missing.size > 0 && draw('small.missing', {}, `${this.say('missing')}: ${[...missing].join(' ')}`)),
    ];
  }

  private beside(criteria: readonly Criterion[], later: Beside): HTMLElement {
    const rows = this.changed(criteria, later);
    const former = criteria[0]?.catalogue ?? '';
    return draw('details.beside', {},
      draw('summary', {}, this.say('beside', { version: later.catalogue, former })),
      rows.length ? draw('dl', {}, ...rows) : draw('p.fine', {}, this.say('beside.same')),
      ...later.unknown.map((criterion) => draw('p.fine', {}, this.say('beside.unknown', { criterion }))));
  }

  /** What reads otherwise under a newer catalogue. */
  private changed(criteria: readonly Criterion[], later: Beside): HTMLElement[] {
    const read = (figure: Figure): string => `${this.value(figure)} ${this.shares(figure)}`;
    const before = new Map(criteria.flatMap(({ id, figures }) => figures.map((figure) => [`${id}/${figure.id}`, read(figure)])));
    return later.criteria.flatMap(({ id, figures }) =>
      figures.filter((figure) => read(figure) !== before.get(`${id}/${figure.id}`)).flatMap((figure) => [
        draw('dt', {}, `${this.words.criteria[id]?.name ?? id}: ${this.name(figure)}`),
        draw('dd', {}, this.value(figure), figure.value !== null && draw('small', {}, this.shares(figure))),
      ]));
  }

  private name({ id }: Figure): string {
    return this.words.page[`figure.${id}`] ?? id;
  }

  private value({ value, unit }: Figure): string {
    if (value === null) return this.say('not-enough');
    if (unit === 'share') return percent(value, this.language);
    const symbol = this.words.page[`unit.${unit}`] ?? this.words.units[unit] ?? unit;
    return `${decimal(value, this.language)}${symbol ? ` ${symbol}` : ''}`;
  }

  private shares({ proven, declared }: Figure): string {
    return this.say('shares', { proven: percent(proven, this.language), declared: percent(declared, this.language) });
  }

  private say(name: string, values?: Readonly<Record<string, string | number>>): string {
    return say(this.words, name, values);
  }
}

function bar(figure: Figure): HTMLElement {
  const part = (style: 'proven' | 'declared'): HTMLElement => {
    const drawn = draw('span', { class: style });
    drawn.style.width = `${permille(figure[style]) / 10}%`; // an attribute `style` would need a laxer policy
    return drawn;
  };
  return draw('span.bar', { 'aria-hidden': 'true' }, part('proven'), part('declared'));
}
