// Receipts that came with documents, or alone.

import { type Bytes, FormatError } from '../log/bytes';
import { isAbout } from '../receipt/check';
import { type Algorithm, type Digest, isAlgorithm } from '../receipt/digest';
import { type Entry, parseEntry } from '../receipt/entry';
import { parseReceipt, type Receipt, receiptExtension } from '../receipt/receipt';
import type { Given } from './dropped';

const maxReceiptSize = 1_500_000;
/** With so many receipts of other names a document is compared: each is an HMAC. */
export const maxCompared = 300;

/** A receipt that was given. */
export interface HeldReceipt {
  readonly name: string;
  readonly bytes: Bytes;
  /** Null where it cannot be read. */
  readonly receipt: Receipt | null;
  readonly entry: Entry | null;
}

export function isReceipt({ file, name }: Given): boolean {
  return name.endsWith(receiptExtension) && file.size <= maxReceiptSize;
}

/** @returns Null where the file cannot be read at all. */
export async function readReceipt({ file, name }: Given): Promise<HeldReceipt | null> {
  let bytes: Bytes;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return null;
  }
  return heldReceipt(name, bytes);
}

export function heldReceipt(name: string, bytes: Bytes): HeldReceipt {
  try {
    const receipt = parseReceipt(bytes);
    return { name, bytes, receipt, entry: parseEntry(receipt.entry) };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { name, bytes, receipt: null, entry: null };
  }
}

/** Those that came with documents: each document takes its own. */
export class Receipts {
  private readonly used = new Set<HeldReceipt>();
  private readonly byName = new Map<string, HeldReceipt>();

  constructor(
    private readonly all: readonly HeldReceipt[],
    private readonly documents: number,
  ) {
    for (const held of all) this.byName.set(held.name.slice(0, -receiptExtension.length), held);
  }

  /** Under which a document must be hashed to be compared with them. */
  get algorithms(): readonly Algorithm[] {
    return [...new Set(this.all.map(({ entry }) => entry?.algorithm))].filter((name): name is Algorithm => isAlgorithm(name));
  }

  /** Those that no document took. */
  get left(): readonly HeldReceipt[] {
    return this.all.filter((held) => !this.used.has(held));
  }

  /** The receipt whose entry is about the document; else one that bears its name, so that its fault is shown. */
  async of(name: string, digests: readonly Digest[]): Promise<{ readonly held: HeldReceipt; readonly digest: Digest } | null> {
    const namesake = this.byName.get(name);
    const own = namesake && (await fitting(namesake, digests));
    if (own) return this.take(namesake, own);
    // Those that others took come last: a document may be there twice.
    for (const held of [...this.left, ...this.used].slice(0, maxCompared)) {
      const digest = await fitting(held, digests);
      if (digest) return this.take(held, digest);
    }
    const held = namesake ?? (this.all.length === 1 && this.documents === 1 ? this.all[0] : undefined);
    const digest = digests.find(({ algorithm }) => algorithm === held?.entry?.algorithm) ?? digests[0];
    return held && digest ? this.take(held, digest) : null;
  }

  private take(held: HeldReceipt, digest: Digest): { readonly held: HeldReceipt; readonly digest: Digest } {
    this.used.add(held);
    return { held, digest };
  }
}

/** The digest that a receipt is about; null if there is none. */
export async function fitting({ receipt, entry }: HeldReceipt, digests: readonly Digest[]): Promise<Digest | null> {
  if (!receipt || !entry) return null;
  for (const digest of digests) if (await isAbout(receipt, entry, digest)) return digest;
  return null;
}
