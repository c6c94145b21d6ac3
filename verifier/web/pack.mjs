// Compresses what the node serves with Brotli, once, when the pages are built: `<name>.br` beside each file, and in
// `packed.json` the SHA-256 of the file that each was made from, so that a node sends none that is out of date.
//
//   node verifier/web/pack.mjs FOLDER

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

const LIST = 'packed.json';
const folder = process.argv[2];
const made = {};
for (const name of readdirSync(folder).sort()) {
  if (name.endsWith('.br') || name === LIST || name.startsWith('.')) continue;
  const data = readFileSync(join(folder, name));
  writeFileSync(join(folder, `${name}.br`), brotliCompressSync(data));
  made[name] = createHash('sha256').update(data).digest('hex');
}
writeFileSync(join(folder, LIST), `${JSON.stringify(made, null, 1)}\n`);
