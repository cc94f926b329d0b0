import { defineConfig } from 'vite';
import { reference } from './reference';

export default defineConfig({
  base: '/',
  plugins: [reference()],
  build: {
    target: 'es2022',
    // Nothing is inlined: the Content-Security-Policy allows neither inline scripts nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      // receipt.js keeps its exports and its name: the checks by themselves, for whoever wants to call them.
      input: { index: 'index.html', docs: 'docs.html', receipt: 'src/receipt.ts' },
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: (chunk) => (chunk.name === 'receipt' ? 'assets/receipt.js' : 'assets/[name]-[hash].js') },
    },
  },
  worker: { format: 'es' },
});
