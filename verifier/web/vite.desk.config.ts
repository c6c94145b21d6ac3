// verify.html: the inspector's desk in one file, without a node, without a network.

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

import { lean } from './vite/lean.ts';
import { singleFile } from './vite/single.ts';
import { words } from './vite/words.ts';

const root = resolve(import.meta.dirname, '../..');

export default defineConfig({
  root: import.meta.dirname,
  configFile: false,
  plugins: [svelte(), words(root), singleFile('verify.html')],
  // A classic worker: a module would have to be fetched, which a page from a disk may not.
  worker: { format: 'iife', plugins: () => [lean()] },
  build: {
    outDir: resolve(root, 'verifier/web/dist'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    rolldownOptions: { input: resolve(import.meta.dirname, 'desk.html'), output: { codeSplitting: false } },
  },
});
