// Holds what the service shows of its log to what this browser has seen of it.

import { FormatError, utf8 } from '../log/bytes.js';
import { type Checkpoint, parseCheckpoint } from '../log/checkpoint.js';
import { extendsTree } from '../log/consistency.js';
import { parseNote } from '../log/note.js';
import type { ReadFile } from '../log/tiles.js';

/** The largest checkpoint that was seen. */
export interface Seen {
  /** The whole note: evidence, should the log ever show another past. */
  readonly note: string;
  /** When it was first seen, by this computer's clock; RFC 3339. */
  readonly at: string;
}

/** Where an answer is not to be relied on: what about it. */
export type FaultKind =
  /** What was said is not what is proven. */
  | 'proof'
  /** How the document stands is not proven, or otherwise than is said. */
  | 'standing'
  /** The service's clock and this computer's differ. */
  | 'clock'
  /** The log is smaller than it was. */
  | 'rollback'
  /** The log does not go on from what it was. */
  | 'fork'
  /** Which keys are the log's is in doubt. */
  | 'key'
  /** Too few of the policy's witnesses have seen the checkpoint, or not lately. */
  | 'unwitnessed'
  /** Which policy the log is to be held to is in doubt. */
  | 'policy';

export interface Fault<Kind extends FaultKind = FaultKind> {
  readonly kind: Kind;
  /** For those who run the register; not translated. */
  readonly text: string;
}

type PastFault = Fault<'rollback' | 'fork'>;

/** How long an instance of the service may show an older checkpoint than another one showed, in milliseconds. */
const lag = 30_000;

/** How far the clocks of service and computer may be apart, in milliseconds. */
const tolerance = 5 * 60_000;

/**
 * Whether an answer is of now. It goes by the time that the answer states and by what was seen before; whoever never saw
 * the log has no more than the former. A proof of freshness by others than the service has its place here.
 */
export function clockFault(checkedAt: string, now: number): Fault | null {
  const stated = Date.parse(checkedAt);
  if (Math.abs(stated - now) <= tolerance) return null;
  return { kind: 'clock', text: `The answer says that it was made at ${checkedAt}; this computer's clock says ${new Date(now).toISOString()}.` };
}

/**
 * Holds a checkpoint, whose signatures were checked, to the largest that was seen.
 * @returns What is seen from now on, or what is wrong.
 */
export async function goOn(seen: Seen | null, checkpoint: Checkpoint, note: string, now: number, read: ReadFile): Promise<Seen | PastFault> {
  const newest = { note, at: new Date(now).toISOString() };
  const before = checkpointOf(seen);
  if (seen === null || before?.origin !== checkpoint.origin) return newest;
  const age = now - Date.parse(seen.at);
  // A clock that was set back tells nothing of how long ago that was.
  if (checkpoint.size < before.size && !(age >= 0 && age < lag)) {
    return { kind: 'rollback', text: `The log has ${checkpoint.size} entries; it had ${before.size} on ${seen.at}.` };
  }
  const fault = await pastFault(before, checkpoint, read);
  return fault ?? (checkpoint.size > before.size ? newest : seen);
}

/** What is wrong with two checkpoints as states of one log: the smaller must be a beginning of the larger. */
export async function pastFault(one: Checkpoint, other: Checkpoint, read: ReadFile): Promise<PastFault | null> {
  const [smaller, larger] = one.size < other.size ? [one, other] : [other, one];
  const forked: PastFault = { kind: 'fork', text: `The log of ${larger.size} entries does not go on from that of ${smaller.size} entries.` };
  try {
    return (await extendsTree(smaller, larger, read)) ? null : forked;
  } catch (error) {
    if (error instanceof FormatError) return { ...forked, text: `${forked.text} ${error.message}` };
    throw error;
  }
}

export function checkpointOf(seen: Seen | null): Checkpoint | null {
  return seen && parseCheckpoint(parseNote(utf8(seen.note)).text);
}

export function isFault(outcome: Seen | PastFault): outcome is PastFault {
  return 'kind' in outcome;
}
