import type { VerifierKey } from '../log/note';
import type { ReceiptCheck } from '../receipt/check';
import type { Digest } from '../receipt/digest';
import type { Answer, Verdict } from '../service/answers';
import type { FailureKind } from '../service/service';
import type { StateName } from '../words/en';

/** The keys that a check was made with, and how they were known. */
export interface Held {
  readonly keys: readonly VerifierKey[];
  readonly source: 'link' | 'remembered' | 'none';
  readonly since: string | null;
  /** Whether the keys were taken over in this very visit, so that nobody has compared them yet. */
  readonly isNew: boolean;
}

export type Outcome =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'hashing'; readonly hashed: number }
  | { readonly kind: 'asking' }
  /** The service answered, and everything that it said is proven. */
  | { readonly kind: 'answered'; readonly answer: Answer; readonly checks: readonly ReceiptCheck[]; readonly held: Held }
  /** A receipt that came with the file was checked without the network. */
  | { readonly kind: 'offline'; readonly verdict: Verdict; readonly check: ReceiptCheck; readonly receipt: string; readonly held: Held }
  /** What the service or a receipt says is not proven. */
  | { readonly kind: 'distrusted'; readonly fault: string; readonly checks: readonly ReceiptCheck[]; readonly offline: boolean; readonly held: Held }
  | { readonly kind: 'noKey'; readonly check: ReceiptCheck; readonly again: () => Promise<void> }
  | { readonly kind: 'outage'; readonly failure: FailureKind; readonly detail: string }
  | { readonly kind: 'unreadable'; readonly detail: string };

/** A document on the list. */
export interface Item {
  readonly id: number;
  /** Null where only a fingerprint was given. */
  readonly file: File | null;
  readonly name: string | null;
  digests: readonly Digest[];
  outcome: Outcome;
  /** Whether all algorithms were asked for. */
  everyAlgorithm: boolean;
  /** When the outcome was reached, by this computer's clock. */
  at: string;
}

/** What is shown in large letters; null while it is not known. */
export function stateOf({ outcome }: Item): StateName | null {
  switch (outcome.kind) {
    case 'waiting':
    case 'hashing':
    case 'asking':
      return null;
    case 'answered':
      return outcome.answer.verdict;
    case 'offline':
      return outcome.verdict === 'verified' ? 'proven' : outcome.verdict;
    default:
      return outcome.kind;
  }
}
