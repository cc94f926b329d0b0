// Which keys the log is held to. A key that the service itself names proves only that the service agrees with itself, so
// the first key that is met is remembered, and another one later is a loud matter. A key in the page's link, got by a way
// that one trusts, goes before what is remembered.

import { FormatError } from '../log/bytes';
import { parseVerifierKey, type VerifierKey } from '../log/note';

export type Meeting = 'first' | 'same' | 'more' | 'changed';

interface Remembered {
  readonly keys: readonly string[];
  readonly since: string;
}

const place = 'truecopy.keys';

export class Trust {
  private constructor(
    /** Empty until a key is met. */
    readonly keys: readonly VerifierKey[],
    readonly source: 'link' | 'remembered' | 'none',
    /** Since when the keys are remembered. */
    readonly since: string | null,
    /** Keys that the service names and this does not know; empty while nothing is wrong. */
    readonly offered: readonly string[],
    readonly meeting: Meeting,
    /** What the link gave as a key, but is none. */
    readonly badLink: string | null,
    /** The link's keys are none of the remembered ones. */
    readonly linkDiffers: boolean,
    /** The keys were taken over from the service itself in this visit: nobody has compared them yet. */
    readonly isNew: boolean,
  ) {}

  static async load(linked: readonly string[]): Promise<Trust> {
    const remembered = read();
    if (linked.length > 0) {
      try {
        const keys = await Promise.all(linked.map(parseVerifierKey));
        const differs = remembered !== null && !linked.some((line) => remembered.keys.includes(line));
        return new Trust(keys, 'link', null, [], 'same', null, differs, false);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        return new Trust([], 'none', null, [], 'first', error.message, false, false);
      }
    }
    if (remembered === null) return new Trust([], 'none', null, [], 'first', null, false, false);
    return new Trust(await Promise.all(remembered.keys.map(parseVerifierKey)), 'remembered', remembered.since, [], 'same', null, false, false);
  }

  /** Meets the keys that the service names: the first are remembered, others are compared with what is known. */
  async meet(lines: readonly string[]): Promise<Trust> {
    if (this.badLink !== null || lines.length === 0) return this;
    const known = new Set(this.keys.map((key) => key.line));
    if (known.size === 0) return Trust.remember(lines, true);
    const unknown = lines.filter((line) => !known.has(line));
    const meeting = unknown.length === 0 || this.source === 'link' && unknown.length < lines.length ? 'same' : unknown.length < lines.length ? 'more' : 'changed';
    return new Trust(this.keys, this.source, this.since, meeting === 'same' ? [] : unknown, meeting, null, this.linkDiffers, this.isNew);
  }

  /** The user gives the key, got by a way that is trusted. */
  static give(line: string): Promise<Trust> {
    return Trust.remember([line], false);
  }

  /** The user has confirmed the offered keys elsewhere: they are remembered, beside the old ones if those still sign. */
  accept(): Promise<Trust> {
    return Trust.remember(this.meeting === 'more' ? [...this.keys.map((key) => key.line), ...this.offered] : this.offered, false);
  }

  private static async remember(lines: readonly string[], isNew: boolean): Promise<Trust> {
    const keys = await Promise.all(lines.map(parseVerifierKey));
    const since = new Date().toISOString();
    write({ keys: lines, since });
    return new Trust(keys, 'remembered', since, [], 'same', null, false, isNew);
  }
}

function read(): Remembered | null {
  try {
    const value = JSON.parse(localStorage.getItem(place) ?? 'null') as Partial<Remembered> | null;
    return value && Array.isArray(value.keys) && value.keys.length > 0 && typeof value.since === 'string' ? (value as Remembered) : null;
  } catch {
    // Storage that is switched off or damaged remembers nothing; the page then says that the key is new.
    return null;
  }
}

function write(remembered: Remembered): void {
  try {
    localStorage.setItem(place, JSON.stringify(remembered));
  } catch {
    // Private windows may forbid it; the key then holds for this visit.
  }
}
