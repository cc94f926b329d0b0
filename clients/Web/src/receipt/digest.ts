import { type Bytes, decodeHex } from '../log/bytes.js';

export const algorithms = { 'sha-256': 32, 'sha-384': 48, 'sha-512': 64, sm3: 32 } as const;
export type Algorithm = keyof typeof algorithms;

/** Algorithm and hash of a document: lower-case hex. */
export interface Digest {
  readonly algorithm: Algorithm;
  readonly hex: string;
}

export function isAlgorithm(name: unknown): name is Algorithm {
  return typeof name === 'string' && Object.hasOwn(algorithms, name);
}

/** Parses `algorithm:hex`; null if it is not that. */
export function parseDigest(text: string): Digest | null {
  const colon = text.indexOf(':');
  const algorithm = text.slice(0, colon);
  const bytes = decodeHex(text.slice(colon + 1));
  return colon > 0 && isAlgorithm(algorithm) && bytes?.length === algorithms[algorithm]
    ? { algorithm, hex: text.slice(colon + 1).toLowerCase() }
    : null;
}

export function formatDigest(digest: Digest): string {
  return `${digest.algorithm}:${digest.hex}`;
}

export function digestBytes(digest: Digest): Bytes {
  return decodeHex(digest.hex)!;
}
