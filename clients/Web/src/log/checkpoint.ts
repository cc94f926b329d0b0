// C2SP tlog-checkpoint.

import { type Bytes, decodeBase64, FormatError, parseDecimal } from './bytes.js';

export interface Checkpoint {
  readonly origin: string;
  readonly size: bigint;
  readonly root: Bytes;
}

/** Parses a note's text. */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.slice(0, -1).split('\n');
  if (lines.length < 3) throw new FormatError('checkpoint: fewer than three lines');
  if (lines.includes('')) throw new FormatError('checkpoint: an empty line');
  const size = parseDecimal(lines[1]!);
  if (size === null) throw new FormatError('checkpoint: the size is not a decimal without leading zeroes');
  return { origin: lines[0]!, size, root: decodeHash(lines[2]!, 'checkpoint: the root') };
}

/** 32 bytes in base64. */
export function decodeHash(text: string, what: string): Bytes {
  const hash = text.length === 44 ? decodeBase64(text, what) : null;
  if (hash?.length !== 32) throw new FormatError(`${what} is not base64 of 32 bytes`);
  return hash;
}
