// The custom element for brands' own sites: one small script, no module, so that any page can take it in.

import { resolve } from 'node:path';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  configFile: false,
  build: {
    outDir: resolve(import.meta.dirname, '../../node/web/dist'),
    emptyOutDir: false,
    target: 'es2022',
    lib: {
      entry: resolve(import.meta.dirname, 'src/element/filiera-passport.ts'),
      formats: ['iife'],
      name: 'filieraPassport',
      fileName: () => 'filiera-passport.js',
    },
  },
});
