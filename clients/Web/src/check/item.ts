import type { ReceiptCheck } from '../receipt/check';
import type { Digest } from '../receipt/digest';
import type { Answer, Verdict } from '../service/answers';
import type { Finding } from '../service/judge';
import type { FailureKind } from '../service/service';
import type { Fault } from '../trust/continuity';
import type { Held } from '../trust/trust';
import type { StateName } from '../words/en';

export type Outcome =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'hashing'; readonly hashed: number }
  | { readonly kind: 'asking' }
  /** The service answered, and the findings are proven; of the answer itself only its own word is left. */
  | { readonly kind: 'answered'; readonly verdict: Verdict; readonly findings: readonly Finding[]; readonly answer: Answer; readonly held: Held }
  /** A receipt that came with the file was checked without the network. */
  | { readonly kind: 'offline'; readonly verdict: Verdict; readonly check: ReceiptCheck; readonly receipt: string; readonly held: Held }
  /** What the service or a receipt says is not proven. */
  | { readonly kind: 'distrusted'; readonly fault: Fault; readonly checks: readonly ReceiptCheck[]; readonly offline: boolean; readonly held: Held; readonly again?: () => Promise<void> }
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
  /** Of several institutions, the one that the document names: its word alone counts for this document. */
  chosen: string | null;
  /** Whether it is the file whose fingerprint the page's link names; null where the link names none. */
  isNamed: boolean | null;
  /** When the outcome was reached, by this computer's clock. */
  at: string;
}

/** What is shown in large letters; null while it is not known. */
export function stateOf(item: Item): StateName | null {
  const { outcome } = item;
  switch (outcome.kind) {
    case 'waiting':
    case 'hashing':
    case 'asking':
      return null;
    case 'answered':
      // Whoever prints the code of a genuine document on a forged one must not be rewarded with a green page.
      return item.file === null && outcome.findings.length > 0 ? 'fingerprint' : verdictOfAnswer(item, outcome);
    case 'offline':
      return outcome.held.confirmed ? (outcome.verdict === 'verified' ? 'proven' : outcome.verdict) : 'unconfirmed';
    default:
      return outcome.kind;
  }
}

type Answered = Extract<Outcome, { kind: 'answered' }>;

/** The overall verdict, or that of the chosen institution. */
export function verdictOfAnswer({ chosen }: Item, { findings, verdict }: Answered): Verdict {
  return findings.find(({ issuer }) => issuer.id === chosen)?.verdict ?? verdict;
}

/** The finding that the card tells of first: null where institutions disagree and none is chosen, or none issued. */
export function leading({ chosen }: Item, { findings, verdict }: Answered): Finding | null {
  return findings.find(({ issuer }) => issuer.id === chosen) ?? (verdict === 'conflicting' ? null : (findings[0] ?? null));
}
