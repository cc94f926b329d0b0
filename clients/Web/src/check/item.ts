import type { ArchiveEntry, Hindrance, Source } from '../hashing/protocol';
import { type Bytes, utf8 } from '../log/bytes';
import type { ReceiptCheck } from '../receipt/check';
import type { Digest } from '../receipt/digest';
import type { Answer, Verdict } from '../service/answers';
import type { Finding } from '../service/judge';
import type { FailureKind } from '../service/service';
import type { Sighting } from '../log/policy';
import type { Fault } from '../trust/continuity';
import type { HeldPolicy } from '../trust/oversight';
import type { Held } from '../trust/trust';
import type { StateName } from '../words/en';
import type { Current } from '../status/current';
import type { HeldReceipt } from './receipts';

export type Outcome =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'hashing'; readonly hashed: number }
  | { readonly kind: 'asking' }
  /** The service answered, and the findings are proven; of the answer itself only its own word is left. */
  | { readonly kind: 'answered'; readonly verdict: Verdict; readonly findings: readonly Finding[]; readonly sightings: readonly Sighting[]; readonly answer: Answer; readonly held: Held; readonly watched: HeldPolicy }
  /** A receipt that came with the file was checked without the network. */
  | { readonly kind: 'offline'; readonly verdict: Verdict; readonly check: ReceiptCheck; readonly current: Current | null; readonly isRecent: boolean; readonly receipt: string; readonly held: Held; readonly watched: HeldPolicy; readonly again: () => Promise<void> }
  /** What the service or a receipt says is not proven. */
  | { readonly kind: 'distrusted'; readonly fault: Fault; readonly checks: readonly ReceiptCheck[]; readonly offline: boolean; readonly held: Held; readonly again?: () => Promise<void> }
  | { readonly kind: 'noKey'; readonly check: ReceiptCheck; readonly again: () => Promise<void> }
  | { readonly kind: 'outage'; readonly failure: FailureKind; readonly detail: string }
  /** A receipt whose document did not come with it. */
  | { readonly kind: 'receipt'; readonly held: HeldReceipt; readonly of: string | null }
  | { readonly kind: 'unreadable'; readonly why: Hindrance; readonly detail: string };

/** What became of the documents in an archive. */
export type Opening =
  | { readonly kind: 'opening' }
  | { readonly kind: 'opened'; readonly files: readonly ArchiveEntry[] }
  | { readonly kind: 'closed'; readonly why: Hindrance; readonly detail: string };

/** What came of making a receipt fresh. */
export type Refresh =
  | { readonly kind: 'asking' }
  | { readonly kind: 'done'; readonly receipt: string }
  /** What came does not hold, or is no fresh receipt. */
  | { readonly kind: 'refused'; readonly text: string }
  | { readonly kind: 'failed'; readonly failure: FailureKind; readonly text: string };

/** How a fingerprint compares with the files that were given. */
export interface Comparison {
  readonly same: boolean;
  /** The file's name. */
  readonly name: string;
}

/** A document on the list, or what stands for one: a fingerprint, a receipt. */
export interface Item {
  readonly id: number;
  /** Null where there is no document: no verdict on one may then be shown. */
  readonly source: Source | null;
  readonly name: string | null;
  /** In bytes. A browser asks the disk for it and waits: not for a document that is not shown whole. */
  readonly size: () => number;
  digests: readonly Digest[];
  outcome: Outcome;
  /** Whether all algorithms were asked for. */
  everyAlgorithm: boolean;
  /** Of several institutions, the one that the document names: its word alone counts for this document. */
  chosen: string | null;
  /** Whether it is the file whose fingerprint was given by a link or a person; null where none was. */
  isNamed: boolean | null;
  /** Of a fingerprint: the file that it was compared with. */
  compared: Comparison | null;
  /** Of an archive. */
  opening: Opening | null;
  /** Of one with a receipt. */
  refresh: Refresh | null;
  /** When the outcome was reached, by this computer's clock. */
  at: string;
}

/** The receipt of an issue that came with it, or alone; null where none did. */
export function receiptOf({ outcome }: Item): Bytes | null {
  if (outcome.kind === 'offline' && outcome.check.entry?.act === 'issue') return utf8(outcome.receipt);
  return outcome.kind === 'receipt' && outcome.held.entry?.act === 'issue' ? outcome.held.bytes : null;
}

/** Whether there is more to come of it. */
export function isPending({ outcome: { kind }, opening }: Item): boolean {
  return kind === 'waiting' || kind === 'hashing' || kind === 'asking' || opening?.kind === 'opening';
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
      if (item.source === null) return outcome.findings.length > 0 ? 'fingerprint' : 'unregistered';
      if (outcome.verdict === 'unknown' && item.opening?.kind === 'opening') return null;
      return outcome.verdict === 'unknown' && item.opening?.kind === 'opened' && item.opening.files.length > 0 ? 'opened' : verdictOfAnswer(item, outcome);
    case 'offline':
      return outcome.held.confirmed ? (outcome.verdict === 'verified' ? offlineState(outcome) : outcome.verdict) : 'unconfirmed';
    default:
      return outcome.kind;
  }
}

/** Of a receipt of an issue that nothing speaks against: what speaks for it, and as of when. */
function offlineState({ current, isRecent }: Extract<Outcome, { kind: 'offline' }>): StateName {
  switch (current?.status) {
    case 'stands':
      return isRecent ? 'current' : 'stood';
    case 'reissued':
      return 'reissued';
    default:
      return 'proven';
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
