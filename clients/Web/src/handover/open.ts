// Opens a package that somebody sent: nothing in it is believed before it was held to the rules.

import { configure, type FileEntry, ZipReader } from '@zip.js/zip.js/lib/zip-core-custom.js';
import { createSHA256 } from 'hash-wasm';
import { type Bytes, concat } from '../log/bytes';
import { receiptExtension } from '../receipt/receipt';
import { type Consent, type ConsentDocument, parseConsent } from './consent';
import type { Identity } from './identity';
import { consentName, documentsFolder, maxConsentLength, maxDocuments, maxReceiptLength, nameFault, readMeName, receiptsFolder, sameKey } from './limits';
import { PackageRefusal } from './refusal';
import { Sealed } from './sealed';

configure({ useWebWorkers: false });

const maxReadMeLength = 64 * 1024;
const maxEntries = 2 * maxDocuments + 2;
const stored = 0;
/** That lengths follow the data, and that names are UTF-8. */
const knownFlags = 0x0808;
const localHeaderLength = 30;
const descriptorLengths = [12, 16, 20, 24];

interface Place {
  readonly document: ConsentDocument;
  readonly entry: FileEntry;
  readonly receipt: Bytes | null;
}

/** A package that was opened: its consent, and documents that are read from where they lie. */
export class OpenedPackage {
  private constructor(
    readonly consent: Consent,
    /** The exact bytes, of which the proof is made that it was opened. */
    readonly consentBytes: Bytes,
    /** In the order of the consent. */
    private readonly places: readonly Place[],
  ) {}

  /** @throws PackageRefusal */
  static async open(file: Blob, identity: Identity): Promise<OpenedPackage> {
    const sealed = await Sealed.open(file, identity);
    try {
      const entries = await listOf(sealed);
      const [first] = entries.values();
      if (first?.filename !== consentName) throw new PackageRefusal('noConsent', `the first file of a package is ${consentName}`);
      const bytes = await readSmall(first, maxConsentLength, 'consentTooLong');
      const consent = parseConsent(bytes);
      return new OpenedPackage(consent, bytes, await placesOf(consent, entries));
    } catch (error) {
      throw asRefusal(error);
    }
  }

  /** The receipt of a document; null where the consent says that there is none. */
  receiptOf(index: number): Bytes | null {
    return this.places[index]!.receipt;
  }

  /**
   * Reads a document to its end; what comes before counts only if this ends well.
   * @throws PackageRefusal It is not what the consent says it is, or damaged.
   */
  async read(index: number, use: (piece: Uint8Array<ArrayBuffer>) => void | Promise<void>): Promise<void> {
    const { document, entry } = this.places[index]!;
    const hash = await createSHA256();
    hash.init();
    let length = 0;
    const pieces = new WritableStream<Uint8Array<ArrayBuffer>>({
      async write(piece) {
        length += piece.length;
        // What unpacks to more than the consent states is not unpacked.
        if (length > document.length) throw new PackageRefusal('altered', `${document.name} is longer than the ${document.length} bytes that the consent states`);
        hash.update(piece);
        await use(piece);
      },
    });
    try {
      await entry.getData(pieces, { checkCrc32: true, strictness: 'strict' });
    } catch (error) {
      throw asRefusal(error);
    }
    if (length !== document.length || `sha-256:${hash.digest('hex')}` !== document.digest) throw new PackageRefusal('altered', `${document.name} is not the file that the consent names`);
  }
}

/** What is in the zip, by name as file systems tell names apart, in the order in which it lies there. */
async function listOf(sealed: Sealed): Promise<Map<string, FileEntry>> {
  const entries = new Map<string, FileEntry>();
  // Strict: whatever other programs could read in another way is refused.
  const reader = new ZipReader(sealed, { strictness: 'strict', filenameValidation: 'tolerant', decodeText: decodeName });
  let end = 0;
  for await (const entry of reader.getEntriesGenerator()) {
    if (entries.size === maxEntries) throw new PackageRefusal('tooMany', `more than ${maxEntries} files`);
    if (entry.directory) throw new PackageRefusal('foreignEntry', 'a folder by itself');
    if (((entry.rawBitFlag ?? ~0) & ~knownFlags) !== 0 || entry.compressionMethod !== stored) throw new PackageRefusal('damaged', 'a file in the zip is packed or encrypted by itself');
    requirePlace(entry.filename);
    const key = sameKey(entry.filename);
    if (entries.has(key)) throw new PackageRefusal('duplicate', `two files are called ${entry.filename}`);
    entries.set(key, entry);
    end = await endOf(sealed, entry, end);
  }
  const gap = (await directoryOf(sealed)) - end;
  if (gap !== 0 && !descriptorLengths.includes(gap)) throw new PackageRefusal('damaged', 'something lies after the last file of the zip');
  return entries;
}

