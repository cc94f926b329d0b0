// What the page consists of, told to the script that keeps it for when there is no network (src/offline/serviceWorker.ts).

import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

export function offline(): Plugin {
  return {
    name: 'offline',
    enforce: 'post',
    generateBundle(_, bundle) {
      const worker = bundle['assets/offline.js'];
      const page = bundle['index.html'];
      if (worker?.type !== 'chunk' || page?.type !== 'asset') throw new Error('The page has no script that keeps it.');
      const files = Object.keys(bundle).filter((name) => name.startsWith('assets/') && name.includes('-') && !name.startsWith('assets/docs-')).sort();
      const version = createHash('sha256').update([page.source, ...files].join('\n')).digest('hex').slice(0, 16);
      const code = worker.code.replace('OFFLINE', () => JSON.stringify({ version, files: files.map((name) => `/${name}`) }));
      if (code === worker.code || worker.imports.length > 0) throw new Error('The script that keeps the page is not one file that knows what to keep.');
      worker.code = code;
    },
  };
}
