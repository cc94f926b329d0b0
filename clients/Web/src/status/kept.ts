// The status of every document, kept on this computer: receipts are then checked without the network, current to the minute that it
// says, and nobody learns which documents are held.

import { decodeBase64, encodeBase64, equal, FormatError, utf8 } from '../log/bytes.js';
import { type Checkpoint, parseCheckpoint } from '../log/checkpoint.js';
import { parseNote, signersOf } from '../log/note.js';
import { presenceFault, weigh, type Weighed } from '../log/policy.js';
import { openCheckpoint, signatureFault } from '../receipt/check.js';
import { openStatusEntry, pagesOf, parsePath, type Status, type StatusEntry } from '../receipt/standing.js';
import type { StatusAnswer } from '../service/answers.js';
import type { Service } from '../service/http.js';
import type { Verifier } from '../service/verifier.js';
import type { Fault } from '../trust/continuity.js';
import type { Memory } from '../trust/memory.js';
import { decodePages, encodePages, type Pages, rootOf, statusAt, withChanges } from './pages.js';

/** The status of a log as of a checkpoint; its root was compared. */
interface Whole {
  readonly note: string;
  readonly checkpoint: Checkpoint;
  readonly entry: StatusEntry;
  readonly pages: Pages;
  /** When it was fetched, by this computer's clock: milliseconds since 1970. */
  readonly fetchedAt: number;
  /** As it is kept. */
  readonly text: string;
}

/** What is kept, by the keys and the policy of now. */
export interface Known {
  /** How many entries it is about. */
  readonly covers: number;
  /** As of when it is current: when the policy's witnesses saw it last; where there are none, when it was fetched. Milliseconds since 1970. */
  readonly asOf: number;
  /** Whether witnesses vouch for that. */
  readonly isWitnessed: boolean;
  /** Of what is kept, in bytes. */
  readonly length: number;
  /** Of the issue at that index; null where it is younger. */
  statusOf(index: bigint): Status | null;
}

export class Kept {
  private whole: Promise<Whole | null> | null = null;
  private updating: Promise<Fault | null> | null = null;

  constructor(
    private readonly service: Service,
    private readonly verifier: Verifier,
    private readonly memory: Memory,
  ) {}

  /** What is kept and holds by the keys and the policy that are known; null where there is nothing. */
  async known(): Promise<Known | null> {
    const whole = await (this.whole ??= this.load());
    if (whole === null) return null;
    try {
      const { checkpoint, entry, pages, fetchedAt, text } = whole;
      const note = parseNote(utf8(whole.note));
      const { keys } = this.verifier;
      if (keys.length === 0 || signatureFault(checkpoint, await signersOf(note, keys), keys) !== null) return null;
      const weighed = await this.weigh(whole.note);
      if (weighed !== null && !weighed.isMet) return null;
      const seenAt = weighed?.seenAt ?? null;
      return {
        covers: entry.covers,
        asOf: seenAt ?? fetchedAt,
        isWitnessed: seenAt !== null,
        length: text.length,
        statusOf: (index) => (index < BigInt(entry.covers) ? statusAt(pages, Number(index), entry.from) : null),
      };
    } catch (error) {
      if (error instanceof FormatError) return null;
      throw error;
    }
  }

  /**
   * Fetches what changed, or all where nothing is kept. Only what holds is kept, and never an older one.
   * @returns What is wrong with what came; null if nothing is.
   * @throws ServiceFailure Nothing came.
   */
  update(): Promise<Fault | null> {
    return (this.updating ??= this.updateNow().finally(() => (this.updating = null)));
  }

  async forget(): Promise<void> {
    this.whole = Promise.resolve(null);
    await this.memory.rememberStatus(null);
  }

