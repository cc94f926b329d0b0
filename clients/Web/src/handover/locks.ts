// The secrets of a handover, and what the log holds of them (functions/Receipts/Handovers/HandoverLocks.cs). A lock is the
// SHA-256 of what opens it.

import { type Bytes, concat, decodeHex, encodeBase64, encodeHex, sha256, utf8 } from '../log/bytes';

/** Length of secrets, proofs and locks in bytes. */
const size = 32;

/** Draws a trace secret: it stays with the holder, in the fragment of the trace link. */
export function createSecret(): Bytes {
  return crypto.getRandomValues(new Uint8Array(size));
}

/** As in the trace link: 43 characters of base64url. */
export function formatSecret(secret: Bytes): string {
  return encodeBase64(secret).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @returns Null where it is no trace secret in its one spelling. */
export function parseSecret(text: string): Bytes | null {
  if (!/^[A-Za-z0-9_-]{43}$/.test(text)) return null;
  const secret = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
  return formatSecret(secret) === text ? secret : null;
}

/** The handover's id, 64 hex digits: whoever knows it may read what became of the package. */
export async function idOf(secret: Bytes): Promise<string> {
  return encodeHex(await labelled('truecopy/handover/v1', secret));
}

/** What takes the consent back, 64 hex digits. */
export async function withdrawKeyOf(secret: Bytes): Promise<string> {
  return encodeHex(await labelled('truecopy/withdraw/v1', secret));
}

/** What proves that the consent was opened, 64 hex digits: it holds a random nonce. */
export async function consentProofOf(consent: Bytes): Promise<string> {
  return encodeHex(await labelled('truecopy/consent/v1', consent));
}

/** The lock that a proof opens; both of 64 hex digits. */
export async function lockOf(proof: string): Promise<string> {
  return encodeHex(await sha256(decodeHex(proof)!));
}

/** Whether a proof opens a lock. */
export async function opens(proof: string | undefined, lock: string | undefined): Promise<boolean> {
  return isHex(proof) && isHex(lock) && (await lockOf(proof)) === lock;
}

/** Whether it is an id, a proof or a lock as they are written: 64 lower-case hex digits. */
export function isHex(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);
}

function labelled(label: string, content: Bytes): Promise<Bytes> {
  return sha256(concat(utf8(`${label}\0`), content));
}
