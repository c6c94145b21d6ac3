// Gathers the texts of one language for the pages: those of the page, of the report, of the vocabularies and of notices, which
// sound evidence has too, in one module; those of all other codes that a verification can give in another.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

import { weightOf } from '../src/core/custody/codes.ts';

const PREFIX = /^\0?virtual:(words|desk|troubles)\/(\w+)$/;
type Texts = Record<string, Record<string, string>>;

function read(path: string): any {
  return JSON.parse(readFileSync(path, 'utf-8'));
}

/** Sentence and remedy of every code that a verification can give: of the notices, or of all others. */
export function codesOf(root: string, language: string, notices: boolean): unknown {
  const folder = join(root, 'protocol', 'vocabulary', 'codes');
  const given = codesGiven(join(root, 'verifier', 'web', 'src'));
  const codes: Texts = {};
  for (const area of readdirSync(folder).sort()) {
    for (const [code, entry] of Object.entries<any>(read(join(folder, area)))) {
      if (given.has(code) && (weightOf(code).severity === 'notice') === notices) codes[code] = entry[language];
    }
  }
  return codes;
}

/** Names of texts that only the inspector's desk shows. */
const OF_DESK = /^(?:desk|camera|sealed)\./;

/** Names of texts of the command line and of printed reports, which share a file with those of the pages. */
const OF_OTHERS = /^(?:audit|kpis|paper|recall|receipt)\./;

/** The texts of the pages: those of the desk alone, or all others. */
function textsOf(root: string, language: string, desk: boolean): Record<string, string> {
  const texts = { ...read(join(root, 'verifier', 'locales', `${language}.json`)), ...read(join(root, 'verifier', 'web', 'src', 'texts', `${language}.json`)) };
  return Object.fromEntries(Object.entries<string>(texts).filter(([name]) => OF_DESK.test(name) === desk && !OF_OTHERS.test(name)));
}

/** The words of a language but those of trouble and what is the desk's, as `ui/words.ts` describes them. */
export function wordsOf(root: string, language: string): unknown {
  const vocabulary = join(root, 'protocol', 'vocabulary');
  return {
    page: textsOf(root, language, false),
    codes: codesOf(root, language, true),
    processes: named(read(join(vocabulary, 'processes.json')).processes, language),
    acts: named(read(join(vocabulary, 'acts.json')).acts, language),
    criteria: named(read(join(vocabulary, 'catalogue-2026-2.json')).criteria, language),
    units: symbols(read(join(vocabulary, 'units.json')).units),
  };
}

/** Every code that the core can give: the closed list holds many that only other programs need. */
function codesGiven(core: string): Set<string> {
  const sources = readdirSync(core, { recursive: true, encoding: 'utf-8' }).filter((name) => name.endsWith('.ts'));
  const text = sources.map((name) => readFileSync(join(core, name), 'utf-8')).join('\n');
  return new Set(text.match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g));
}

function named(entries: any, language: string): Record<string, unknown> {
  const pairs = Array.isArray(entries) ? entries.map((entry) => [entry.id, entry]) : Object.entries<any>(entries);
  return Object.fromEntries(pairs.map(([id, entry]) => [id, entry[language]]));
}

function symbols(units: any): Record<string, string> {
  return Object.fromEntries(Object.entries<any>(units).map(([code, entry]) => [code, entry.symbol]));
}

/** What a module `virtual:<kind>/<language>` holds. */
const KINDS: Readonly<Record<string, (root: string, language: string) => unknown>> = {
  words: wordsOf,
  desk: (root, language) => textsOf(root, language, true),
  troubles: (root, language) => codesOf(root, language, false),
};

/** The modules `virtual:<kind>/<language>`. */
export function words(root: string): Plugin {
  return {
    name: 'filiera-words',
    resolveId: (id) => (PREFIX.test(id) ? `\0${id}` : undefined),
    load(id) {
      const [, kind, language] = PREFIX.exec(id) ?? [];
      return kind && language && `export default ${JSON.stringify(KINDS[kind]!(root, language))}`;
    },
  };
}

/** The name of a chunk in the folder of the pages: `<kind>-<language>` for texts. */
export function chunkName(module: string | null): string {
  const [, kind, language] = PREFIX.exec(module ?? '') ?? [];
  return language === undefined ? '[name]-[hash].js' : `${kind}-${language}-[hash].js`;
}
