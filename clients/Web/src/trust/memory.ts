// What is kept of the log from one visit to the next.

import { type Bytes, decodeBase64, encodeBase64, FormatError, utf8 } from '../log/bytes.js';
import { parseCheckpoint } from '../log/checkpoint.js';
import { parseNote } from '../log/note.js';
import type { Seen } from './continuity.js';

/** Where texts are kept from one visit to the next: a few, of a few kilobytes as a rule. */
export interface Store {
  /** @returns What was written last; null where there is nothing. */
  read(place: string): string | null | Promise<string | null>;
  /** @param text Null: nothing is kept from now on. */
  write(place: string, text: string | null): void | Promise<void>;
}

export interface RememberedKeys {
  /** In force. */
  readonly keys: readonly string[];
  /** Signed until others took over; good for receipts from that time. */
  readonly retired: readonly string[];
  readonly since: string;
  /** Index of the entry that lists them; null where they come from elsewhere. */
  readonly announced: number | null;
}

export interface RememberedPolicy {
  readonly file: Bytes;
  /** Who gave it: it was given by hand, or taken from the service. */
  readonly source: 'file' | 'service';
  readonly since: string;
}

const keysPlace = 'truecopy.keys';
const seenPlace = 'truecopy.seen';
const policyPlace = 'truecopy.policy';
const maxAgePlace = 'truecopy.maxAge';
/** The one that may be long: some hundred kilobytes, or megabytes where much was revoked. */
export const statusPlace = 'truecopy.status';

/** The keys, the policy and the largest checkpoint of one log. Where what is kept is damaged, nothing is remembered: the keys are then met as new. */
export class Memory {
  constructor(private readonly store: Store) {}

  /** For as long as the program runs. */
  static ofThisRun(): Memory {
    const kept = new Map<string, string | null>();
    return new Memory({ read: (place) => kept.get(place) ?? null, write: (place, text) => void kept.set(place, text) });
  }

  async keys(): Promise<RememberedKeys | null> {
    const value = await this.read<RememberedKeys>(keysPlace);
    if (!value || !isLines(value.keys) || value.keys.length === 0 || !isTime(value.since)) return null;
    const retired = isLines(value.retired) ? value.retired : [];
    return { keys: value.keys, retired, since: value.since, announced: Number.isSafeInteger(value.announced) ? value.announced! : null };
  }

  async rememberKeys(keys: RememberedKeys): Promise<void> {
    await this.store.write(keysPlace, JSON.stringify(keys));
  }

  async policy(): Promise<RememberedPolicy | null> {
    const value = await this.read<Record<keyof RememberedPolicy, string>>(policyPlace);
    if (!value || typeof value.file !== 'string' || (value.source !== 'file' && value.source !== 'service') || !isTime(value.since)) return null;
    try {
      return { file: decodeBase64(value.file, 'policy'), source: value.source, since: value.since };
    } catch (error) {
      if (error instanceof FormatError) return null;
      throw error;
    }
  }

  /** @param policy Null: the service's of now is taken anew. */
  async rememberPolicy(policy: RememberedPolicy | null): Promise<void> {
    await this.store.write(policyPlace, policy && JSON.stringify({ ...policy, file: encodeBase64(policy.file) }));
  }

  /** The largest checkpoint that was seen. */
  async seen(): Promise<Seen | null> {
    const value = await this.read<Seen>(seenPlace);
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
  async rememberSeen(seen: Seen | null): Promise<void> {
    await this.store.write(seenPlace, seen && JSON.stringify(seen));
  }

  /** How long ago witnesses may have seen what an answer stands on, in milliseconds; null where nothing was chosen. */
  async maxAge(): Promise<number | null> {
    const value = Number(await this.store.read(maxAgePlace));
    return Number.isSafeInteger(value) && value > 0 ? value : null;
  }

  async rememberMaxAge(maxAge: number): Promise<void> {
    await this.store.write(maxAgePlace, `${maxAge}`);
  }

  /** The status of every document, where it is kept: what `Kept` makes of it, held to nothing yet. */
  async status(): Promise<string | null> {
    return this.store.read(statusPlace);
  }

  /** @param text Null: it is kept no more. */
  async rememberStatus(text: string | null): Promise<void> {
    await this.store.write(statusPlace, text);
  }

  private async read<T>(place: string): Promise<Partial<T> | null> {
    const text = await this.store.read(place);
    if (text === null) return null;
    try {
      const value: unknown = JSON.parse(text);
      return typeof value === 'object' ? value : null;
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }
}

function isLines(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((line) => typeof line === 'string');
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}
