// Libraries that could hash in the page's place. Each is given the file, as the page's own worker is, and reads it: whole, or as a
// stream. One is given bytes that are in its memory already: nobody's file is, so that is the ceiling of the code and no rival.

import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { createSHA256, createSHA384, createSHA512, createSM3, type IHasher } from 'hash-wasm';
import type { Algorithm } from '../../src/receipt/digest';

export type Rival = 'hash-wasm' | 'hash-wasm by stream' | 'noble' | 'noble by stream' | 'WebCrypto' | 'hash-wasm in memory';

export interface Race {
  readonly rival: Rival;
  readonly algorithm: Algorithm;
  readonly file: File;
}

const piece = 1024 * 1024;
const wasm: Record<Algorithm, () => Promise<IHasher>> = { 'sha-256': createSHA256, 'sha-384': createSHA384, 'sha-512': createSHA512, sm3: createSM3 };
const noble = { 'sha-256': sha256, 'sha-384': sha384, 'sha-512': sha512 };

self.addEventListener('message', ({ data }: MessageEvent<Race>) => void run(data).then((digest) => self.postMessage(digest)));

// Read before the race.
let inMemory: ArrayBuffer | null = null;

/** The digest in hex; null where the library lacks the algorithm. */
async function run({ rival, algorithm, file }: Race): Promise<string | null> {
  switch (rival) {
    case 'hash-wasm':
      return hashWasm(algorithm, await file.arrayBuffer());
    case 'hash-wasm by stream': {
      const hasher = await wasm[algorithm]();
      await forEachPiece(file, (bytes) => hasher.update(bytes));
      return hasher.digest('hex');
    }
    case 'noble':
      return algorithm === 'sm3' ? null : hex(noble[algorithm](new Uint8Array(await file.arrayBuffer())));
    case 'noble by stream': {
      if (algorithm === 'sm3') return null;
      const hasher = noble[algorithm].create();
      await forEachPiece(file, (bytes) => hasher.update(bytes));
      return hex(hasher.digest());
    }
    case 'WebCrypto':
      return algorithm === 'sm3' ? null : hex(new Uint8Array(await crypto.subtle.digest(algorithm.toUpperCase(), await file.arrayBuffer())));
    case 'hash-wasm in memory':
      // The first question only reads.
      if (inMemory !== null) return hashWasm(algorithm, inMemory);
      inMemory = await file.arrayBuffer();
      return null;
  }
}

async function hashWasm(algorithm: Algorithm, bytes: ArrayBuffer): Promise<string> {
  const hasher = await wasm[algorithm]();
  for (let at = 0; at < bytes.byteLength; at += piece) hasher.update(new Uint8Array(bytes, at, Math.min(piece, bytes.byteLength - at)));
  return hasher.digest('hex');
}

async function forEachPiece(file: File, use: (bytes: Uint8Array) => void): Promise<void> {
  const reader = file.stream().getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) use(part.value);
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
