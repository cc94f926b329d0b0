// C2SP signed-note.

import { type Bytes, concat, decodeAnyBase64, decodeBase64, decodeUtf8, encodeHex, FormatError, sha256, utf8 } from './bytes.js';

export interface NoteSignature {
  readonly name: string;
  /** 8 hex digits. */
  readonly keyId: string;
  readonly value: Bytes;
  /** Whether the base64 is the one spelling of its value; an unknown key's need not be, a known key's must. */
  readonly canonical: boolean;
}

export interface SignedNote {
  /** The signed text: ends in a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

const maxLength = 1_000_000;
const maxSignatures = 100;

// Everything that Unicode calls white space, ASCII controls, which no note may hold, and the plus sign that verifier keys
// are written with. Other controls are allowed, so a signer that is not known may have them.
const notInNames = /[\u0000-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]/;

export function isKeyName(name: string): boolean {
  return name.length > 0 && !notInNames.test(name);
}

export function parseNote(note: Uint8Array): SignedNote {
  if (note.length > maxLength) throw new FormatError(`note: longer than ${maxLength} bytes`);
  const all = decodeUtf8(note, 'note');
  if (/[\u0000-\u0009\u000b-\u001f]/.test(all)) throw new FormatError('note: a control character other than newline');
  const end = all.lastIndexOf('\n\n');
  if (end < 0) throw new FormatError('note: no empty line before the signatures');
  if (!all.endsWith('\n') || end + 2 === all.length) throw new FormatError('note: the signatures must be whole lines, at least one');
  const lines = all.slice(end + 2, -1).split('\n');
  if (lines.length > maxSignatures) throw new FormatError(`note: more than ${maxSignatures} signatures`);
  return { text: all.slice(0, end + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const match = /^— ([^ ]*) (.*)$/u.exec(line);
  if (!match || !isKeyName(match[1]!)) throw new FormatError('note: a signature line is an em dash, a key name and a signature');
  const { bytes, canonical } = decodeAnyBase64(match[2]!, 'note: a signature');
  if (bytes.length <= 4) throw new FormatError('note: a signature is a key id and at least one byte');
  return { name: match[1]!, keyId: encodeHex(bytes.subarray(0, 4)), value: bytes.slice(4), canonical };
}

// By this name Node's types do not have it everywhere.
type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

export type KeyKind = 'ecdsa' | 'ed25519';

/** A public key that signs notes, imported; null where this browser cannot verify with it. */
export interface VerifierKey {
  readonly line: string;
  readonly name: string;
  readonly keyId: string;
  readonly kind: KeyKind;
  readonly key: CryptoKey | null;
}

/** A verifier key's line in its parts; nothing is said yet of its kind. */
export interface KeyParts {
  readonly name: string;
  /** 8 hex digits. */
  readonly keyId: string;
  /** The byte that tells the kind, then the key. */
  readonly typed: Bytes;
}

export function splitKey(line: string): KeyParts {
  // Base64 may itself hold plus signs, so only the first two separate.
  const match = /^([^+]*)\+([^+]*)\+(.*)$/u.exec(line);
  if (!match || !isKeyName(match[1]!)) throw new FormatError('verifier key: expected name+id+key');
  return { name: match[1]!, keyId: match[2]!, typed: decodeBase64(match[3]!, 'verifier key') };
}

/** @param hashed What the id is made of, which some kinds have their own way for. */
export async function requireKeyId({ name, keyId, typed }: KeyParts, hashed: Bytes = concat(utf8(`${name}\n`), typed)): Promise<void> {
  if (encodeHex((await sha256(hashed)).subarray(0, 4)) !== keyId) throw new FormatError('verifier key: the id is not that of the key');
}

/** Parses `name+id+base64(type ‖ key)`: Ed25519 (0x01), or ECDSA P-256 (0x02) as SubjectPublicKeyInfo. */
export async function parseVerifierKey(line: string): Promise<VerifierKey> {
  const parts = splitKey(line);
  const { name, keyId, typed } = parts;
  const bytes = typed.slice(1);
  let kind: KeyKind;
  if (typed[0] === 1) {
    if (bytes.length !== 32) throw new FormatError('verifier key: an Ed25519 key has 32 bytes');
    kind = 'ed25519';
    await requireKeyId(parts);
  } else if (typed[0] === 2) {
    kind = 'ecdsa';
    await requireKeyId(parts, bytes);
  } else {
    throw new FormatError('verifier key: only types 0x01 (Ed25519) and 0x02 (ECDSA) are known');
  }
  return { line, name, keyId, kind, key: await importKey(kind, bytes) };
}

async function importKey(kind: KeyKind, bytes: Bytes): Promise<CryptoKey | null> {
  if (kind === 'ecdsa') {
    try {
      return await crypto.subtle.importKey('spki', bytes, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
    } catch {
      throw new FormatError('verifier key: not a point of P-256');
    }
  }
  // Without Ed25519 the ECDSA key, by which receipts are judged, is enough.
  return importEd25519(bytes);
}

/** @returns Null in older browsers, which do not know Ed25519. */
export async function importEd25519(bytes: Bytes): Promise<CryptoKey | null> {
  try {
    return await crypto.subtle.importKey('raw', bytes, { name: 'Ed25519' }, false, ['verify']);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotSupportedError') return null;
    throw new FormatError('verifier key: not a point of Ed25519');
  }
}

/** The lines that say that they are a key's: name and id are the key's. */
export function linesOf({ signatures }: SignedNote, { name, keyId }: Pick<VerifierKey, 'name' | 'keyId'>): readonly NoteSignature[] {
  return signatures.filter((line) => line.keyId === keyId && line.name === name);
}

export async function verifySignature(key: VerifierKey & { key: CryptoKey }, text: string, signature: Bytes): Promise<boolean> {
  if (key.kind === 'ed25519') return crypto.subtle.verify({ name: 'Ed25519' }, key.key, signature, utf8(text));
  const raw = rawOfDer(signature);
  return raw !== null && crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key.key, raw, utf8(text));
}

/** r‖s, as WebCrypto takes it, of the DER that notes carry (RFC 3279, section 2.2.3); null if it is no such DER. */
export function rawOfDer(der: Uint8Array): Bytes | null {
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der.length > 72) return null;
  const raw = new Uint8Array(64);
  let offset = 2;
  for (const half of [0, 1]) {
    const length = der[offset + 1] ?? 0;
    const integer = der.subarray(offset + 2, offset + 2 + length);
    if (der[offset] !== 0x02 || length === 0 || integer.length !== length) return null;
    if (integer[0]! >= 0x80) return null;
    const padded = integer[0] === 0 && length > 1;
    if (padded && integer[1]! < 0x80) return null;
    const value = padded ? integer.subarray(1) : integer;
    if (value.length > 32) return null;
    raw.set(value, 32 * half + 32 - value.length);
    offset += 2 + length;
  }
  return offset === der.length ? raw : null;
}

/** A signature of a known key on a note. */
export interface Signer {
  readonly key: VerifierKey;
  /** Null where this browser cannot tell. */
  readonly valid: boolean | null;
}

/** Every signature of `known` keys on a note, checked; lines of other keys are left out. */
export async function signersOf(note: SignedNote, known: readonly VerifierKey[]): Promise<Signer[]> {
  const signers: Signer[] = [];
  for (const key of known) {
    for (const line of linesOf(note, key)) {
      const checkable = key.key === null ? null : { ...key, key: key.key };
      signers.push({ key, valid: line.canonical ? checkable && (await verifySignature(checkable, note.text, line.value)) : false });
    }
  }
  return signers;
}
