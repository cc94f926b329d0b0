// Hashes files off the page's thread, a megabyte at a time, so that neither size nor number of files matters.

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

const chunkSize = 1024 * 1024;
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
    let hashed = 0;
    await forEachChunk(file, (chunk) => {
      for (const hasher of hashers) hasher.update(chunk);
      hashed += chunk.length;
      const now = performance.now();
      if (now - reported >= reportEvery) {
        reported = now;
        report({ id, hashed });
      }
    });
    report({ id, digests: hashers.map((hasher, i) => ({ algorithm: algorithms[i]!, hex: hasher.digest('hex') })) });
  } catch (error) {
    // The file was moved, changed or may not be read; or it is a folder.
    report({ id, failed: error instanceof Error ? error.message : '' });
  }
}

/** The next chunk travels while this one is hashed, both in the same two pieces of memory from beginning to end. */
async function forEachChunk(file: File, use: (chunk: Uint8Array) => void): Promise<void> {
  const reader = byteReader(file.stream());
  if (reader === null) {
    for await (const chunk of everyChunk(file.stream().getReader())) use(chunk);
    return;
  }
  const read = (memory: ArrayBuffer) => {
    const chunk = reader.read(new Uint8Array(memory));
    // Handled where it is awaited; until then a failure must not count as unhandled.
    chunk.catch(() => undefined);
    return chunk;
  };
  let next = read(new ArrayBuffer(chunkSize));
  let free = new ArrayBuffer(chunkSize);
  for (;;) {
    const { done, value } = await next;
    if (done) return;
    next = read(free);
    use(value);
    free = value.buffer;
  }
}

// Older browsers choose the memory themselves.
function byteReader(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return stream.getReader({ mode: 'byob' });
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

async function* everyChunk(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) yield value!;
}

function report(message: HashReport): void {
  self.postMessage(message);
}
