// ML-DSA-44, which no browser has: loaded where a policy names such a key, and not before.

import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';
import type { Verify } from './cosignature.js';

export function verifierOf(publicKey: Uint8Array): Verify {
  return (message, signature) => ml_dsa44.verify(signature, message, publicKey);
}
