// Makes a package: a zip of the consent, the documents and their receipts, sealed to the receiver while it is written, so that
// nothing readable is ever written down and nothing is held but a piece at a time.

import { BlobReader, configure, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-custom.js';
import { Encrypter } from 'age-encryption';
import { createSHA256 } from 'hash-wasm';
import { type Bytes, utf8 } from '../log/bytes';
import { receiptExtension } from '../receipt/receipt';
import type { Consent } from './consent';
import { consentName, documentsFolder, maxPackageLength, maxReceiptLength, readMeName, receiptsFolder } from './limits';
import readMe from '../../../Sdk/Handovers/READ-ME.txt?raw';
import { PackageRefusal } from './refusal';

configure({ useWebWorkers: false });

/** A document as it is put into a package, in the order of the consent. */
export interface Packed {
  readonly file: Blob;
  /** Null where there is none. */
  readonly receipt: Bytes | null;
}

/** Where a sealed package goes to. */
export interface Sink {
  write(piece: Uint8Array<ArrayBuffer>): Promise<void>;
}

export interface SealedPackage {
  readonly length: number;
  /** SHA-256, hex: what the log commits to. */
  readonly digest: string;
}

/**
 * @param progress Told how many bytes of documents are sealed.
 * @throws PackageRefusal A document is not what the consent says it is, or the package becomes longer than may be sent.
 */
export async function seal(consent: Consent, bytes: Bytes, packed: readonly Packed[], sink: Sink, progress: (sealed: number) => void): Promise<SealedPackage> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(consent.receiver.encryptionKey);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const hash = await createSHA256();
  hash.init();
  let length = 0;
  const out = new WritableStream<Uint8Array<ArrayBuffer>>({
    async write(piece) {
      length += piece.length;
      if (length > maxPackageLength) throw new PackageRefusal('noRoom', `a package has at most ${maxPackageLength} bytes`);
      hash.update(piece);
      await sink.write(piece);
    },
  });
  const sealing = encrypter.encrypt(readable).then((sealed) => (sealed as ReadableStream<Uint8Array<ArrayBuffer>>).pipeTo(out));
  const zipping = zip(consent, bytes, packed, writable, progress);
  const [zipped, piped] = await Promise.allSettled([zipping, sealing]);
  // Where one ends early, so does the other; what the cause was is said by the one that has words for it.
  const failures = [zipped, piped].flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
  if (failures.length > 0) throw failures.find((each) => each instanceof PackageRefusal) ?? failures[0];
  return { length, digest: hash.digest('hex') };
}

async function zip(consent: Consent, bytes: Bytes, packed: readonly Packed[], writable: WritableStream<Uint8Array>, progress: (sealed: number) => void): Promise<void> {
  let sealed = 0;
  // Zip files know local times only; all are the same, so that a package does not tell when its documents were made.
  const lastModDate = new Date(consent.givenAt);
  const writer = new ZipWriter(writable, { level: 0, lastModDate, extendedTimestamp: false });
  try {
    await writer.add(consentName, new Uint8ArrayReader(bytes));
    await writer.add(readMeName, new Uint8ArrayReader(utf8(readMe)));
    for (const [i, { name, digest, length }] of consent.documents.entries()) {
      const { file, receipt } = packed[i]!;
      const watch = await Watched.of(file, (piece) => progress((sealed += piece)));
      await writer.add(documentsFolder + name, watch.reader);
      // A file that changed since it was checked is another document.
      if (file.size !== length || `sha-256:${watch.digest()}` !== digest) throw new PackageRefusal('altered', `${name} is not the file that was checked`);
      if (receipt === null) continue;
      if (receipt.length > maxReceiptLength) throw new PackageRefusal('receiptTooLong', `the receipt of ${name} is longer than ${maxReceiptLength} bytes`);
      await writer.add(receiptsFolder + name + receiptExtension, new Uint8ArrayReader(receipt));
    }
    await writer.close();
  } catch (error) {
    await writable.abort(error).catch(() => undefined);
    if (error instanceof DOMException) throw new PackageRefusal('altered', error.message);
    throw error;
  }
}

/** A file that is hashed as it is read. */
class Watched {
  private constructor(
    readonly reader: BlobReader,
    readonly digest: () => string,
  ) {}

  static async of(file: Blob, read: (length: number) => void): Promise<Watched> {
    const hash = await createSHA256();
    hash.init();
    const reader = new BlobReader(file);
    const plain = reader.createReadable.bind(reader);
    reader.createReadable = (options) =>
      plain(options).pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(piece, controller) {
            hash.update(piece);
            read(piece.length);
            controller.enqueue(piece);
          },
        }),
      );
    return new Watched(reader, () => hash.digest('hex'));
  }
}
