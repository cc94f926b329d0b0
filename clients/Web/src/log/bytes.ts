// Bytes and text with one accepted spelling per value, as the C2SP formats ask.

export type Bytes = Uint8Array<ArrayBuffer>;

/** What is read from outside does not follow its format; the message says which rule it breaks. */
export class FormatError extends Error {}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

export function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw new FormatError(`${what}: not UTF-8`);
  }
}

/** Standard base64 (RFC 4648, section 4): padded, no white space, zero trailing bits (section 3.5). */
export function decodeBase64(text: string, what: string): Bytes {
  const { bytes, canonical } = decodeAnyBase64(text, what);
  if (!canonical) throw new FormatError(`${what}: not base64 in its one spelling`);
  return bytes;
}

/** The same, also where the bits after the last byte, which mean nothing, are not zero. */
export function decodeAnyBase64(text: string, what: string): { bytes: Bytes; canonical: boolean } {
  // What atob forgives is refused: white space, and padding that is missing.
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new FormatError(`${what}: not base64`);
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return { bytes, canonical: encodeBase64(bytes) === text };
}

export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

export function decodeHex(text: string): Bytes | null {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function encodeHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** An ASCII decimal from 0 to 2^63-1 without sign, space or leading zero. */
export function parseDecimal(text: string): bigint | null {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text)) return null;
  const value = BigInt(text);
  return value < 1n << 63n ? value : null;
}

export function concat(...parts: Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}
