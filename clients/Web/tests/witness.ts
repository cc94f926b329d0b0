// A witness, to sign what it never saw.

import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export class Witness {
  readonly line: string;
  private readonly id: Buffer;
  private readonly secret: KeyObject;

  /** @param now Milliseconds since 1970. */
  constructor(
    readonly name: string,
    private readonly now: number,
  ) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const typed = Buffer.concat([Buffer.of(4), Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url')]);
    this.secret = privateKey;
    this.id = createHash('sha256').update(`${name}\n`).update(typed).digest().subarray(0, 4);
    this.line = `${name}+${this.id.toString('hex')}+${typed.toString('base64')}`;
  }

  /** A cosignature of a note's text, as of so many seconds before now. */
  over(text: string, ago = 60): string {
    const time = BigInt(Math.floor(this.now / 1000) - ago);
    const stamp = Buffer.alloc(8);
    stamp.writeBigUInt64BE(time);
    return `— ${this.name} ${Buffer.concat([this.id, stamp, sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), this.secret)]).toString('base64')}\n`;
  }
}
