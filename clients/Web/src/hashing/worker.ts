// Hashes files off the page's thread, a piece at a time, so that neither size nor number of files matters. One thing is
// done at a time: the page sends the next when it has the answer.

import type { IHasher } from 'hash-wasm';
import type { Algorithm } from '../receipt/digest';
import { Archive } from './archive';
import { makers } from './digests';
import { type Report, type Source, Unreadable, type Work } from './protocol';

const pieceSize = 2 * 1024 * 1024;
const reportEvery = 100;

// Made once: each is a WebAssembly instance with memory of its own.
const hashers = new Map<Algorithm, Promise<IHasher>>();
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
 * The next piece is read while this one is hashed. Pieces are cut from the file and not read from its stream: a browser
 * may collect a stream that only a pending read still refers to, and that read then never ends.
 */
async function forEachPiece(file: File, use: (piece: Uint8Array) => void): Promise<void> {
  const read = (at: number): Promise<ArrayBuffer> => {
    const piece = file.slice(at, at + pieceSize).arrayBuffer();
    // Handled where it is awaited; until then a failure must not count as unhandled.
    piece.catch(() => undefined);
    return piece;
  };
  let next: Promise<ArrayBuffer> | null = read(0);
  for (let at = 0; next !== null; at += pieceSize) {
    const piece: Uint8Array = new Uint8Array(await next);
    if (piece.length !== Math.min(pieceSize, file.size - at)) throw new Unreadable('unread', 'The file has another size than when it was chosen.');
    next = at + pieceSize < file.size ? read(at + pieceSize) : null;
    use(piece);
  }
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