  private async updateNow(): Promise<Fault | null> {
    await this.verifier.meet();
    const doubted = this.verifier.doubtedNow();
    if (doubted !== null) return doubted;
    const before = await (this.whole ??= this.load());
    try {
      const next = await this.fetch(before);
      const weighed = await this.weigh(next.note);
      const absent = weighed && presenceFault(weighed, next.fetchedAt, this.verifier.maxAge);
      if (absent !== null) return { kind: 'unwitnessed', text: absent };
      const fault = await this.verifier.goOnFrom(utf8(next.note));
      if (fault !== null) return fault;
      // An instance of the service may lag for a moment; what is known of later stays.
      if (before !== null && (await this.isOlder(next, before))) return null;
      await this.memory.rememberStatus(next.text);
      this.whole = Promise.resolve(next);
      return null;
    } catch (error) {
      if (error instanceof FormatError) return { kind: 'standing', text: error.message };
      throw error;
    }
  }

  /** @throws FormatError What came does not hold. */
  private async fetch(before: Whole | null): Promise<Whole> {
    const { keys } = this.verifier.trust.held;
    const open = async (answer: StatusAnswer): Promise<Whole> => {
      const { checkpoint } = await openCheckpoint(utf8(answer.checkpoint), keys);
      return wholeOf(answer, checkpoint, answer.since === 0 || before === null ? new Map() : before.pages, Date.now());
    };
    const changes = await this.service.status(before?.entry.covers ?? 0);
    if (changes.since === 0) return open(changes);
    try {
      return await open(changes);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      // What is kept may be another log's, or damaged: once more from the beginning.
      return open(await this.service.status(0));
    }
  }

  private async isOlder(one: Whole, other: Whole): Promise<boolean> {
    if (one.entry.covers !== other.entry.covers) return one.entry.covers < other.entry.covers;
    const [seen, otherSeen] = [await this.weigh(one.note), await this.weigh(other.note)];
    return (seen?.seenAt ?? 0) < (otherSeen?.seenAt ?? 0);
  }

  private async weigh(note: string): Promise<Weighed | null> {
    const { policy } = this.verifier.oversight.held;
    return policy === null ? null : weigh(parseNote(utf8(note)), policy, Date.now());
  }

  /** What was kept; nothing where that is damaged. */
  private async load(): Promise<Whole | null> {
    const text = await this.memory.status();
    if (text === null) return null;
    try {
      const { checkpoint, entry, path, pages, fetchedAt } = (JSON.parse(text) ?? {}) as Record<string, unknown>;
      if (typeof checkpoint !== 'string' || typeof entry !== 'string' || typeof path !== 'string' || typeof pages !== 'string') return null;
      const at = Date.parse(String(fetchedAt));
      return Number.isNaN(at) ? null : await wholeOf({ checkpoint, entry, path, since: 0, pages }, parseCheckpoint(parseNote(utf8(checkpoint)).text), new Map(), at);
    } catch (error) {
      if (error instanceof FormatError || error instanceof SyntaxError) return null;
      throw error;
    }
  }
}

/** @throws FormatError */
async function wholeOf(answer: StatusAnswer, checkpoint: Checkpoint, before: Pages, fetchedAt: number): Promise<Whole> {
  const entry = await openStatusEntry(decodeBase64(answer.entry, 'status: the entry'), parsePath(answer.path, 'status: the path'), checkpoint);
  const pages = withChanges(before, decodePages(decodeBase64(answer.pages, 'status: the pages'), pagesOf(entry.covers)));
  if (!equal(await rootOf(pages, entry.covers), entry.root)) throw new FormatError('The pages are not those of the status that the log’s last entry commits to.');
  return { note: answer.checkpoint, checkpoint, entry, pages, fetchedAt, text: textOf(answer, pages, fetchedAt) };
}

/** As the service would answer, and when it did. */
function textOf({ checkpoint, entry, path }: StatusAnswer, pages: Pages, fetchedAt: number): string {
  return JSON.stringify({ checkpoint, entry, path, since: 0, pages: encodeBase64(encodePages(pages)), fetchedAt: new Date(fetchedAt).toISOString() });
}

