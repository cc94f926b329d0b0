// What a drop, a paste or a choice brings: files, and folders to be walked.

/** A file, and its name with the folders that it is in. */
export interface Given {
  readonly file: File;
  readonly name: string;
}

export interface GivenFiles {
  readonly files: readonly Given[];
  /** Whether there were more than are taken. */
  readonly tooMany: boolean;
  /** How many files that no person made were left out. */
  readonly leftOut: number;
  /** How many folders could not be read. */
  readonly unreadable: number;
}

/** The most files that are taken at once. */
export const maxFiles = 10_000;
/** Deeper folders are left out: links may lead in circles. */
const maxDepth = 64;

// What operating systems add to folders and archives by themselves.
const systemFiles = /(?:^|\/)(?:\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$|(?:^|\/)__MACOSX\//;

export function isSystemFile(name: string): boolean {
  return systemFiles.test(name);
}

export function chosenFiles(files: Iterable<File>): GivenFiles {
  const gathering = new Gathering();
  for (const file of files) gathering.take(file, file.webkitRelativePath || file.name);
  return gathering.result();
}

/** Walks the folders in a drop. To be called while the drop is told of: afterwards the browser forgets what it was. */
export function droppedFiles(transfer: DataTransfer): Promise<GivenFiles> {
  const entries = [...transfer.items].filter(({ kind }) => kind === 'file').flatMap((item) => item.webkitGetAsEntry() ?? []);
  // A drop that a program made has no entries.
  if (entries.length === 0) return Promise.resolve(chosenFiles(transfer.files));
  const files = [...transfer.files];
  return walk(entries, files);
}

async function walk(entries: readonly FileSystemEntry[], files: readonly File[]): Promise<GivenFiles> {
  const gathering = new Gathering();
  for (const [i, entry] of entries.entries()) {
    // What was dropped itself is at hand, even where the browser would not read it again.
    const file = files.length === entries.length ? files[i] : undefined;
    if (entry.isFile && file) gathering.take(file, file.name);
    else await visit(entry, gathering, 0);
  }
  return gathering.result();
}

async function visit(entry: FileSystemEntry, gathering: Gathering, depth: number): Promise<void> {
  if (gathering.isFull()) return;
  try {
    if (isFile(entry)) {
      gathering.take(await new Promise<File>((done, failed) => entry.file(done, failed)), entry.fullPath.replace(/^\//, ''));
    } else if (depth < maxDepth) {
      const reader = (entry as FileSystemDirectoryEntry).createReader();
      const next = (): Promise<FileSystemEntry[]> => new Promise((done, failed) => reader.readEntries(done, failed));
      // A reader hands out a hundred at a time.
      for (let some = await next(); some.length > 0 && !gathering.isFull(); some = await next()) {
        for (const each of some) await visit(each, gathering, depth + 1);
      }
    } else {
      gathering.unreadable++;
    }
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    gathering.unreadable++;
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

class Gathering {
  private readonly files: Given[] = [];
  private tooMany = false;
  private leftOut = 0;
  unreadable = 0;

  isFull(): boolean {
    return this.tooMany;
  }

  take(file: File, name: string): void {
    if (isSystemFile(name)) this.leftOut++;
    else if (this.files.length === maxFiles) this.tooMany = true;
    else this.files.push({ file, name });
  }

  result(): GivenFiles {
    const { files, tooMany, leftOut, unreadable } = this;
    return { files, tooMany, leftOut, unreadable };
  }
}
