// Puts script and style into the HTML, with a policy that allows this script by its hash and no other.

import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

/** The one file `verify.html`. Same sources, same bytes. */
export function singleFile(name: string): Plugin {
  return {
    name: 'filiera-single-file',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const parts = Object.values(bundle);
      const script = parts.flatMap((part) => (part.type === 'chunk' && part.isEntry ? [part.code] : [])).join('\n');
      const style = parts.flatMap((part) => (part.type === 'asset' && part.fileName.endsWith('.css') ? [String(part.source)] : [])).join('\n');
      const page = parts.find((part) => part.type === 'asset' && part.fileName.endsWith('.html'));
      if (page?.type !== 'asset') throw new Error('no page');
      const safe = script.trim().replaceAll('</script', '<\\/script');
      const policy = [
        "default-src 'none'", `script-src 'sha256-${hash(safe)}'`, "style-src 'unsafe-inline'", 'worker-src blob:',
        // An inspector chooses whom to ask; nothing is asked until then.
        'connect-src http: https:', 'img-src data: blob:', "base-uri 'none'", "form-action 'none'",
      ].join('; ');
      const html = String(page.source)
        .replace(/<script[^>]*><\/script>/, '')
        .replace(/<link[^>]*>/g, '')
        .replace('<title>', () => `<meta http-equiv="Content-Security-Policy" content="${policy}" />\n    <title>`)
        .replace('</head>', () => `  <style>${style.trim()}</style>\n  </head>`)
        .replace('</body>', () => `  <script type="module">${safe}</script>\n  </body>`);
      for (const part of parts) delete bundle[part.fileName];
      this.emitFile({ type: 'asset', fileName: name, source: html });
    },
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text, 'utf-8').digest('base64');
}
