// What this browser keeps of the log: short texts in its storage, the one that may be long in a database.

import { Memory, statusPlace, type Store } from './memory.js';

// Private windows may forbid storage; what was kept then holds for this visit.
const visit = new Map<string, string>();

const short: Store = {
  read(place) {
    try {
      return visit.get(place) ?? localStorage.getItem(place);
    } catch {
      return null;
    }
  },
  write(place, text) {
    try {
      if (text === null) localStorage.removeItem(place);
      else localStorage.setItem(place, text);
      visit.delete(place);
    } catch {
      if (text === null) visit.delete(place);
      else visit.set(place, text);
    }
  },
};

const tableName = 'texts';

const long: Store = {
  async read(place) {
    if (visit.has(place)) return visit.get(place)!;
    try {
      const text: unknown = await inTable('readonly', (table) => table.get(place));
      return typeof text === 'string' ? text : null;
    } catch (error) {
      if (error instanceof DOMException) return null;
      throw error;
    }
  },
  async write(place, text) {
    visit.delete(place);
    try {
      await inTable('readwrite', (table) => (text === null ? table.delete(place) : table.put(text, place)));
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      if (text !== null) visit.set(place, text);
    }
  },
};

async function inTable(mode: IDBTransactionMode, use: (table: IDBObjectStore) => IDBRequest): Promise<unknown> {
  const opening = indexedDB.open('truecopy', 1);
  opening.addEventListener('upgradeneeded', () => void opening.result.createObjectStore(tableName));
  const database = await done(opening);
  try {
    return await done(use(database.transaction(tableName, mode).objectStore(tableName)));
  } finally {
    database.close();
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new DOMException()));
  });
}

/** The page's memory. */
export const memory = new Memory({
  read: (place) => (place === statusPlace ? long : short).read(place),
  write: (place, text) => (place === statusPlace ? long : short).write(place, text),
});
