// Takes over from the page that the server drew: fetches the evidence, judges it in a worker, shows what came out.

import { checksSections } from '../ui/checks.ts';
import { criteriaSection } from '../ui/criteria.ts';
import { draw, replaceSections } from '../ui/draw.ts';
import { journeySection } from '../ui/journey.ts';
import { isTroubled, isUnreadable, type Report } from '../ui/report.ts';
import { button, verdictSection } from '../ui/verdict.ts';
import { explain, say, type Language, type Words } from '../ui/words.ts';
import { judge } from './ask.ts';

export interface Given {
  readonly bundle: string;
  readonly trust: string;
  readonly chains: readonly string[];
  readonly words: Words;
  /** Loads the texts of what is wrong, for those who have trouble to explain. */
  readonly troubles: () => Promise<Words['codes']>;
  readonly language: Language;
  readonly onverdict: () => void;
}

export class Page {
  private readonly place: HTMLElement;
  private readonly given: Given;
  private words: Words;
  private judged = false;

  constructor(place: HTMLElement, given: Given) {
    this.place = place;
    this.given = given;
    this.words = given.words;
    place.replaceChildren(this.section('checking', 'status', 'checking', say(this.words, 'checking.start')));
  }

  /** Check, and ask the chain at those addresses, if any. */
  async check(asking: readonly string[] = []): Promise<void> {
    this.busy(true);
    try {
      const answer = await judge(this.given.bundle, this.given.trust, asking);
      if (isTroubled(answer)) await this.learn();
      if (isUnreadable(answer)) this.refuse(answer.error);
      else this.show(answer);
    } catch {
      // A verdict that stands was computed here, and does not fall because the node cannot be asked again.
      if (this.judged) this.busy(false);
      else this.replace([this.section('unreachable', 'alert', 'word.unreachable', say(this.words, 'fetch-failed'), this.again())]);
    }
  }

  private async learn(): Promise<void> {
    this.words = { ...this.words, codes: { ...this.words.codes, ...(await this.given.troubles()) } };
  }

  private show(report: Report): void {
    const { words, given: { chains, language, onverdict } } = this;
    this.judged = true;
    this.replace([
      verdictSection(report, words, language, chains.length ? () => void this.check(chains) : undefined),
      criteriaSection(report, words, language),
      journeySection(report.steps, words, language, async () => (await import('../ui/map.ts')).map),
      ...checksSections(report, words),
    ]);
    onverdict();
  }

  private refuse(code: string): void {
    const { sentence, remedy } = explain(this.words, code, {});
    const todo = draw('p.todo', {}, `${remedy} `, draw('code', {}, code));
    this.replace([this.section('refused', 'alert', 'unreadable', sentence, todo, this.again())]);
  }

  private again(): HTMLElement {
    return button(say(this.words, 'again'), () => void this.check());
  }

  /** Whoever pressed the button of the former verdict stands at that of the next. */
  private replace(sections: readonly HTMLElement[]): void {
    const within = this.button()?.disabled ?? false;
    replaceSections(this.place, sections);
    if (within) this.button()?.focus();
  }

  private section(style: string, role: string, word: string, sentence: string, ...more: readonly HTMLElement[]): HTMLElement {
    return draw('section', { class: `verdict ${style}`, role },
      draw('p.word', {}, say(this.words, word)), draw('p.sentence', {}, sentence), ...more);
  }

  private busy(busy: boolean): void {
    const pressed = this.button();
    if (!pressed) return;
    pressed.disabled = busy;
    if (this.judged) pressed.textContent = say(this.words, busy ? 'asking-chain' : 'ask-chain');
  }

  private button(): HTMLButtonElement | null {
    return this.place.querySelector<HTMLButtonElement>('.verdict button');
  }
}
