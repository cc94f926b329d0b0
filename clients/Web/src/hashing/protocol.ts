// What the page and its workers say to each other.

import type { Algorithm, Digest } from '../receipt/digest';

/** The bytes of a document. */
export interface Source {
  readonly file: File;
  /** Of an archive, the place of the document in its list; null: the file itself. */
  readonly entry: number | null;
}

/** A document within an archive. */
export interface ArchiveEntry {
  readonly entry: number;
  /** With the folders that it is in. */
  readonly name: string;
  /** As the archive says; what unpacks to more is refused. */
  readonly size: number;
}

/** `id` tells files apart: a file is another object each time that it is sent. */
export type Work =
  | { readonly kind: 'hash'; readonly id: number; readonly source: Source; readonly algorithms: readonly Algorithm[] }
  | { readonly kind: 'open'; readonly id: number; readonly file: File };

/** Why there is nothing to compare: each has words of its own. */
export type Hindrance =
  /** The file was moved, changed or may not be read. */
  | 'unread'
  /** Twice no byte came for a long time. */
  | 'stalled'
  /** Protected by a password. */
  | 'locked'
  /** The archive is damaged, of an unknown kind, or can be read in more than one way. */
  | 'damaged'
  /** The archive would unpack to more than is reasonable. */
  | 'tooLarge';

/** Files could not be hashed, or an archive not be opened. */
export class Unreadable extends Error {
  constructor(
    readonly why: Hindrance,
    message: string,
  ) {
    super(message);
  }
}

export type Report =
  /** Said once, before anything is asked. */
  | { readonly ready: true }
  | { readonly hashed: number }
  | { readonly digests: readonly Digest[] }
  | { readonly entries: readonly ArchiveEntry[] }
  | { readonly why: Hindrance; readonly detail: string };
