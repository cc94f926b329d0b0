// Holds the service to what it says: an answer counts only if its receipts prove it.

import { FormatError, utf8 } from '../log/bytes';
import { parseCheckpoint } from '../log/checkpoint';
import { parseNote, signersOf, type VerifierKey } from '../log/note';
import { checkReceipt, type ReceiptCheck, signatureFault } from '../receipt/check';
import { type Digest, formatDigest } from '../receipt/digest';
import type { ActKind, Entry } from '../receipt/entry';
import type { Answer, Result, Verdict } from './answers';

export interface Judgement {
  /** One a result, in order, up to the first that does not hold. */
  readonly checks: readonly ReceiptCheck[];
  /** Null where everything holds; else what does not. */
  readonly fault: string | null;
}

export async function judge(answer: Answer, digest: Digest, keys: readonly VerifierKey[]): Promise<Judgement> {
  const checks: ReceiptCheck[] = [];
  const fault = (text: string): Judgement => ({ checks, fault: text });
  if (answer.algorithm !== digest.algorithm || answer.digest !== digest.hex) return fault('The answer is about another document.');
  if (answer.verdict !== (answer.results[0]?.verdict ?? 'unknown')) return fault('The answer says something else than its own results.');
  if (answer.results.length === 0) return { checks, fault: await unsignedFault(answer, keys) };
  for (const result of answer.results) {
    const check = await checkReceipt(utf8(result.receipt), digest, keys);
    checks.push(check);
    if (check.fault !== null) return fault(check.fault);
    const difference = differenceOf(result, check, answer.checkedAt);
    if (difference !== null) return fault(difference);
  }
  return { checks, fault: null };
}

/** No record cannot be proven, but it stands on a checkpoint, and that is signed. */
async function unsignedFault(answer: Answer, keys: readonly VerifierKey[]): Promise<string | null> {
  try {
    const note = parseNote(utf8(answer.checkpoint.note));
    return signatureFault(parseCheckpoint(note.text), await signersOf(note, keys), keys);
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}

/** The verdict that a receipt alone supports at a time: what happened after it, it cannot know. */
export function verdictOf(entry: Entry, now: number): Verdict {
  switch (entry.act) {
    case 'revoke':
      return 'revoked';
    case 'suspend':
      return 'suspended';
    case 'supersede':
      return 'superseded';
    default:
      if (entry.expires !== undefined && now >= Date.parse(entry.expires)) return 'expired';
      return entry.validFrom !== undefined && now < Date.parse(entry.validFrom) ? 'notYetValid' : 'verified';
  }
}

function differenceOf(result: Result, { entry, receipt }: ReceiptCheck, checkedAt: string): string | null {
  if (!entry || !receipt) return 'The receipt has no entry.';
  const index = receipt.proof.index;
  const listed = result.acts.some((act) => BigInt(act.logIndex) === index && act.kind === entry.act && sameTime(act.at, entry.at) && act.reason === entry.reason);
  if (!listed || entry.issuer !== result.issuer.id || entry.act !== decidingKind(result.verdict) || entry.reason !== result.reason) {
    return 'The receipt tells of another act than the answer.';
  }
  if ((receipt.note ?? undefined) !== result.note) return 'The receipt has another note than the answer.';
  const successor = result.successor && `${result.successor.algorithm}:${result.successor.digest}`;
  if ((receipt.successor ? formatDigest(receipt.successor) : undefined) !== successor) return 'The receipt names another successor than the answer.';
  if (entry.act !== 'issue') return null;
  if (entry.legalName !== result.issuer.legalName || entry.jurisdiction !== result.issuer.jurisdiction) return 'The receipt names another issuer than the answer.';
  const sameValidity = sameTime(entry.expires, result.expires) && sameTime(entry.validFrom, result.validFrom);
  return sameValidity && verdictOf(entry, Date.parse(checkedAt)) === result.verdict ? null : 'The receipt has another validity than the answer.';
}

function decidingKind(verdict: Verdict): ActKind {
  switch (verdict) {
    case 'revoked':
      return 'revoke';
    case 'suspended':
      return 'suspend';
    case 'superseded':
      return 'supersede';
    default:
      return 'issue';
  }
}

function sameTime(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && Date.parse(a) === Date.parse(b));
}
