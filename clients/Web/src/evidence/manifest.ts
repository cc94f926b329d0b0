// The list of what the evidence holds, as `sha256sum -c` reads it.

import { type Bytes, encodeHex, sha256, utf8 } from '../log/bytes';

export interface EvidenceFile {
  /** With its folder; of letters, digits, `.`, `-`, `_` and `/` alone, so that no line needs an escape. */
  readonly name: string;
  readonly bytes: Bytes;
}

export const manifestName = 'SHA256SUMS';

/** One line a file, in their order; the fingerprint of the evidence is the SHA-256 of this. */
export async function manifestOf(files: readonly EvidenceFile[]): Promise<EvidenceFile> {
  const lines = await Promise.all(files.map(async ({ name, bytes }) => `${await fingerprintOf(bytes)}  ${name}\n`));
  return { name: manifestName, bytes: utf8(lines.join('')) };
}

/** SHA-256 in lower-case hex. */
export async function fingerprintOf(bytes: Bytes): Promise<string> {
  return encodeHex(await sha256(bytes));
}
