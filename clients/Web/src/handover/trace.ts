// What became of a package, by the log: the service's word for it is shown only where its receipts prove it.

import { type Bytes, FormatError, utf8 } from '../log/bytes';
import { checkEntry, checkReceipt, hasItsNote } from '../receipt/check';
import { type ActKind, type Entry, parseJson } from '../receipt/entry';
import type { Receipt } from '../receipt/receipt';
import { faultOf } from '../service/judge';
import type { Verifier } from '../service/verifier';
import type { Fault } from '../trust/continuity';
import { lockOf, opens, withdrawKeyOf } from './locks';

export const handoverStates = ['announced', 'refused', 'sent', 'received', 'declined', 'withdrawn', 'expired'] as const;
export type HandoverState = (typeof handoverStates)[number];

export interface HandoverEvent {
  readonly act: ActKind;
  readonly at: string;
  readonly logIndex: number;
  readonly receipt: string;
}

/** The answer to `/v1/handovers/{id}`. */
export interface Trace {
  readonly id: string;
  readonly receiver: string;
  readonly state: HandoverState;
  readonly events: readonly HandoverEvent[];
  readonly expires?: string;
  readonly refused?: string;
}

/** What is known of a handover beside its id; the more, the more is held to it. */
export interface Knowledge {
  /** The trace secret: whether the handover is the one of this link. */
  readonly secret: Bytes | null;
  /** The consent's lock: whether it can be received only by whoever opened it. */
  readonly lock: string | null;
  /** SHA-256 of the sealed package, hex. */
  readonly digest: string | null;
}

/** Something that the log proves. */
export interface ProvenEvent {
  readonly act: ActKind;
  /** RFC 3339. */
  readonly at: string;
  readonly logIndex: number;
  readonly receipt: string;
  readonly note: { readonly reason?: string; readonly text?: string; readonly purpose?: string } | null;
}

export interface ProvenTrace {
  readonly events: readonly ProvenEvent[];
  /** By what is proven; of what comes before there is no proof. */
  readonly state: HandoverState;
  readonly fault: Fault | null;
}

/** What may follow what. */
const after: Partial<Record<HandoverState, readonly ActKind[]>> = {
  announced: ['handover'],
  sent: ['received', 'declined', 'withdrawn', 'expired'],
  received: ['used', 'withdrawn'],
};

class Unproven extends Error {}

/** Holds what the service says became of a package to the log. */
export async function proveTrace(trace: Trace, known: Knowledge, verifier: Verifier): Promise<ProvenTrace> {
  const events: ProvenEvent[] = [];
  const doubted = verifier.doubtedNow();
  if (doubted !== null) return { events, state: 'announced', fault: doubted };
  let state: HandoverState = trace.events.length === 0 && trace.state === 'refused' ? 'refused' : 'announced';
  let handover: Proven | null = null;
  try {
    for (const event of trace.events) {
      const proven = await prove(event, known, verifier);
      if ('fault' in proven) return { events, state, fault: proven.fault };
      if (!after[state]?.includes(event.act)) throw new Unproven(`"${event.act}" does not follow "${state}".`);
      if (events.some(({ logIndex }) => logIndex >= event.logIndex)) throw new Unproven('What happened is not in the order of the log.');
      if (handover === null) await requireOurs(proven, known);
      else await requireOf(proven, handover, event.act);
      handover ??= proven;
      events.push({ act: event.act, at: proven.entry.at, logIndex: event.logIndex, receipt: event.receipt, note: noteOf(proven) });
      state = event.act === 'handover' ? 'sent' : event.act === 'used' ? 'received' : (event.act as HandoverState);
    }
    if (trace.state !== state) throw new Unproven(`The service says "${trace.state}", and what is proven is "${state}".`);
    return { events, state, fault: null };
  } catch (error) {
    if (error instanceof Unproven || error instanceof FormatError) return { events, state, fault: { kind: 'proof', text: error.message } };
    throw error;
  }
}

interface Proven {
  readonly entry: Entry;
  readonly receipt: Receipt;
}

async function prove({ act, logIndex, receipt: text }: HandoverEvent, { digest }: Knowledge, verifier: Verifier): Promise<Proven | { readonly fault: Fault }> {
  const { policy } = verifier.oversight.held;
  const check = digest === null ? await checkEntry(utf8(text), verifier.keys, policy) : await checkReceipt(utf8(text), { algorithm: 'sha-256', hex: digest }, verifier.keys, policy);
  const fault = faultOf(check);
  if (fault !== null) return { fault };
  const { entry, receipt } = check;
  if (!entry || !receipt) throw new Unproven('A receipt has no entry.');
  if (entry.act !== act || receipt.proof.index !== BigInt(logIndex)) throw new Unproven('A receipt is of another act than is said.');
  if (!(await hasItsNote(receipt, entry))) throw new Unproven('A receipt has another note than its entry.');
  if (entry.algorithm !== 'sha-256' || entry.commitment === undefined) throw new Unproven('An act is on no package.');
  return { entry, receipt };
}

async function requireOurs({ entry }: Proven, { secret, lock }: Knowledge): Promise<void> {
  if (lock !== null && entry.lock !== lock) throw new Unproven('The handover in the log can be received without this consent.');
  if (secret !== null && entry.withdrawLock !== (await lockOf(await withdrawKeyOf(secret)))) throw new Unproven('The handover in the log is not the one of this link.');
}

async function requireOf({ entry }: Proven, handover: Proven, act: ActKind): Promise<void> {
  if (BigInt(entry.target ?? -1) !== handover.receipt.proof.index) throw new Unproven('An act is on another handover.');
  const { lock, withdrawLock } = handover.entry;
  if (act === 'received' && !(await opens(entry.proof, lock))) throw new Unproven('It is said to be received by somebody who has not opened the consent.');
  if (act === 'withdrawn' && !(await opens(entry.proof, withdrawLock))) throw new Unproven('It is said to be withdrawn by somebody who is not the holder.');
  if (act === 'declined' && entry.proof !== undefined && !(await opens(entry.proof, lock))) throw new Unproven('It is said to be declined by a proof that is none.');
}

function noteOf({ receipt }: Proven): ProvenEvent['note'] {
  if (receipt.note === null) return null;
  const { reason, text, purpose } = parseJson(utf8(receipt.note), 'handover: the note');
  const said = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const [why, more, what] = [said(reason), said(text), said(purpose)];
  return { ...(why !== undefined && { reason: why }), ...(more !== undefined && { text: more }), ...(what !== undefined && { purpose: what }) };
}
