// What this browser keeps of the log from one visit to the next.

import { FormatError, utf8 } from '../log/bytes';
import { parseCheckpoint } from '../log/checkpoint';
import { parseNote } from '../log/note';
import type { Seen } from './continuity';

export interface RememberedKeys {
  /** In force. */
  readonly keys: readonly string[];
  /** Signed until others took over; good for receipts from that time. */
  readonly retired: readonly string[];
  readonly since: string;
  /** Index of the entry that lists them; null where they come from elsewhere. */
  readonly announced: number | null;
}

const keysPlace = 'truecopy.keys';
const seenPlace = 'truecopy.seen';

// Private windows may forbid storage; what was kept then holds for this visit.
const visit = new Map<string, string>();

export function rememberedKeys(): RememberedKeys | null {
  const value = read<RememberedKeys>(keysPlace);
  if (!value || !isLines(value.keys) || value.keys.length === 0 || !isTime(value.since)) return null;
  const retired = isLines(value.retired) ? value.retired : [];
  return { keys: value.keys, retired, since: value.since, announced: Number.isSafeInteger(value.announced) ? value.announced! : null };
}

export function rememberKeys(keys: RememberedKeys): void {
  write(keysPlace, JSON.stringify(keys));
}

export function seenCheckpoint(): Seen | null {
  const value = read<Seen>(seenPlace);
  if (!value || typeof value.note !== 'string' || !isTime(value.at)) return null;
  try {
    parseCheckpoint(parseNote(utf8(value.note)).text);
    return { note: value.note, at: value.at };
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

/** @param seen Null once the user has confirmed other keys: another log, or one that begins anew. */
export function rememberSeen(seen: Seen | null): void {
  write(seenPlace, seen && JSON.stringify(seen));
}

// Storage that is damaged remembers nothing; the page then says that the key is new.
function read<T>(place: string): Partial<T> | null {
  try {
    const value: unknown = JSON.parse(visit.get(place) ?? localStorage.getItem(place) ?? 'null');
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

function write(place: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(place);
    else localStorage.setItem(place, value);
    visit.delete(place);
  } catch {
    if (value === null) visit.delete(place);
    else visit.set(place, value);
  }
}

function isLines(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((line) => typeof line === 'string');
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}
