// Runs in the browser: the page's worker and the libraries in turn, the best of several rounds each.

import type { Report, Work } from '../../src/hashing/protocol';
import { type Algorithm, algorithms } from '../../src/receipt/digest';
import type { Race, Rival } from './rivals';

const size = 64 * 2 ** 20;
const rounds = 9;
const contestants: readonly (Rival | 'the page')[] = ['the page', 'hash-wasm', 'hash-wasm by stream', 'noble', 'noble by stream', 'WebCrypto', 'hash-wasm in memory'];
/** Which both read the same file and deliver its digest, and are libraries. */
const isRival = (who: string): boolean => /^(hash-wasm|noble)( by stream)?$/.test(who);

async function main(): Promise<void> {
  const page = new Worker('worker.js', { type: 'module' });
  const rival = new Worker('rivals.js', { type: 'module' });
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  const file = new File([bytes], 'file');
  const rows: string[] = [];
  for (const algorithm of Object.keys(algorithms) as Algorithm[]) {
    const best = new Map<string, number>();
    let expected: string | null = null;
    for (let round = 0; round < rounds; round++) {
      for (const who of contestants) {
        const work: Work = { kind: 'hash', id: 1, source: { file, entry: null }, algorithms: [algorithm] };
        const start = performance.now();
        const digest = who === 'the page' ? digestOf(await ask<Report>(page, work, isEnd)) : await ask<string | null>(rival, { rival: who, algorithm, file } satisfies Race, () => true);
        const took = performance.now() - start;
        if (digest === null) continue;
        expected ??= digest;
        if (digest !== expected) throw new Error(`${who}: another ${algorithm}`);
        best.set(who, Math.min(best.get(who) ?? Infinity, took));
      }
    }
    const speed = (who: string): number => size / 2 ** 20 / (best.get(who)! / 1000);
    const fastest = Math.max(...[...best.keys()].filter(isRival).map(speed));
    rows.push(`${algorithm}: ${[...best.keys()].map((who) => `${who} ${speed(who).toFixed(0)} MiB/s`).join(', ')}; the page to the fastest library that is given the same file: ${(speed('the page') / fastest).toFixed(2)}; to hash-wasm with the bytes in memory: ${(speed('the page') / speed('hash-wasm in memory')).toFixed(2)}`);
  }
  await fetch('/result', { method: 'POST', body: rows.join('\n') });
}

function ask<T>(worker: Worker, question: unknown, isLast: (answer: T) => boolean): Promise<T> {
  return new Promise((done) => {
    const listen = ({ data }: MessageEvent<T>): void => {
      if (!isLast(data)) return;
      worker.removeEventListener('message', listen);
      done(data);
    };
    worker.addEventListener('message', listen);
    worker.postMessage(question);
  });
}

function isEnd(report: Report): boolean {
  return !('hashed' in report || 'ready' in report);
}

function digestOf(report: Report): string {
  if (!('digests' in report)) throw new Error(JSON.stringify(report));
  return report.digests[0]!.hex;
}

main().catch((error: unknown) => fetch('/result', { method: 'POST', body: `failed: ${String(error)}` }));
