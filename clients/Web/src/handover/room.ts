// Where a sealed package is put while it is made or fetched: the browser's own file system for this page, so that its size is
// no matter of memory; where there is none, memory, up to what that may hold.

import { concat } from '../log/bytes';
import { PackageRefusal } from './refusal';
import type { Sink } from './seal';

const folderName = 'handovers';
/** Held while there is anything in the folder that is in use, in any window. */
const lockName = 'truecopy.handovers';

/** The longest package where the browser has no files to write to, in bytes. */
export const maxInMemory = 256 * 2 ** 20;

/** Room for one file. */
export interface Room extends Sink {
  /** Whether it is a file, and not memory. */
  readonly isFile: boolean;
  /** What was written, once all is. */
  finish(): Promise<File>;
  /** Gives the room back; what was finished is gone then. */
  free(): Promise<void>;
}

/**
 * @param length How long it becomes at least, so that what has no room is refused before the work and not after it.
 * @param maxLength The longest package in memory.
 * @throws PackageRefusal There is no room.
 */
export async function takeRoom(length: number, maxLength = maxInMemory): Promise<Room> {
  const folder = await folderOf();
  const free = folder === null ? maxLength : await freeSpace();
  if (length > free) throw new PackageRefusal('noRoom', `this browser has room for ${free} bytes`);
  if (folder === null) return new Memory(maxLength);
  const release = await hold();
  try {
    const name = `${crypto.randomUUID()}.truecopy`;
    const handle = await folder.getFileHandle(name, { create: true });
    return new OwnFile(folder, name, handle, await fitting(handle.createWritable()), release);
  } catch (error) {
    release();
    throw error;
  }
}

/** What the browser still gives this page, as far as it says: of a private window, which has a few gigabytes, it says what others have. */
async function freeSpace(): Promise<number> {
  const { quota, usage } = await navigator.storage.estimate();
  return quota === undefined ? Infinity : Math.max(0, quota - (usage ?? 0));
}

/** Any step of writing may be the one that finds no room, the last as well. */
async function fitting<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'QuotaExceededError') throw new PackageRefusal('noRoom', error.message);
    throw error;
  }
}

/** @returns What lets go. */
function hold(): Promise<() => void> {
  return new Promise((held) => {
    void navigator.locks.request(lockName, { mode: 'shared' }, () => new Promise<void>((release) => held(release)));
  });
}

/** Takes back what earlier visits left. To be called before room is taken. */
export async function clearRooms(): Promise<void> {
  const { storage } = navigator as Partial<Navigator>;
  if (storage === undefined || !('getDirectory' in storage)) return;
  // A page in another window may be writing.
  await navigator.locks.request(lockName, { ifAvailable: true }, async (lock) => {
    if (lock === null) return;
    try {
      await (await storage.getDirectory()).removeEntry(folderName, { recursive: true });
    } catch (error) {
      // There was none, or it may not be had.
      if (!(error instanceof DOMException)) throw error;
    }
  });
}

async function folderOf(): Promise<FileSystemDirectoryHandle | null> {
  const { storage } = navigator as Partial<Navigator>;
  if (storage === undefined || !('getDirectory' in storage) || !('createWritable' in FileSystemFileHandle.prototype)) return null;
  try {
    return await (await storage.getDirectory()).getDirectoryHandle(folderName, { create: true });
  } catch (error) {
    // Private windows have none.
    if (!(error instanceof DOMException)) throw error;
    return null;
  }
}

/** Each write to a file is a word with another process, so that small pieces are gathered. */
const writeLength = 2 ** 20;

class OwnFile implements Room {
  readonly isFile = true;
  private ended = false;
  private gathered: Uint8Array<ArrayBuffer>[] = [];
  private length = 0;

  constructor(
    private readonly folder: FileSystemDirectoryHandle,
    private readonly name: string,
    private readonly handle: FileSystemFileHandle,
    private readonly writable: FileSystemWritableFileStream,
    private readonly release: () => void,
  ) {}

  async write(piece: Uint8Array<ArrayBuffer>): Promise<void> {
    this.gathered.push(piece);
    this.length += piece.length;
    if (this.length >= writeLength) await this.flush();
  }

  private async flush(): Promise<void> {
    const pieces = this.gathered;
    this.gathered = [];
    this.length = 0;
    await fitting(this.writable.write(concat(...pieces)));
  }

  async finish(): Promise<File> {
    await this.flush();
    await fitting(this.writable.close());
    this.ended = true;
    return this.handle.getFile();
  }

  async free(): Promise<void> {
    if (!this.ended) await this.writable.abort();
    this.ended = true;
    try {
      await this.folder.removeEntry(this.name);
    } catch (error) {
      // It is gone already.
      if (!(error instanceof DOMException)) throw error;
    } finally {
      this.release();
    }
  }
}

class Memory implements Room {
  readonly isFile = false;
  private pieces: Blob[] = [];
  private length = 0;

  constructor(private readonly maxLength: number) {}

  write(piece: Uint8Array<ArrayBuffer>): Promise<void> {
    this.length += piece.length;
    if (this.length > this.maxLength) return Promise.reject(new PackageRefusal('noRoom', `this browser has room for ${this.maxLength} bytes`));
    this.pieces.push(new Blob([piece]));
    return Promise.resolve();
  }

  finish(): Promise<File> {
    return Promise.resolve(new File(this.pieces, 'package.truecopy'));
  }

  free(): Promise<void> {
    this.pieces = [];
    return Promise.resolve();
  }
}
