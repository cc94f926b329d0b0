// What a receipt proves about a document, with nothing but the log's keys.

import { type Bytes, concat, encodeBase64, encodeHex, FormatError, utf8 } from '../log/bytes.js';
import { type Checkpoint, parseCheckpoint } from '../log/checkpoint.js';
import { includes, leafHash } from '../log/merkle.js';
import { parseNote, parseVerifierKey, type Signer, signersOf, type VerifierKey } from '../log/note.js';
import { type Policy, type Sighting, weigh } from '../log/policy.js';
import { type Digest, digestBytes } from './digest.js';
import { type Entry, parseEntry } from './entry.js';
import { parseReceipt, type Receipt } from './receipt.js';
import { checkStanding, type Standing } from './standing.js';

/** The steps of a check, in order; each builds on those before it. */
export type StepName = 'format' | 'document' | 'inclusion' | 'signature' | 'standing' | 'witnesses';

export interface Step {
  readonly name: StepName;
  readonly holds: boolean;
  /** What was compared, for people who want to do it again: label and value. */
  readonly facts: readonly (readonly [string, string])[];
}

export interface ReceiptCheck {
  /** Whether every step holds. */
  readonly holds: boolean;
  /** Up to and including the first that does not hold. */
  readonly steps: readonly Step[];
  readonly receipt: Receipt | null;
  readonly entry: Entry | null;
  readonly checkpoint: Checkpoint | null;
  readonly signers: readonly Signer[];
  /** How the issue stands as of the checkpoint; null where the receipt does not prove it. */
  readonly standing: Standing | null;
  /** What the checkpoint was weighed by; null: by nothing, and there is no such step. */
  readonly policy: Policy | null;
  /** Who has seen the checkpoint, of the witnesses that the policy knows. */
  readonly sightings: readonly Sighting[];
  /** The latest time as of which enough of them have seen it: milliseconds since 1970; null where none has to. */
  readonly seenAt: number | null;
  /** Whether nothing is wrong with it but that too few witnesses have seen the checkpoint. */
  readonly isUnwitnessed: boolean;
  /** Why the first step that does not hold does not. */
  readonly fault: string | null;
}

/** Parses verifier key lines, as `/v1/keys` lists them. */
export function parseKeys(lines: readonly string[]): Promise<VerifierKey[]> {
  return Promise.all(lines.map(parseVerifierKey));
}

/**
 * Checks that a receipt is about `digest` and that the log of `keys` holds it. It proves that the act happened; that none came after
 * it, only where `standing` says so, and only as of the receipt's checkpoint.
 * @param keys The log's keys, not empty; the name of the first is the origin that is accepted.
 * @param policy Whose witnesses have to have seen the checkpoint; null: none.
 * @param now The reader's clock, milliseconds since 1970.
 */
export function checkReceipt(bytes: Bytes, digest: Digest, keys: readonly VerifierKey[], policy: Policy | null = null, now = Date.now()): Promise<ReceiptCheck> {
  return check(bytes, digest, keys, policy, now);
}

/** The same of a receipt whose document is not at hand: whether the log holds its entry. It says nothing about any document. */
export function checkEntry(bytes: Bytes, keys: readonly VerifierKey[], policy: Policy | null = null, now = Date.now()): Promise<ReceiptCheck> {
  return check(bytes, null, keys, policy, now);
}

/** The same of the entry that describes a receiver, which hides nothing; `standing` says whether it is the one that counts. */
export function checkReceiver(bytes: Bytes, keys: readonly VerifierKey[], policy: Policy | null = null, now = Date.now()): Promise<ReceiptCheck> {
  return check(bytes, null, keys, policy, now, false);
}

