// Words for people. One file a language (`texts/<language>.json` and the shared texts that the build adds); every text is
// inserted as text, never as markup.

export type Language = 'it' | 'en';

export interface Words {
  readonly page: Readonly<Record<string, string>>;
  readonly codes: Readonly<Record<string, { readonly sentence: string; readonly remedy: string }>>;
  readonly processes: Readonly<Record<string, string>>;
  readonly acts: Readonly<Record<string, string>>;
  readonly criteria: Readonly<Record<string, { readonly name: string; readonly question: string }>>;
  readonly units: Readonly<Record<string, string>>;
}

/** A text of the page with its values; the name itself where there is none, so that a gap is seen in a test. */
export function say(words: Words, name: string, values: Readonly<Record<string, string | number>> = {}): string {
  return fill(words.page[name] ?? name, values);
}

/** Sentence and remedy of a reason code. */
export function explain(
  words: Words,
  code: string,
  values: Readonly<Record<string, string>>,
): { sentence: string; remedy: string } {
  const found = words.codes[code] ?? { sentence: code, remedy: '' };
  return { sentence: fill(found.sentence, values), remedy: fill(found.remedy, values) };
}

function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** An exact decimal as its language writes it: `1234.5` is 1.234,5 in Italian. Never goes through a float. */
export function decimal(value: string, language: Language): string {
  const [whole = '0', part = ''] = value.split('.');
  const [group, point] = language === 'it' ? ['.', ','] : [',', '.'];
  const digits = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, group) : whole;
  const tail = part.replace(/0+$/, '');
  return tail ? digits + point + tail : digits;
}

/** A share between 0 and 1 as per cent; at most one place, halves away from zero. */
export function percent(share: string, language: Language): string {
  return `${decimal(tenths(share), language)} %`;
}

/** Per mille of a share, rounded: the length of a bar. */
export function permille(share: string): number {
  const [whole = '0', part = ''] = share.split('.');
  const digits = `${part}0000`.slice(0, 4);
  return Math.round((Number(whole) * 10_000 + Number(digits)) / 10);
}

function tenths(share: string): string {
  const mille = permille(share);
  return `${Math.trunc(mille / 10)}.${mille % 10}`;
}

/** A day as people write it, without going through a time zone. */
export function date(day: string, language: Language): string {
  const [year, month, date_] = day.slice(0, 10).split('-').map(Number);
  if (!year || !month || !date_) return day;
  const shown = new Date(Date.UTC(year, month - 1, date_));
  return new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(shown);
}
