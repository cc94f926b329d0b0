// How a document stands by its receipt and by what is kept, without the network: the newer of the two counts.

import type { ReceiptCheck } from '../receipt/check.js';
import type { Status } from '../receipt/standing.js';
import type { Verdict } from '../service/answers.js';
import { verdictOf } from '../service/judge.js';
import type { Known } from './kept.js';

/** How an issue stands, and as of when. */
export interface Current {
  readonly status: Status;
  /** When the policy's witnesses saw it last; where there are none, when the register says that it was made, or when it was fetched. Milliseconds since 1970. */
  readonly asOf: number;
  /** Whether witnesses vouch for that. */
  readonly isWitnessed: boolean;
  readonly source: 'receipt' | 'kept';
}

/**
 * @param check Of a receipt that holds.
 * @param known What is kept, if anything.
 * @returns Null where neither proves anything: a receipt of another act than an issue, or one without its status.
 */
export function currentOf(check: ReceiptCheck, known: Known | null): Current | null {
  const { entry, receipt, standing, checkpoint, seenAt } = check;
  if (entry?.act !== 'issue' || receipt === null || checkpoint === null) return null;
  const own = standing && ({ status: standing.status, asOf: seenAt ?? Date.parse(standing.at), isWitnessed: seenAt !== null, source: 'receipt' } as const);
  const kept = known?.statusOf(receipt.proof.index) ?? null;
  if (known === null || kept === null) return own;
  const { asOf, isWitnessed, covers } = known;
  const apart = BigInt(covers) - (checkpoint.size - 1n);
  const isNewer = own === null || apart > 0n || (apart === 0n && asOf > own.asOf);
  return isNewer ? { status: kept, asOf, isWitnessed, source: 'kept' } : own;
}

/** Whether that is no longer ago than is allowed, by this computer's clock. */
export function isRecent({ asOf }: Pick<Current, 'asOf'>, now: number, maxAge: number): boolean {
  return now - asOf <= maxAge;
}

/** The verdict that a receipt supports with what is known of its issue. */
export function verdictBy(check: ReceiptCheck, current: Current | null, now: number): Verdict {
  const status = current?.status;
  return status === 'revoked' || status === 'suspended' || status === 'superseded' ? status : verdictOf(check.entry!, now);
}
