// Ed25519 where the browser has none: loaded only there.

import { ed25519 } from '@noble/curves/ed25519.js';
import type { Verify } from './cosignature.js';

export function verifierOf(publicKey: Uint8Array): Verify {
  // As RFC 8032 has it, not as ZIP 215 does.
  return (message, signature) => ed25519.verify(signature, message, publicKey, { zip215: false });
}
