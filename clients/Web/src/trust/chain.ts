// How keys are learned: only from an entry of the log that says so, whose inclusion is proven under keys that are known
// already, and only the set that the entry lists. Anybody can append a line to a note, so that a new key signed beside a
// known one says nothing.

import { decodeBase64, FormatError, utf8 } from '../log/bytes.js';
import type { Checkpoint } from '../log/checkpoint.js';
import { includes, leafHash } from '../log/merkle.js';
import { parseVerifierKey, type VerifierKey } from '../log/note.js';
import { parseProof } from '../log/proof.js';
import { openCheckpoint } from '../receipt/check.js';
import { parseEntry, parseJson } from '../receipt/entry.js';
import type { Keys } from '../service/answers.js';

/** The entry that begins the log, or one that changes its keys, as `/v1/keys` hands it out. */
export interface KeysEntry {
  readonly logIndex: number;
  /** The text of a `.tlog-proof` without an opening, under the first checkpoint that holds the entry. */
  readonly receipt: string;
}

/** Where a walk along the entries ended. */
export interface Walk {
  /** The keys in force; those that were known where nothing is proven. */
  readonly keys: readonly VerifierKey[];
  /** Index of the entry that lists them; null where they come from elsewhere. */
  readonly announced: number | null;
  /** Keys that gave way to others on the way: good for receipts from their time. */
  readonly former: readonly VerifierKey[];
  /** The checkpoint that proved each entry on the way, oldest first. The log has to go on from each of them. */
  readonly steps: readonly Checkpoint[];
  /** Why no way leads from the known keys to those in force; null if one does. */
  readonly fault: string | null;
}

const maxEntries = 1000;
const maxLength = 4 * 1024 * 1024;

/**
 * Walks the entries forward from what is known: each must be proven by the keys of the one before it.
 * @param known Of one log; where empty, the last entry must be proven by the keys that it lists itself.
 * @param announced Index of the entry that listed the known keys; null where they come from elsewhere, and the last entry
 * that they prove is where the way begins.
 */
export async function walkKeys(known: readonly VerifierKey[], announced: number | null, served: Keys): Promise<Walk> {
  try {
    const entries = await readEntries(served);
    const last = entries[entries.length - 1]!;
    if (known.length === 0) {
      return { keys: last.keys, announced: last.logIndex, former: [], steps: [await prove(last, last.keys)], fault: null };
    }
    const from = announced === null ? await lastProvenBy(known, entries) : entries.filter(({ logIndex }) => logIndex <= announced).length;
    let [keys, at] = [known, announced];
    const former: VerifierKey[] = [];
    const steps: Checkpoint[] = [];
    for (const entry of entries.slice(from)) {
      steps.push(await prove(entry, keys));
      former.push(...keys.filter((key) => !entry.keys.some(({ line }) => line === key.line)));
      [keys, at] = [entry.keys, entry.logIndex];
    }
    if (!sameKeys(keys, last.keys)) throw new FormatError('keys: those that are known are not those in force');
    return { keys, announced: at, former, steps, fault: null };
  } catch (error) {
    if (error instanceof FormatError) return { keys: known, announced, former: [], steps: [], fault: error.message };
    throw error;
  }
}

export function sameKeys(a: readonly VerifierKey[], b: readonly VerifierKey[]): boolean {
  const lines = (keys: readonly VerifierKey[]) => new Set(keys.map((key) => key.line));
  const [left, right] = [lines(a), lines(b)];
  return left.size === right.size && [...left].every((line) => right.has(line));
}

type Listed = Awaited<ReturnType<typeof readEntry>>;

async function readEntries({ origin, verifierKeys, entries }: Keys): Promise<Listed[]> {
  if (entries.length === 0) throw new FormatError('keys: no entries');
  if (entries.length > maxEntries) throw new FormatError(`keys: more than ${maxEntries} entries`);
  if (entries.reduce((length, { receipt }) => length + receipt.length, 0) > maxLength) throw new FormatError(`keys: receipts longer than ${maxLength} characters`);
  const listed = await Promise.all(entries.map(readEntry));
  if (listed.some(({ logIndex }, i) => i > 0 && logIndex <= listed[i - 1]!.logIndex)) throw new FormatError('keys: entries not in the order of the log');
  if (listed.some(({ keys }) => keys[0]!.name !== origin)) throw new FormatError('keys: an entry lists the keys of another log');
  if (!sameKeys(listed[listed.length - 1]!.keys, await Promise.all(verifierKeys.map(parseVerifierKey)))) {
    throw new FormatError('keys: the last entry lists other keys than are said to sign');
  }
  return listed;
}

async function readEntry({ logIndex, receipt }: KeysEntry) {
  const proof = parseProof(utf8(receipt));
  if (proof.index !== BigInt(logIndex)) throw new FormatError('keys: the receipt is of another entry than stated');
  if (proof.extra === null) throw new FormatError('keys: no extra line');
  const text = parseJson(proof.extra, 'keys: the extra line').entry;
  if (typeof text !== 'string') throw new FormatError('keys: the extra line has no entry');
  const bytes = decodeBase64(text, 'keys: the entry');
  const entry = parseEntry(bytes);
  if (entry.act !== (logIndex === 0 ? 'genesis' : 'keys') || !entry.keys?.length) throw new FormatError('keys: an entry that does not say which keys sign');
  const keys = await Promise.all(entry.keys.map(parseVerifierKey));
  const origin = entry.act === 'genesis' ? entry.origin : keys[0]!.name;
  if (keys.some(({ name }) => name !== origin)) throw new FormatError('keys: an entry lists keys of different logs');
  return { logIndex, proof, bytes, keys };
}

/** Not the first: keys that were given may be younger than the entry, and must not be exchanged for those that they replaced. */
async function lastProvenBy(keys: readonly VerifierKey[], entries: readonly Listed[]): Promise<number> {
  for (let i = entries.length - 1; i >= 0; i--) {
    try {
      await prove(entries[i]!, keys);
      return i;
    } catch (error) {
      // Of another time than these keys; an older one may be of theirs.
      if (!(error instanceof FormatError)) throw error;
    }
  }
  throw new FormatError('keys: no entry is proven by the keys that are known');
}

async function prove({ proof, bytes }: Listed, by: readonly VerifierKey[]): Promise<Checkpoint> {
  const { checkpoint } = await openCheckpoint(proof.checkpoint, by);
  if (await includes(await leafHash(bytes), proof.index, checkpoint.size, proof.path, checkpoint.root)) return checkpoint;
  throw new FormatError('keys: an entry is not in the log that its checkpoint signs');
}
