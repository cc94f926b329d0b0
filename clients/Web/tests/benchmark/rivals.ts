// Libraries that could hash in the page's place. Each is given the file, as the page's own worker is, and reads it whole.

import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { createSHA256, createSHA384, createSHA512, createSM3, type IHasher } from 'hash-wasm';
import type { Algorithm } from '../../src/receipt/digest';

export const rivals = ['hash-wasm', 'noble', 'WebCrypto'] as const;
export type Rival = (typeof rivals)[number];

export interface Race {
  readonly rival: Rival;
  readonly algorithm: Algorithm;
  readonly file: File;
}

const piece = 1024 * 1024;
const wasm: Record<Algorithm, () => Promise<IHasher>> = { 'sha-256': createSHA256, 'sha-384': createSHA384, 'sha-512': createSHA512, sm3: createSM3 };
const noble = { 'sha-256': sha256, 'sha-384': sha384, 'sha-512': sha512 };

self.addEventListener('message', ({ data }: MessageEvent<Race>) => void run(data).then((digest) => self.postMessage(digest)));

/** The digest in hex; null where the library lacks the algorithm. */
async function run({ rival, algorithm, file }: Race): Promise<string | null> {
  const bytes = await file.arrayBuffer();
  switch (rival) {
    case 'hash-wasm': {
      const hasher = await wasm[algorithm]();
      for (let at = 0; at < bytes.byteLength; at += piece) hasher.update(new Uint8Array(bytes, at, Math.min(piece, bytes.byteLength - at)));
      return hasher.digest('hex');
    }
    case 'noble':
      return algorithm === 'sm3' ? null : hex(noble[algorithm](new Uint8Array(bytes)));
    case 'WebCrypto':
      return algorithm === 'sm3' ? null : hex(new Uint8Array(await crypto.subtle.digest(algorithm.toUpperCase(), bytes)));
  }
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
