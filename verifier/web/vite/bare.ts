// Takes out Vite's helper around `import()`: it preloads styles, and no piece of the pages that loads later has one.

import type { Plugin } from 'vite';

const HELPER = '\0vite/preload-helper.js';

export function bare(): Plugin {
  return {
    name: 'filiera-bare',
    enforce: 'pre',
    load: (id) => (id === HELPER ? 'export const __vitePreload = (load) => load();' : undefined),
  };
}