async function check(bytes: Bytes, digest: Digest | null, keys: readonly VerifierKey[], policy: Policy | null, now: number, hides = true): Promise<ReceiptCheck> {
  const steps: Step[] = [];
  let [receipt, entry, checkpoint]: [Receipt | null, Entry | null, Checkpoint | null] = [null, null, null];
  let signers: readonly Signer[] = [];
  let sightings: readonly Sighting[] = [];
  let [seenAt, isUnwitnessed, standing]: [number | null, boolean, Standing | null] = [null, false, null];
  const step = (name: StepName, fault: string | null, facts: Step['facts']): void => {
    steps.push({ name, holds: fault === null, facts });
    if (fault !== null) throw new FormatError(fault);
  };

  let fault: string | null = null;
  try {
    try {
      receipt = parseReceipt(bytes, hides);
      entry = parseEntry(receipt.entry);
    } catch (error) {
      step('format', messageOf(error), []);
      throw error;
    }

    if (digest !== null) {
      const commitment = await commit(receipt.opening, digest);
      step('document', await documentFault(receipt, entry, digest, commitment), [
        [digest.algorithm, digest.hex],
        ['nonce', encodeHex(receipt.opening)],
        ['HMAC-SHA256', commitment],
        ['entry.commitment', entry.commitment ?? ''],
      ]);
    }

    const { proof } = receipt;
    const leaf = await leafHash(receipt.entry);
    let note;
    try {
      note = parseNote(proof.checkpoint);
      checkpoint = parseCheckpoint(note.text);
    } catch (error) {
      step('inclusion', messageOf(error), []);
      throw error;
    }
    const included = await includes(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root);
    step('inclusion', included ? null : 'The entry is not in the log that the checkpoint signs.', [
      ['leaf', encodeBase64(leaf)],
      ['index', `${proof.index}`],
      ['size', `${checkpoint.size}`],
      ['path', `${proof.path.length}`],
      ['root', encodeBase64(checkpoint.root)],
    ]);

    signers = await signersOf(note, keys);
    step('signature', signatureFault(checkpoint, signers, keys), [
      ['origin', checkpoint.origin],
      ...note.signatures.map((line) => ['—', `${line.name}+${line.keyId}`] as const),
    ]);

    if (receipt.status !== null) {
      try {
        if (entry.act !== (hides ? 'issue' : 'receiver')) throw new FormatError('The receipt is of what was done to a document, and has the status of one with it.');
        standing = await checkStanding(receipt.status, proof.index, checkpoint);
      } catch (error) {
        step('standing', messageOf(error), []);
        throw error;
      }
      step('standing', null, [
        ['index', `${proof.index}`],
        ['status', standing.status],
        ['at', standing.at],
      ]);
    }

    if (policy !== null) {
      let weighed;
      try {
        weighed = await weigh(note, policy, now);
      } catch (error) {
        step('witnesses', messageOf(error), []);
        throw error;
      }
      ({ sightings, seenAt } = weighed);
      isUnwitnessed = !weighed.isMet;
      step('witnesses', weighed.fault, sightings.map(({ witness, at }) => [witness.name, `${witness.key.name}+${witness.key.keyId} ${new Date(at).toISOString()}`] as const));
    }
  } catch (error) {
    fault = messageOf(error);
  }

  return { holds: fault === null, steps, receipt, entry, checkpoint, signers, standing, policy, sightings, seenAt, isUnwitnessed, fault };
}

/** Whether a receipt's entry commits to a document: finds the receipt of a file among several. */
export async function isAbout(receipt: Receipt, entry: Entry, digest: Digest): Promise<boolean> {
  return entry.algorithm === digest.algorithm && entry.commitment === (await commit(receipt.opening, digest));
}

async function documentFault(receipt: Receipt, entry: Entry, digest: Digest, commitment: string): Promise<string | null> {
  if (entry.algorithm !== digest.algorithm) return `The receipt is about a ${entry.algorithm ?? 'missing'} digest.`;
  if (entry.commitment !== commitment) return 'The receipt is not about this document.';
  const successor = receipt.successor && (await commit(receipt.opening, receipt.successor, 'successor\0'));
  if ((entry.successorCommitment ?? null) !== successor) return 'The receipt names another successor than its entry.';
  return (await hasItsNote(receipt, entry)) ? null : 'The receipt has another note than its entry.';
}

/** Whether a receipt's note is the one that its entry commits to. */
export async function hasItsNote(receipt: Receipt, entry: Entry): Promise<boolean> {
  const note = receipt.note === null ? null : await hmac(receipt.opening, utf8(`note\0${receipt.note}`));
  return (entry.noteCommitment ?? null) === note;
}

/** A checkpoint as it came, and the known keys that signed it. */
export interface OpenedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly signers: readonly Signer[];
}

/**
 * Opens a checkpoint that is to stand for the log as it is now: a key of every kind that is known must have signed it.
 * The key that receipts are judged by is held more closely than the one for witnesses: one does not stand in for the other.
 */
export async function openCheckpoint(bytes: Bytes, keys: readonly VerifierKey[]): Promise<OpenedCheckpoint> {
  const note = parseNote(bytes);
  const checkpoint = parseCheckpoint(note.text);
  const signers = await signersOf(note, keys);
  const fault = signatureFault(checkpoint, signers, keys);
  if (fault !== null) throw new FormatError(fault);
  // Where the browser cannot tell (valid is null), the other kind decides; that one of them holds is known already.
  if (!keys.every(({ kind }) => signers.some(({ key }) => key.kind === kind))) throw new FormatError('One of the known keys signs no more.');
  return { checkpoint, signers };
}

/** What is wrong with a checkpoint's signatures; null if a known key signed it, and none of theirs is wrong. */
export function signatureFault(checkpoint: Checkpoint, signers: readonly Signer[], keys: readonly VerifierKey[]): string | null {
  const wrong = signers.find((signer) => signer.valid === false);
  if (wrong) return `The signature of ${wrong.key.name}+${wrong.key.keyId} is wrong.`;
  if (!signers.some((signer) => signer.valid)) return 'No known key signed the checkpoint.';
  return checkpoint.origin === keys[0]!.name ? null : 'The checkpoint is that of another log.';
}

/** HMAC-SHA256(nonce, label ‖ algorithm name ‖ 0x00 ‖ digest), hex. */
function commit(opening: Bytes, digest: Digest, label = ''): Promise<string> {
  return hmac(opening, concat(utf8(`${label}${digest.algorithm}\0`), digestBytes(digest)));
}

async function hmac(nonce: Bytes, message: Bytes): Promise<string> {
  const key = await crypto.subtle.importKey('raw', nonce, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return encodeHex(new Uint8Array(await crypto.subtle.sign('HMAC', key, message)));
}

function messageOf(error: unknown): string {
  if (error instanceof FormatError) return error.message;
  throw error;
}
