// Leaves of the data of protocol/ what the core reads: words for people come with `words.ts`, and a schema's remarks are for
// those who read it. The files themselves are the only source; this takes away, it adds nothing.

import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const DATA = /\/protocol\/(schemas|vocabulary|abi)\/([\w-]+)\.json$/;
/** What goes, by file: names at any depth. */
const REMARKS = new Set(['$schema', 'title', 'description', 'note']);
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  acts: ['it', 'en', 'must', 'corrections'],
  'catalogue-2026-2': ['it', 'en', 'sdg', 'state', 'source', 'name'],
  disclosure: ['hiddenByDefault'],
  materials: ['it', 'en', 'short', 'source'],
  passport: ['fields'],
  reader: ['topics'],
  processes: ['it', 'en', 'groups', 'mapping', 'should'],
  units: ['it', 'en', 'source'],
};

export function lean(): Plugin {
  return {
    name: 'filiera-lean',
    load(id) {
      const [, folder, name] = DATA.exec(id) ?? [];
      if (folder === undefined) return undefined;
      const left = new Set(folder === 'schemas' ? [] : LEFT_OUT[name ?? '']);
      return JSON.stringify(JSON.parse(readFileSync(id, 'utf-8')), (key, value: unknown) => keep(key, value, left));
    },
  };
}

/** A remark is a text: a property of a record may bear the same name and has a schema. */
function keep(key: string, value: unknown, left: ReadonlySet<string>): unknown {
  return left.has(key) || (key.endsWith('Note') && typeof value === 'string') || (REMARKS.has(key) && typeof value === 'string') ? undefined : value;
}
