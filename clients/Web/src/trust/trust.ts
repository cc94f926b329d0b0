// Which keys the log is held to. A key that the service itself names proves only that the service agrees with itself, so
// the first keys that are met are remembered, and others later count only if the log proves them. A key in the page's link
// is a claim: whoever made the link chose it.

import { FormatError } from '../log/bytes.js';
import type { Checkpoint } from '../log/checkpoint.js';
import { parseVerifierKey, type VerifierKey } from '../log/note.js';
import type { Keys } from '../service/answers.js';
import { sameKeys, walkKeys } from './chain.js';
import type { Memory } from './memory.js';

/** Why nothing counts until the user has settled it. */
export type Doubt =
  /** The service names keys that its log does not prove from those that are known. */
  | { readonly kind: 'changed'; readonly offered: readonly string[] }
  /** The link brings a key that is not among those which are known here, or which the service names. */
  | { readonly kind: 'link'; readonly linked: readonly string[]; readonly offered: readonly string[] }
  | { readonly kind: 'badLink'; readonly text: string };

/** The keys that checks are made with, and how they are known. */
export interface Held {
  /** In force; empty until a key is met. */
  readonly keys: readonly VerifierKey[];
  /** Were in force until others took over: good for receipts from that time. */
  readonly retired: readonly VerifierKey[];
  /** Index of the entry that lists them; null where they come from elsewhere. */
  readonly announced: number | null;
  readonly source: 'link' | 'remembered' | 'none';
  /** Since when they are remembered. */
  readonly since: string | null;
  /** Whether they were taken over from the service itself in this visit: nobody has compared them yet. */
  readonly isNew: boolean;
  /** Whether something else than a link speaks for them. */
  readonly confirmed: boolean;
}

const nothing: Held = { keys: [], retired: [], announced: null, source: 'none', since: null, isNew: false, confirmed: true };

export class Trust {
  private constructor(
    readonly held: Held,
    /** The link's keys, as long as it is open whether they are the log's. */
    readonly linked: readonly VerifierKey[],
    readonly doubt: Doubt | null,
    /** Whether keys were learned in this visit, from the log. */
    readonly learned: boolean,
    private readonly memory: Memory,
  ) {}

  /** What is remembered, beside what a link claims. */
  static async load(linked: readonly string[], memory: Memory): Promise<Trust> {
    const held = await recall(memory);
    if (linked.length === 0) return new Trust(held, [], null, false, memory);
    try {
      const keys = await parse(linked);
      if (held.keys.length === 0) return new Trust({ ...nothing, keys, source: 'link', confirmed: false }, keys, null, false, memory);
      return new Trust(held, areAmong(keys, held) ? [] : keys, null, false, memory);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return new Trust(held, [], { kind: 'badLink', text: error.message }, false, memory);
    }
  }

  /** Whether the link's keys are still to be compared. */
  get isOpen(): boolean {
    return this.linked.length > 0;
  }

  /**
   * Meets the keys that the service names: the first are remembered; others are learned if the log proves them.
   * @param goesOn Whether a checkpoint that proves keys and what was seen of the log are states of one log.
   * @throws FormatError The service names none, or something else.
   */
  async meet(served: Keys, goesOn: (step: Checkpoint) => Promise<boolean>): Promise<Trust> {
    if (this.doubt?.kind === 'badLink') return this;
    const { held } = this;
    const offered = await parse(served.verifierKeys);
    if (held.keys.length > 0 && held.confirmed && sameKeys(held.keys, offered)) return this.with(held, this.learned);

    const { keys, announced, former, steps, fault } = await walkKeys(held.keys, held.announced, served);
    if (held.keys.length === 0) {
      if (fault !== null) throw new FormatError(fault);
      return this.with(await remember({ ...nothing, keys, announced, isNew: true }, this.memory), false);
    }
    if (fault !== null || !(await areAll(steps, goesOn))) {
      const doubt: Doubt = held.confirmed
        ? { kind: 'changed', offered: served.verifierKeys }
        : { kind: 'link', linked: linesOf(held.keys), offered: served.verifierKeys };
      return new Trust(held, this.linked, doubt, this.learned, this.memory);
    }
    const retired = [...held.retired, ...former].filter((key) => !isAmong(key, keys));
    if (!held.confirmed) return this.with({ ...(await remember({ ...nothing, keys, announced, retired, isNew: true }, this.memory)), source: 'link' }, false);
    return this.with(await remember({ ...nothing, keys, announced, retired }, this.memory), this.learned || former.length > 0);
  }

  /** Holds the link's keys to those that are known now. */
  private with(held: Held, learned: boolean): Trust {
    if (areAmong(this.linked, held)) return new Trust(held, [], null, learned, this.memory);
    return new Trust(held, this.linked, { kind: 'link', linked: linesOf(this.linked), offered: linesOf(held.keys) }, learned, this.memory);
  }

  /** The service cannot be asked: a link's key that is not known here stays unproven. */
  alone(): Trust {
    if (!this.isOpen || this.doubt !== null || !this.held.confirmed) return this;
    return new Trust(this.held, this.linked, { kind: 'link', linked: linesOf(this.linked), offered: linesOf(this.held.keys) }, this.learned, this.memory);
  }

  /** The user gives the key, got by a way that is trusted. */
  static async give(line: string, memory: Memory): Promise<Trust> {
    return new Trust(await remember({ ...nothing, keys: await parse([line]) }, memory), [], null, false, memory);
  }

  /** The user has confirmed the offered keys elsewhere: from now on they count, and what was known no longer does. */
  async accept(): Promise<Trust> {
    if (this.doubt?.kind !== 'changed') return this;
    const keys = await parse(this.doubt.offered);
    await this.memory.rememberSeen(null);
    return new Trust(await remember({ ...nothing, keys }, this.memory), [], null, false, this.memory);
  }
}

/** What is remembered; nothing where that is damaged. */
async function recall(memory: Memory): Promise<Held> {
  const remembered = await memory.keys();
  if (remembered === null) return nothing;
  try {
    const { announced, since } = remembered;
    return { ...nothing, keys: await parse(remembered.keys), retired: await parse(remembered.retired), announced, source: 'remembered', since };
  } catch (error) {
    if (error instanceof FormatError) return nothing;
    throw error;
  }
}

async function remember(met: Held, memory: Memory): Promise<Held> {
  const since = new Date().toISOString();
  await memory.rememberKeys({ keys: linesOf(met.keys), retired: linesOf(met.retired), since, announced: met.announced });
  return { ...met, source: 'remembered', since };
}

async function areAll(steps: readonly Checkpoint[], goesOn: (step: Checkpoint) => Promise<boolean>): Promise<boolean> {
  for (const step of steps) if (!(await goesOn(step))) return false;
  return true;
}

function parse(lines: readonly string[]): Promise<VerifierKey[]> {
  return Promise.all(lines.map(parseVerifierKey));
}

function linesOf(keys: readonly VerifierKey[]): string[] {
  return keys.map((key) => key.line);
}

function isAmong(key: VerifierKey, keys: readonly VerifierKey[]): boolean {
  return keys.some(({ line }) => line === key.line);
}

function areAmong(keys: readonly VerifierKey[], { keys: current, retired }: Held): boolean {
  return keys.every((key) => isAmong(key, [...current, ...retired]));
}
