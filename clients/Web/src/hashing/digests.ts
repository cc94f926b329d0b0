// Digests of documents of any size, a piece at a time.

import { createSHA256, createSHA384, createSHA512, createSM3, type IHasher } from 'hash-wasm';
import type { Algorithm, Digest } from '../receipt/digest.js';

/**
 * Each makes a WebAssembly instance with memory of its own.
 * @internal
 */
export const makers: Record<Algorithm, () => Promise<IHasher>> = { 'sha-256': createSHA256, 'sha-384': createSHA384, 'sha-512': createSHA512, sm3: createSM3 };

/**
 * Digests of a document, one an algorithm, in one pass.
 * @param document Its bytes, or its pieces one after the other: a stream of Node's `fs.createReadStream`, of `Blob.stream()`.
 */
export async function hash<Asked extends readonly Algorithm[]>(
  document: Uint8Array | AsyncIterable<Uint8Array>,
  ...algorithms: Asked
): Promise<{ [Place in keyof Asked]: Digest }> {
  const hashers = await Promise.all(algorithms.map((algorithm) => makers[algorithm]()));
  for (const hasher of hashers) hasher.init();
  const use = (piece: Uint8Array): void => hashers.forEach((hasher) => hasher.update(piece));
  if (document instanceof Uint8Array) use(document);
  else for await (const piece of document) use(piece);
  return hashers.map((hasher, i): Digest => ({ algorithm: algorithms[i]!, hex: hasher.digest('hex') })) as { [Place in keyof Asked]: Digest };
}
