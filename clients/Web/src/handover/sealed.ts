// A sealed file (C2SP age v1), opened where it lies: any part of it can be read, so that what is in it needs no second copy, and
// nothing of it is held but a piece at a time.

import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { Reader } from '@zip.js/zip.js/lib/zip-core-custom.js';
import { Decrypter } from 'age-encryption';
import { type Bytes, concat, utf8 } from '../log/bytes';
import type { Identity } from './identity';
import { PackageRefusal } from './refusal';

const pieceLength = 64 * 1024;
const tagLength = 16;
const nonceLength = 16;
/** The header of a file for one receiver has 200 bytes. */
const maxHeaderLength = 16 * 1024;
const firstLine = utf8('age-encryption.org/v1\n');
const lastLine = utf8('\n--- ');

/** What is sealed in a file, to be read anywhere in it. */
export class Sealed extends Reader<Blob> {
  /** The last pieces that were opened: reads go on from where the last one ended. */
  private readonly recent = new Map<number, Uint8Array>();

  private constructor(
    private readonly payload: Blob,
    private readonly key: Bytes,
    private readonly pieces: number,
  ) {
    super(payload);
  }

  /** @throws PackageRefusal It is no sealed file, not sealed to this identity, or cut off. */
  static async open(file: Blob, { secret }: Identity): Promise<Sealed> {
    const start = new Uint8Array(await file.slice(0, maxHeaderLength).arrayBuffer());
    if (!firstLine.every((byte, i) => start[i] === byte)) throw new PackageRefusal('notSealed', 'it does not begin as age files do');
    const end = endOfHeader(start);
    const fileKey = await unseal(start.slice(0, end), secret);
    const nonce = start.slice(end, end + nonceLength);
    const payload = file.slice(end + nonceLength);
    const pieces = Math.max(1, Math.ceil(payload.size / (pieceLength + tagLength)));
    if (nonce.length < nonceLength || payload.size - (pieces - 1) * (pieceLength + tagLength) < tagLength) throw new PackageRefusal('damaged', 'the sealed file is cut off');
    const sealed = new Sealed(payload, await payloadKey(fileKey, nonce), pieces);
    sealed.size = payload.size - pieces * tagLength;
    // The last piece says that it is the last, so that nothing is missing after it.
    const last = await sealed.piece(pieces - 1);
    if (pieces > 1 && last.length === 0) throw new PackageRefusal('damaged', 'the last piece is empty');
    return sealed;
  }

  override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
    const end = Math.min(index + length, this.size);
    if (index >= end) return new Uint8Array();
    const parts: Uint8Array[] = [];
    for (let at = index; at < end; ) {
      const number = Math.floor(at / pieceLength);
      const from = at - number * pieceLength;
      const part = (await this.piece(number)).subarray(from, from + end - at);
      parts.push(part);
      at += part.length;
    }
    return parts.length === 1 ? parts[0]! : concat(...parts);
  }

  private async piece(number: number): Promise<Uint8Array> {
    const known = this.recent.get(number);
    if (known) return known;
    const at = number * (pieceLength + tagLength);
    const sealed = new Uint8Array(await this.payload.slice(at, at + pieceLength + tagLength).arrayBuffer());
    const nonce = new Uint8Array(12);
    new DataView(nonce.buffer).setBigUint64(3, BigInt(number));
    nonce[11] = number === this.pieces - 1 ? 1 : 0;
    let opened: Uint8Array;
    try {
      opened = chacha20poly1305(this.key, nonce).decrypt(sealed);
    } catch {
      throw new PackageRefusal('damaged', `piece ${number} of the sealed file was changed`);
    }
    if (this.recent.size === 2) this.recent.delete(this.recent.keys().next().value!);
    this.recent.set(number, opened);
    return opened;
  }
}

function endOfHeader(start: Uint8Array): number {
  for (let at = start.indexOf(10); at >= 0; at = start.indexOf(10, at + 1)) {
    if (!lastLine.every((byte, i) => start[at + i] === byte)) continue;
    const end = start.indexOf(10, at + 1) + 1;
    if (end > 0) return end;
  }
  throw new PackageRefusal('damaged', `the header of the sealed file has no end within ${maxHeaderLength} bytes`);
}

const maxStanzas = 20;

async function unseal(header: Bytes, secret: string): Promise<Bytes> {
  if (new TextDecoder().decode(header).split('\n-> ').length > maxStanzas + 1) throw new PackageRefusal('damaged', `the header of the sealed file has more than ${maxStanzas} stanzas`);
  const decrypter = new Decrypter();
  decrypter.addIdentity(secret);
  try {
    return new Uint8Array(await decrypter.decryptHeader(header));
  } catch (error) {
    const text = error instanceof Error ? error.message : '';
    throw text.startsWith('no identity matched') ? new PackageRefusal('otherKey', text) : new PackageRefusal('damaged', `the header of the sealed file: ${text}`);
  }
}

/** C2SP age v1: HKDF-SHA-256 of the file key, salted with the nonce. */
async function payloadKey(fileKey: Bytes, nonce: Bytes): Promise<Bytes> {
  const base = await crypto.subtle.importKey('raw', fileKey, 'HKDF', false, ['deriveBits']);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: nonce, info: utf8('payload') }, base, 256));
}
