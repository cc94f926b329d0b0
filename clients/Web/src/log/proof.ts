// C2SP tlog-proof, version 1.

import { type Bytes, decodeBase64, decodeUtf8, FormatError, parseDecimal } from './bytes.js';
import { decodeHash } from './checkpoint.js';

export interface TlogProof {
  readonly extra: Bytes | null;
  readonly index: bigint;
  /** From the leaf's sibling upwards. */
  readonly path: readonly Bytes[];
  /** The signed note, verbatim. */
  readonly checkpoint: Bytes;
}

const maxLength = 1_500_000;
const header = 'c2sp.org/tlog-proof@v1';
const maxPathLength = 63;

/** Parses a proof; says nothing about whether it holds. */
export function parseProof(bytes: Bytes): TlogProof {
  if (bytes.length > maxLength) throw new FormatError(`tlog-proof: longer than ${maxLength} bytes`);
  let rest = bytes;
  const nextLine = (): string => {
    const end = rest.indexOf(10);
    if (end < 0) throw new FormatError('tlog-proof: a line is cut off');
    const line = decodeUtf8(rest.subarray(0, end), 'tlog-proof');
    rest = rest.subarray(end + 1);
    return line;
  };

  if (nextLine() !== header) throw new FormatError(`tlog-proof: the first line is not ${header}`);
  let line = nextLine();
  let extra: Bytes | null = null;
  if (line.startsWith('extra ')) {
    extra = decodeBase64(line.slice(6), 'tlog-proof: extra');
    line = nextLine();
  }
  const index = line.startsWith('index ') ? parseDecimal(line.slice(6)) : null;
  if (index === null) throw new FormatError('tlog-proof: the index is missing or not a decimal without leading zeroes');
  const path: Bytes[] = [];
  while ((line = nextLine()) !== '') {
    if (path.length === maxPathLength) throw new FormatError(`tlog-proof: the path is longer than ${maxPathLength} lines`);
    path.push(decodeHash(line, 'tlog-proof: a line of the path'));
  }
  if (rest.length === 0) throw new FormatError('tlog-proof: the checkpoint is missing');
  return { extra, index, path, checkpoint: rest };
}
