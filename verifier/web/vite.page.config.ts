// The node's page: one script that loads first, the words of one language and the worker beside it; what few need comes later.

import { resolve } from 'node:path';
import { defineConfig } from 'vite';

import { bare } from './vite/bare.ts';
import { lean } from './vite/lean.ts';
import { italy } from './vite/outline.ts';
import { chunkName, words } from './vite/words.ts';

const root = resolve(import.meta.dirname, '../..');

export default defineConfig({
  root: import.meta.dirname,
  configFile: false,
  base: '/web/',
  plugins: [words(root), italy(), bare()],
  worker: { format: 'es', plugins: () => [lean()], rolldownOptions: { output: { entryFileNames: '[name]-[hash].js', chunkFileNames: '[name]-[hash].js' } } },
  build: {
    outDir: resolve(root, 'node/web/dist'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    rolldownOptions: {
      input: resolve(import.meta.dirname, 'src/page/main.ts'),
      output: {
        entryFileNames: 'passport.js',
        chunkFileNames: ({ facadeModuleId }) => chunkName(facadeModuleId),
        assetFileNames: 'passport[extname]',
      },
    },
  },
});
