import { defineConfig } from 'vite';
import { offline } from './offline';
import { reference } from './reference';

export default defineConfig({
  base: '/',
  plugins: [reference(), offline()],
  build: {
    target: 'es2022',
    // Nothing is inlined: the Content-Security-Policy allows neither inline scripts nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      // A library's hint to whoever packs it, that stands where it is not read.
      onwarn: (warning, warn) => warning.code === 'INVALID_ANNOTATION' || warn(warning),
      // receipt.js keeps its exports and its name: the checks by themselves, for whoever wants to call them. So does what browsers look
      // for by its name to see whether there is a newer page.
      input: { index: 'index.html', docs: 'docs.html', receipt: 'src/receipt.ts', offline: 'src/offline/serviceWorker.ts' },
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: (chunk) => (['receipt', 'offline'].includes(chunk.name) ? 'assets/[name].js' : 'assets/[name]-[hash].js') },
    },
  },
  worker: { format: 'es' },
});
