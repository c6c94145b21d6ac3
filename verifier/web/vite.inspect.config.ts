// GET /inspect: the inspector's desk as the node serves it, with a camera that loads when it is asked for.

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

import { lean } from './vite/lean.ts';
import { words } from './vite/words.ts';

const root = resolve(import.meta.dirname, '../..');

export default defineConfig({
  root: import.meta.dirname,
  configFile: false,
  base: '/web/',
  plugins: [svelte(), words(root)],
  worker: { format: 'iife', plugins: () => [lean()] },
  build: {
    outDir: resolve(root, 'node/web/dist'),
    emptyOutDir: false,
    target: 'es2022',
    modulePreload: false,
    cssCodeSplit: false,
    rolldownOptions: {
      input: resolve(import.meta.dirname, 'inspect.html'),
      output: {
        entryFileNames: 'inspect.js',
        chunkFileNames: '[name]-[hash].js',
        assetFileNames: ({ names }) => (names[0]?.endsWith('.css') ? 'inspect.css' : '[name]-[hash][extname]'),
      },
    },
  },
});