/** Where the list of the zip begins, by the record that ends it: it has no comment, and nothing comes after it. */
async function directoryOf(sealed: Sealed): Promise<number> {
  const viewOf = async (at: number, length: number): Promise<DataView> => {
    const bytes = await sealed.readUint8Array(at, length);
    if (at < 0 || bytes.length < length) throw new PackageRefusal('damaged', 'the zip has no end');
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  };
  const end = await viewOf(sealed.size - 22, 22);
  if (end.getUint32(0) !== 0x504b0506 || end.getUint16(20, true) !== 0) throw new PackageRefusal('damaged', 'the zip does not end where the package ends');
  const at = end.getUint32(16, true);
  if (at !== 0xffffffff) return at;
  const large = Number((await viewOf(sealed.size - 42, 20)).getBigUint64(8, true));
  return Number((await viewOf(large, 56)).getBigUint64(48, true));
}

/**
 * Where an entry ends: nothing may lie between one and the next, and there is no room for anything in what describes it.
 * @param from Where the one before it may have ended: a description after it has several lengths.
 */
async function endOf(sealed: Sealed, entry: FileEntry, from: number): Promise<number> {
  const gap = entry.offset - from;
  if (gap !== 0 && !(from > 0 && descriptorLengths.includes(gap))) throw new PackageRefusal('damaged', 'something lies between the files of the zip');
  const local = await sealed.readUint8Array(entry.offset, localHeaderLength);
  if (local.length < localHeaderLength || entry.rawComment.length > 0) throw new PackageRefusal('damaged', 'a file in the zip is not where it should be, or has a comment');
  const view = new DataView(local.buffer, local.byteOffset, local.length);
  return entry.offset + localHeaderLength + view.getUint16(26, true) + view.getUint16(28, true) + entry.compressedSize;
}

/** Names are of our making, and UTF-8. */
function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new PackageRefusal('name', 'a name is not UTF-8');
  }
}

function requirePlace(name: string): void {
  if (name === consentName || name === readMeName) return;
  const folder = [documentsFolder, receiptsFolder].find((each) => name.startsWith(each));
  if (folder === undefined) {
    // A way out of the folder is told as that.
    const fault = nameFault(name.slice(name.lastIndexOf('/') + 1)) ?? (/(?:^|[/\\])\.{0,2}(?:[/\\]|$)/.test(name) ? 'a part of a name is empty, . or ..' : null);
    throw fault === null ? new PackageRefusal('foreignEntry', name) : new PackageRefusal('name', fault);
  }
  const own = name.slice(folder.length);
  const fault = nameFault(folder === receiptsFolder && own.endsWith(receiptExtension) ? own.slice(0, -receiptExtension.length) : own);
  if (fault !== null) throw new PackageRefusal('name', fault);
  if (folder === receiptsFolder && !own.endsWith(receiptExtension)) throw new PackageRefusal('foreignEntry', name);
}

async function placesOf({ documents }: Consent, entries: Map<string, FileEntry>): Promise<Place[]> {
  const left = new Map(entries);
  const take = (name: string): FileEntry | undefined => {
    const entry = left.get(sameKey(name));
    left.delete(sameKey(name));
    return entry?.filename === name ? entry : undefined;
  };
  take(consentName);
  const readMe = take(readMeName);
  if (readMe && readMe.uncompressedSize > maxReadMeLength) throw new PackageRefusal('foreignEntry', `${readMeName} is longer than ${maxReadMeLength} bytes`);
  const places: Place[] = [];
  for (const document of documents) {
    const entry = take(documentsFolder + document.name);
    if (!entry) throw new PackageRefusal('missing', document.name);
    if (entry.uncompressedSize !== document.length) throw new PackageRefusal('altered', `${document.name} has another length than the consent states`);
    const receipt = document.receipt ? take(receiptsFolder + document.name + receiptExtension) : null;
    if (receipt === undefined) throw new PackageRefusal('missing', document.name + receiptExtension);
    places.push({ document, entry, receipt: receipt && (await readSmall(receipt, maxReceiptLength, 'receiptTooLong')) });
  }
  for (const { filename } of left.values()) throw new PackageRefusal('unnamed', filename);
  return places;
}

async function readSmall(entry: FileEntry, max: number, rule: 'consentTooLong' | 'receiptTooLong'): Promise<Bytes> {
  const refusal = (): PackageRefusal => new PackageRefusal(rule, `${entry.filename} is longer than ${max} bytes`);
  if (entry.uncompressedSize > max) throw refusal();
  let length = 0;
  const parts: Uint8Array[] = [];
  await entry.getData(
    new WritableStream<Uint8Array>({
      write(piece) {
        length += piece.length;
        if (length > max) throw refusal();
        parts.push(piece);
      },
    }),
    { checkCrc32: true, strictness: 'strict' },
  );
  return concat(...parts);
}

function asRefusal(error: unknown): unknown {
  if (error instanceof PackageRefusal) return error;
  return new PackageRefusal('damaged', error instanceof Error ? error.message : String(error));
}
