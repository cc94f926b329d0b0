// How keys are learned: only from an entry of the log that says so, whose inclusion is proven under keys that are known
// already, and only the set that the entry lists. Anybody can append a line to a note, so that a new key signed beside a
// known one says nothing.

import { decodeBase64, FormatError, utf8 } from '../log/bytes';
import { includes, leafHash } from '../log/merkle';
import { parseVerifierKey, type VerifierKey } from '../log/note';
import { parseProof } from '../log/proof';
import { openCheckpoint } from '../receipt/check';
import { parseEntry, parseJson } from '../receipt/entry';

/** The entry that begins the log, or one that changes its keys, as `/v1/keys` hands it out. */
export interface KeysEntry {
  readonly logIndex: number;
  /** The text of a `.tlog-proof` without an opening, under the first checkpoint that holds the entry. */
  readonly receipt: string;
}

/** Where a walk along the entries ended. */
export interface Walk {
  /** The keys in force; those that the walk began with where nothing could be learned. */
  readonly keys: readonly VerifierKey[];
  /** Log indexes of the entries that were learned from, in order. */
  readonly learned: readonly number[];
  /** Why the last entry was not learned from; null if it was, or if nothing was left to learn. */
  readonly fault: string | null;
}

const maxEntries = 10_000;
const maxKeys = 100;

/**
 * Walks the keys entries forward from what is known.
 * @param known Not empty, all of one log.
 * @param entries Oldest first. Those up to the last that lists exactly the known keys are behind us.
 */
export async function walkKeys(known: readonly VerifierKey[], entries: readonly KeysEntry[]): Promise<Walk> {
  if (entries.length > maxEntries) throw new FormatError(`keys: more than ${maxEntries} entries`);
  const listed = await Promise.all(entries.map(readEntry));
  let [keys, fault]: [readonly VerifierKey[], string | null] = [known, null];
  const learned: number[] = [];
  const start = listed.findLastIndex((entry) => !(entry instanceof FormatError) && sameKeys(entry.keys, known)) + 1;
  for (const entry of listed.slice(start)) {
    fault = entry instanceof FormatError ? entry.message : await faultOf(entry, keys);
    if (fault !== null || entry instanceof FormatError) continue;
    keys = entry.keys;
    learned.push(entry.logIndex);
  }
  return { keys, learned, fault };
}

export function sameKeys(a: readonly VerifierKey[], b: readonly VerifierKey[]): boolean {
  const lines = (keys: readonly VerifierKey[]) => new Set(keys.map((key) => key.line));
  const [left, right] = [lines(a), lines(b)];
  return left.size === right.size && [...left].every((line) => right.has(line));
}

type Listed = Awaited<ReturnType<typeof parseKeysEntry>>;

async function readEntry(entry: KeysEntry): Promise<Listed | FormatError> {
  try {
    return await parseKeysEntry(entry);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
}

async function parseKeysEntry({ logIndex, receipt }: KeysEntry) {
  const proof = parseProof(utf8(receipt));
  if (proof.index !== BigInt(logIndex)) throw new FormatError('keys: the receipt is of another entry than stated');
  if (proof.extra === null) throw new FormatError('keys: no extra line');
  const text = parseJson(proof.extra, 'keys: the extra line')['entry'];
  if (typeof text !== 'string') throw new FormatError('keys: the extra line has no entry');
  const bytes = decodeBase64(text, 'keys: the entry');
  const entry = parseEntry(bytes);
  if (entry.act !== (logIndex === 0 ? 'genesis' : 'keys')) throw new FormatError('keys: an entry that does not say which keys sign');
  const lines = entry.keys ?? [];
  if (lines.length === 0 || lines.length > maxKeys) throw new FormatError(`keys: an entry lists 1 to ${maxKeys} keys`);
  const keys = await Promise.all(lines.map(parseVerifierKey));
  const origin = entry.act === 'genesis' ? entry.origin : keys[0]!.name;
  if (keys.some(({ name }) => name !== origin)) throw new FormatError('keys: an entry lists keys of different logs');
  return { logIndex, proof, bytes, keys };
}

async function faultOf({ proof, bytes, keys }: Listed, known: readonly VerifierKey[]): Promise<string | null> {
  try {
    const { checkpoint } = await openCheckpoint(proof.checkpoint, known);
    if (keys[0]!.name !== checkpoint.origin) return 'The entry lists keys of another log.';
    const included = await includes(await leafHash(bytes), proof.index, checkpoint.size, proof.path, checkpoint.root);
    return included ? null : 'The entry is not in the log that the checkpoint signs.';
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}
