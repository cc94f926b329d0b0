// Hashes files off the page's thread, a few megabytes at a time, so that neither size nor number of files matters.

import { createSHA256, createSHA384, createSHA512, createSM3, type IHasher } from 'hash-wasm';
import type { Algorithm } from '../receipt/digest';

export interface HashRequest {
  readonly id: number;
  readonly file: File;
  readonly algorithms: readonly Algorithm[];
}

export type HashReport =
  | { readonly id: number; readonly hashed: number }
  | { readonly id: number; readonly digests: readonly { readonly algorithm: Algorithm; readonly hex: string }[] }
  | { readonly id: number; readonly failed: string };

const chunkSize = 4 * 1024 * 1024;
const reportEvery = 100;
const makers: Record<Algorithm, () => Promise<IHasher>> = { 'sha-256': createSHA256, 'sha-384': createSHA384, 'sha-512': createSHA512, sm3: createSM3 };

let queue = Promise.resolve();

self.addEventListener('message', (message: MessageEvent<HashRequest>) => {
  queue = queue.then(() => hash(message.data));
});

async function hash({ id, file, algorithms }: HashRequest): Promise<void> {
  try {
    const hashers = await Promise.all(algorithms.map((algorithm) => makers[algorithm]()));
    let reported = 0;
    // The next chunk travels while this one is hashed.
    let next = read(file, 0);
    for (let offset = 0; offset < file.size; offset += chunkSize) {
      const chunk = new Uint8Array(await next);
      if (offset + chunkSize < file.size) next = read(file, offset + chunkSize);
      for (const hasher of hashers) hasher.update(chunk);
      const now = performance.now();
      if (now - reported >= reportEvery) {
        reported = now;
        report({ id, hashed: offset + chunk.length });
      }
    }
    report({ id, digests: hashers.map((hasher, i) => ({ algorithm: algorithms[i]!, hex: hasher.digest('hex') })) });
  } catch (error) {
    // The file was moved, changed or may not be read; or it is a folder.
    report({ id, failed: error instanceof Error ? error.message : '' });
  }
}

function read(file: File, offset: number): Promise<ArrayBuffer> {
  const chunk = file.slice(offset, offset + chunkSize).arrayBuffer();
  // Handled where it is awaited; until then a failure must not count as unhandled.
  chunk.catch(() => undefined);
  return chunk;
}

function report(message: HashReport): void {
  self.postMessage(message);
}
