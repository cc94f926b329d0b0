// Hashes files off the page's thread, a piece at a time, so that neither size nor number of files matters. One thing is
// done at a time: the page sends the next when it has the answer.

import type { IHasher } from 'hash-wasm';
import type { Algorithm } from '../receipt/digest';
import { Archive } from './archive';
import { makers } from './digests';
import { type Report, type Source, Unreadable, type Work } from './protocol';

const smallSize = 2 * 1024 * 1024;
const reportEvery = 100;

// Made once: each is a WebAssembly instance with memory of its own.
const hashers = new Map<Algorithm, Promise<IHasher>>();
// Held for as long as it is read: a browser may collect a stream that only a pending read still refers to, and that read then
// never ends.
let reading: ReadableStreamDefaultReader<Uint8Array> | null = null;
// Opened once for all that is in it.
let opened: { readonly id: number; readonly archive: Promise<Archive> } | null = null;

self.addEventListener('message', (message: MessageEvent<Work>) => void answer(message.data));
report({ ready: true });

async function answer(work: Work): Promise<void> {
  try {
    if (work.kind === 'open') report({ entries: (await open(work.id, work.file)).entries });
    else await hash(work.id, work.source, work.algorithms);
  } catch (error) {
    report({ why: error instanceof Unreadable ? error.why : 'unread', detail: error instanceof Error ? error.message : String(error) });
  }
}

async function hash(id: number, { file, entry }: Source, algorithms: readonly Algorithm[]): Promise<void> {
  const own = await Promise.all(algorithms.map(hasherOf));
  for (const hasher of own) hasher.init();
  let reported = 0;
  let hashed = 0;
  const use = (piece: Uint8Array): void => {
    for (const hasher of own) hasher.update(piece);
    hashed += piece.length;
    const now = performance.now();
    if (now - reported < reportEvery) return;
    reported = now;
    report({ hashed });
  };
  await (entry === null ? forEachPiece(file, use) : (await open(id, file)).read(entry, use));
  report({ digests: own.map((hasher, i) => ({ algorithm: algorithms[i]!, hex: hasher.digest('hex') })) });
}

/**
 * What is small is read at once; what is not, as a stream, which is the fastest that browsers have: pieces that are cut from the
 * file and read one by one take half as long again.
 */
async function forEachPiece(file: File, use: (piece: Uint8Array) => void): Promise<void> {
  let length = 0;
  const take = (piece: Uint8Array): void => {
    length += piece.length;
    use(piece);
  };
  if (file.size <= smallSize) {
    take(new Uint8Array(await file.arrayBuffer()));
  } else {
    reading = file.stream().getReader();
    for (let part = await reading.read(); !part.done; part = await reading.read()) take(part.value);
    reading = null;
  }
  if (length !== file.size) throw new Unreadable('unread', 'The file has another size than when it was chosen.');
}

function hasherOf(algorithm: Algorithm): Promise<IHasher> {
  let hasher = hashers.get(algorithm);
  if (!hasher) hashers.set(algorithm, (hasher = makers[algorithm]()));
  return hasher;
}

function open(id: number, file: File): Promise<Archive> {
  if (opened?.id !== id) opened = { id, archive: Archive.open(file) };
  return opened.archive;
}

function report(message: Report): void {
  self.postMessage(message);
}
