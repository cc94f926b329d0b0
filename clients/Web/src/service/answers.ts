// What the API answers: see /openapi/v1.json.

import type { ActKind, LegalNames } from '../receipt/entry.js';
import type { KeysEntry } from '../trust/chain.js';

export const verdicts = ['verified', 'revoked', 'suspended', 'superseded', 'expired', 'notYetValid', 'conflicting', 'unknown'] as const;
export type Verdict = (typeof verdicts)[number];

export interface Issuer {
  readonly id: string;
  readonly legalName: string;
  readonly legalNames?: LegalNames;
  readonly jurisdiction: string;
  readonly domain?: string;
}

export interface Act {
  readonly logIndex: number;
  readonly kind: ActKind;
  readonly at: string;
  readonly reason?: string;
}

export interface Result {
  readonly issuer: Issuer;
  readonly verdict: Verdict;
  readonly since: string;
  /** Proof of the act that decides. */
  readonly receipt: string;
  /** Proof of the issue, where another act decides. */
  readonly issueReceipt?: string;
  readonly validFrom?: string;
  readonly expires?: string;
  readonly reason?: string;
  readonly note?: string;
  readonly successor?: { readonly algorithm: string; readonly digest: string };
  /** What the service adds, and no receipt proves. */
  readonly unproven?: Unproven;
}

/** What an institution's own domain said when the service asked, as an entry of the log records it. */
export interface DomainOutcome {
  readonly domain?: string;
  readonly outcome: string;
  readonly since: string;
  readonly logIndex: number;
}

export interface Unproven {
  readonly type?: string;
  readonly domain?: DomainOutcome;
  readonly acts?: readonly Act[];
  readonly successorVerdict?: Verdict;
}

export interface Answer {
  readonly verdict: Verdict;
  readonly algorithm: string;
  readonly digest: string;
  readonly checkedAt: string;
  readonly results: readonly Result[];
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly root: string; readonly note: string };
}

export interface Keys {
  readonly origin: string;
  readonly verifierKeys: readonly string[];
  /** The entries that the keys are learned from, oldest first. */
  readonly entries: readonly KeysEntry[];
}

/** The status of every document, or what changed of it since an earlier one. */
export interface StatusAnswer {
  /** The newest checkpoint: the signed note. */
  readonly checkpoint: string;
  /** Its last entry, which commits to the status of all before it: base64. */
  readonly entry: string;
  /** That entry's inclusion path, from its sibling upwards: base64. */
  readonly path: string;
  /** How many entries the status covers that it is to be added to; 0: it is whole. */
  readonly since: number;
  /** See `decodePages`: base64. */
  readonly pages: string;
}

export interface Receipted {
  readonly algorithm: string;
  readonly logIndex: number;
  /** Hex; older answers do not tell it. */
  readonly digest?: string;
}

export interface Upload {
  readonly path: string;
  readonly kind: 'document' | 'manifest' | 'acts';
  readonly state: 'waiting' | 'answered' | 'partlyRejected' | 'rejected';
  readonly at: string;
  readonly length?: number;
  readonly document?: 'deleted';
  readonly receipts: readonly Receipted[];
  /** Documents of this name that were overwritten or deleted and stand all the same. */
  readonly standing?: { readonly versions: readonly { readonly etag: string; readonly at: string; readonly receipts: readonly Receipted[] }[] };
  readonly rejection?: { readonly title: string; readonly detail?: string; readonly lines?: readonly { readonly line: number; readonly detail: string }[] };
}

export interface Uploads {
  readonly id: string;
  readonly complete: boolean;
  readonly total: number;
  readonly days: readonly { readonly day: string; readonly answered: number; readonly rejected: number; readonly waiting: number }[];
  readonly uploads: readonly Upload[];
}
