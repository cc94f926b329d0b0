import { type Bytes, decodeBase64, decodeHex, FormatError } from '../log/bytes.js';
import { parseProof, type TlogProof } from '../log/proof.js';
import { type Digest, parseDigest } from './digest.js';
import { parseJson } from './entry.js';
import { parseStatusProof, type StatusProof } from './standing.js';

/** A tlog-proof whose extra line is JSON with the entry's bytes and the opening. */
export interface Receipt {
  readonly proof: TlogProof;
  readonly entry: Bytes;
  /** The nonce, 32 bytes; none where an entry hides nothing. */
  readonly opening: Bytes;
  readonly successor: Digest | null;
  readonly note: string | null;
  /** What proves how an issue stands as of the checkpoint; null where it is not with it. */
  readonly status: StatusProof | null;
}

/** The extension of receipt files. */
export const receiptExtension = '.tlog-proof';

/** @param hides Whether the entry commits to something, so that the receipt has what opens it. */
export function parseReceipt(bytes: Bytes, hides = true): Receipt {
  const proof = parseProof(bytes);
  if (proof.extra === null) throw new FormatError('receipt: no extra line');
  const extra = parseJson(proof.extra, 'receipt: the extra line');
  const text = (name: string): string | null => {
    const value = extra[name];
    if (value === undefined || value === null) return null;
    if (typeof value !== 'string') throw new FormatError(`receipt: ${name} is not text`);
    return value;
  };
  const entry = text('entry');
  const opening = decodeHex(text('opening') ?? '');
  if (entry === null || opening?.length !== (hides ? 32 : 0)) throw new FormatError(`receipt: the extra line has no entry${hides ? ' and' : ', or an'} opening`);
  const successor = text('successor');
  const digest = successor === null ? null : parseDigest(successor);
  if (successor !== null && digest === null) throw new FormatError('receipt: the successor is not algorithm:hex');
  const status = extra.status === undefined || extra.status === null ? null : parseStatusProof(extra.status);
  return { proof, entry: decodeBase64(entry, 'receipt: the entry'), opening, successor: digest, note: text('note'), status };
}
