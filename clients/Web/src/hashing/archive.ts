// What is in a zip file. Part of the worker, and not loaded when the first is opened: a page that was opened online goes on
// without the network.

import { BlobReader, configure, type FileEntry, ZipReader } from '@zip.js/zip.js/lib/zip-core-custom.js';
import { type ArchiveEntry, Unreadable } from './protocol';

/** The most documents in one archive. */
const maxEntries = 10_000;

/** What an archive may unpack to in any case, in bytes; beyond it, no more than so many times its own size. */
const plainSize = 2 ** 30;
const maxRatio = 200;

// This is a worker already, and the browser inflates.
configure({ useWebWorkers: false });

export class Archive {
  private constructor(
    readonly entries: readonly ArchiveEntry[],
    private readonly files: readonly FileEntry[],
  ) {}

  /**
   * Reads the list of what is in it.
   * @throws Unreadable It is damaged or too large, or other programs could find something else in it.
   */
  static async open(file: File): Promise<Archive> {
    const files: FileEntry[] = [];
    let size = 0;
    try {
      // Whoever unpacks it must find what was checked here. Names only have to be shown.
      const reader = new ZipReader(new BlobReader(file), { strictness: 'strict', filenameValidation: 'tolerant', decodeText });
      for await (const entry of reader.getEntriesGenerator()) {
        if (entry.directory) continue;
        files.push(entry);
        size += entry.uncompressedSize;
        if (files.length > maxEntries) throw new Unreadable('tooLarge', `More than ${maxEntries} files.`);
      }
    } catch (error) {
      throw asUnreadable(error);
    }
    if (size > plainSize && size > maxRatio * file.size) throw new Unreadable('tooLarge', `${file.size} bytes would unpack to ${size}.`);
    return new Archive(files.map(({ filename, uncompressedSize }, entry) => ({ entry, name: filename, size: uncompressedSize })), files);
  }

  /**
   * Unpacks one document, piece by piece.
   * @throws Unreadable It is protected, damaged, or larger than it says.
   */
  async read(index: number, use: (piece: Uint8Array) => void): Promise<void> {
    const entry = this.files[index]!;
    if (entry.encrypted) throw new Unreadable('locked', entry.filename);
    let size = 0;
    const pieces = new WritableStream<Uint8Array>({
      write(piece) {
        size += piece.length;
        if (size > entry.uncompressedSize) throw new Unreadable('tooLarge', `More than the ${entry.uncompressedSize} bytes that the archive names.`);
        use(piece);
      },
    });
    try {
      await entry.getData(pieces, { checkCrc32: true, strictness: 'strict' });
    } catch (error) {
      throw asUnreadable(error);
    }
    if (size !== entry.uncompressedSize) throw new Unreadable('damaged', `${size} bytes where the archive names ${entry.uncompressedSize}.`);
  }
}

/** Names that are not marked as UTF-8 are mostly that or what the country's Windows writes. */
function decodeText(bytes: Uint8Array): string | undefined {
  const own = /^zh-(?:\w+-)?(?:HK|TW|MO|Hant)\b/.test(navigator.language) ? 'big5' : 'gb18030';
  for (const encoding of ['utf-8', own]) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return undefined;
}

function asUnreadable(error: unknown): Unreadable {
  if (error instanceof Unreadable) return error;
  // The file itself could not be read, as any other.
  if (error instanceof DOMException) return new Unreadable('unread', error.message);
  return new Unreadable('damaged', error instanceof Error ? error.message : String(error));
}
