// C2SP tlog-cosignature: what a witness signs.

import { type Bytes, concat, equal, FormatError, utf8 } from './bytes.js';
import { parseCheckpoint } from './checkpoint.js';
import { importEd25519, type KeyParts, linesOf, requireKeyId, type SignedNote, splitKey } from './note.js';

/** Whether a signature is a key's over a message. */
export type Verify = (message: Bytes, signature: Bytes) => boolean | Promise<boolean>;

export type WitnessKind = 'ed25519' | 'ml-dsa-44';

/** A public key of a witness. */
export interface WitnessKey {
  readonly line: string;
  readonly name: string;
  /** 8 hex digits. */
  readonly keyId: string;
  readonly kind: WitnessKind;
  /** Null where the code that verifies with it did not come. */
  readonly verify: Verify | null;
}

const timeLength = 8;
const signatureLengths: Record<WitnessKind, number> = { ed25519: 64, 'ml-dsa-44': 2420 };
const mlDsaKeyLength = 1312;
/** The longest name, and the longest origin, under ML-DSA-44: in bytes of UTF-8. */
const maxNameLength = 255;
/** The last second of the year 9999. */
const maxTime = 253_402_300_799n;

/** Parses `name+id+base64(type ‖ key)`: Ed25519 (0x04) or ML-DSA-44 (0x06). */
export async function parseWitnessKey(line: string): Promise<WitnessKey> {
  const parts = splitKey(line);
  const { name, keyId, typed } = parts;
  const kind = kindOf(parts);
  await requireKeyId(parts);
  return { line, name, keyId, kind, verify: await loadVerifier(kind, typed.slice(1)) };
}

function kindOf({ name, typed }: KeyParts): WitnessKind {
  if (typed[0] === 4) {
    if (typed.length !== 33) throw new FormatError('Ed25519 key: not a valid 32-byte public key');
    return 'ed25519';
  }
  if (typed[0] !== 6) throw new FormatError('verifier key: only types 0x04 (Ed25519) and 0x06 (ML-DSA-44) are those of witnesses');
  if (typed.length !== 1 + mlDsaKeyLength) throw new FormatError(`ML-DSA-44 key: a public key has ${mlDsaKeyLength} bytes`);
  if (utf8(name).length > maxNameLength) throw new FormatError(`ML-DSA-44 key: a name has at most ${maxNameLength} bytes`);
  return 'ml-dsa-44';
}

async function loadVerifier(kind: WitnessKind, publicKey: Bytes): Promise<Verify | null> {
  if (kind === 'ed25519') {
    const key = await importEd25519(publicKey);
    if (key !== null) return (message, signature) => crypto.subtle.verify({ name: 'Ed25519' }, key, signature, message);
  }
  try {
    const { verifierOf } = await (kind === 'ed25519' ? import('./curve.js') : import('./lattice.js'));
    return remembering(verifierOf(publicKey));
  } catch (error) {
    // What browsers throw where a module does not come.
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** A thousand answers stand on one checkpoint: what is slow is computed once. */
export function remembering(verify: Verify): Verify {
  let last: { readonly message: Bytes; readonly signature: Bytes; readonly valid: boolean } | null = null;
  return async (message, signature) => {
    if (last !== null && equal(last.message, message) && equal(last.signature, signature)) return last.valid;
    const valid = await verify(message, signature);
    last = { message, signature, valid };
    return valid;
  };
}

/**
 * When a witness saw a checkpoint: the newest of its lines; those of other keys are left alone.
 * @returns Milliseconds since 1970; null where there is no line with a time, or it cannot be verified here.
 * @throws FormatError A line of this key is wrong.
 */
export async function seenAt(note: SignedNote, key: WitnessKey): Promise<number | null> {
  let newest: number | null = null;
  for (const { value, canonical } of linesOf(note, key)) {
    const time = value.length === timeLength + signatureLengths[key.kind] ? new DataView(value.buffer, value.byteOffset).getBigUint64(0) : null;
    const message = time === null || time > maxTime ? null : messageOf(note.text, key, time);
    if (!canonical || time === null || message === null) throw wrong(key);
    if (key.verify === null) continue;
    if (!(await key.verify(message, value.slice(timeLength)))) throw wrong(key);
    // Zero says that the tree goes with all that the witness saw, and not that it is the largest.
    if (time > 0n) newest = Math.max(newest ?? 0, Number(time) * 1000);
  }
  return newest;
}

function wrong({ name, keyId }: WitnessKey): FormatError {
  return new FormatError(`The signature of ${name}+${keyId} is wrong.`);
}

/** What is signed; null where the origin is too long for such a key. */
function messageOf(text: string, { kind, name }: WitnessKey, time: bigint): Bytes | null {
  if (kind === 'ed25519') return utf8(`cosignature/v1\ntime ${time}\n${text}`);
  const { origin, size, root } = parseCheckpoint(text);
  const [witness, log] = [utf8(name), utf8(origin)];
  if (log.length > maxNameLength) return null;
  return concat(utf8('subtree/v1\n\0'), Uint8Array.of(witness.length), witness, bigEndian(time), Uint8Array.of(log.length), log, bigEndian(0n), bigEndian(size), root);
}

function bigEndian(value: bigint): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

