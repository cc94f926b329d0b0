// How an issue stands: the last entry of a log commits to the status of all entries before it (docs/status.md).

import { type Bytes, decodeBase64, decodeHex, encodeHex, FormatError } from '../log/bytes.js';
import type { Checkpoint } from '../log/checkpoint.js';
import { includes, leafHash } from '../log/merkle.js';
import type { Verdict } from '../service/answers.js';
import { parseEntry } from './entry.js';

/** The codes in their order; a higher one is of a later version, and never good news. */
const codes = ['stands', 'suspended', 'superseded', 'revoked', 'reissued'] as const;

/** What is proven of an issue. `before`: the log kept no status yet when it was made, so that nobody can prove any. */
export type Status = (typeof codes)[number] | 'unknown' | 'before';

/** A page of the status tree, in bytes: two codes each, the low half first. */
export const pageLength = 64;
export const codesInPage = 2 * pageLength;

const hashLength = 32;
const maxPathLength = 63;

/** What proves the status of an issue as of a receipt's checkpoint. */
export interface StatusProof {
  /** The exact bytes of the log's last entry. */
  readonly entry: Bytes;
  /** That entry's inclusion path, from its sibling upwards. */
  readonly path: readonly Bytes[];
  /** The page that the status is in. */
  readonly page: Bytes;
  /** The page's path in the status tree. */
  readonly pagePath: readonly Bytes[];
}

/** How an issue stands as of a checkpoint. */
export interface Standing {
  readonly status: Status;
  /** When the log's last entry, which says so, was made: RFC 3339, by the operator's clock. */
  readonly at: string;
}

/** The entry that ends a log: what it commits to. */
export interface StatusEntry {
  readonly at: string;
  /** How many entries it is about: all before it. */
  readonly covers: number;
  /** Of the tree over their status. */
  readonly root: Bytes;
  /** Of entries before this index nothing is proven. */
  readonly from: number;
}

export function parseStatusProof(value: unknown): StatusProof {
  const { entry, path, page, pagePath } = (value ?? {}) as Record<string, unknown>;
  if (typeof entry !== 'string' || typeof path !== 'string' || typeof page !== 'string' || typeof pagePath !== 'string') {
    throw new FormatError('receipt: the status is not an entry, a path, a page and its path');
  }
  const bytes = decodeBase64(page, 'receipt: the page');
  if (bytes.length !== pageLength) throw new FormatError(`receipt: the page has not ${pageLength} bytes`);
  return { entry: decodeBase64(entry, 'receipt: the last entry'), path: parsePath(path, 'receipt: the last entry’s path'), page: bytes, pagePath: parsePath(pagePath, 'receipt: the page’s path') };
}

/** Hashes of 32 bytes one after the other, in base64. */
export function parsePath(text: string, what: string): Bytes[] {
  const bytes = decodeBase64(text, what);
  if (bytes.length % hashLength !== 0 || bytes.length > maxPathLength * hashLength) throw new FormatError(`${what} is not at most ${maxPathLength} hashes of ${hashLength} bytes`);
  return Array.from({ length: bytes.length / hashLength }, (_, i) => bytes.slice(hashLength * i, hashLength * (i + 1)));
}

/**
 * Whether an entry is the last of a log and the status of all before it.
 * @throws FormatError It is not.
 */
export async function openStatusEntry(bytes: Bytes, path: readonly Bytes[], { size, root }: Checkpoint): Promise<StatusEntry> {
  if (!(await includes(await leafHash(bytes), size - 1n, size, path, root))) throw new FormatError('What is shown as the log’s last entry is not that.');
  const entry = parseEntry(bytes);
  const { covers = -1, from = 0 } = entry;
  const statusRoot = decodeHex(entry.root ?? '');
  if (entry.act !== 'status') throw new FormatError('The log’s last entry is not the status of those before it.');
  if (BigInt(covers) !== size - 1n) throw new FormatError('A status covers the entries before it, all of them and no others.');
  if (statusRoot?.length !== hashLength || encodeHex(statusRoot) !== entry.root) throw new FormatError('The root of a status is 64 lower-case hex digits.');
  if (entry.from !== undefined && !(from > 0 && from <= covers)) throw new FormatError('A status that is not kept from the beginning says from which entry, which is not after it.');
  return { at: entry.at, covers, root: statusRoot, from };
}

/**
 * What is proven of the issue at `index`.
 * @throws FormatError Nothing is.
 */
export async function checkStanding(proof: StatusProof, index: bigint, checkpoint: Checkpoint): Promise<Standing> {
  const { at, covers, root, from } = await openStatusEntry(proof.entry, proof.path, checkpoint);
  if (index >= BigInt(covers)) throw new FormatError('The log’s last entry says nothing of this one.');
  const included = await includes(await leafHash(proof.page), index / BigInt(codesInPage), BigInt(pagesOf(covers)), proof.pagePath, root);
  if (!included) throw new FormatError('The page is not of the status that the log’s last entry commits to.');
  return { status: statusIn(proof.page, Number(index), from), at };
}

/** How many pages so many entries have. */
export function pagesOf(covers: number): number {
  return Math.ceil(covers / codesInPage);
}

/** The status of the entry at `index`, which the page is about. */
export function statusIn(page: Uint8Array, index: number, from: number): Status {
  if (index < from) return 'before';
  const place = index % codesInPage;
  return codes[(page[place >> 1]! >> (4 * (place & 1))) & 15] ?? 'unknown';
}

/** Why a word does not go with what is proven of the issue; null if it does. */
export function contradiction(verdict: Verdict, standing: Standing | null): string | null {
  if (standing === null) return `The answer says "${verdict}" without the log’s own proof of how the document stands.`;
  const { status } = standing;
  // Whatever else is said of it is proven by a receipt of its own, and is no reason to accept it.
  if (status === 'before') return verdict === 'verified' ? 'The document was issued before the log kept the status of documents: that it still stands cannot be proven.' : null;
  const asked = verdict === 'revoked' || verdict === 'suspended' || verdict === 'superseded' ? verdict : 'stands';
  return status === asked ? null : `The answer says "${verdict}", and the log itself says "${status}".`;
}
