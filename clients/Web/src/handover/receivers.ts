// Who takes packages: only what the log proves of a receiver is shown, and packages are sealed to a proven key alone, so that
// nobody, the operator included, can put another in its place.

import { utf8 } from '../log/bytes';
import { presenceFault } from '../log/policy';
import { checkReceiver } from '../receipt/check';
import type { LegalNames } from '../receipt/entry';
import { faultOf } from '../service/judge';
import type { Verifier } from '../service/verifier';
import type { Fault } from '../trust/continuity';
import { isRecipient } from './consent';

/** The answer to `/v1/receivers`: of each only the proof is read. */
export interface Receivers {
  readonly receivers: readonly { readonly id: string; readonly logIndex: number; readonly proof: string }[];
}

/** A receiver as the log describes it now. */
export interface ProvenReceiver {
  readonly id: string;
  readonly legalName: string;
  readonly legalNames?: LegalNames;
  readonly jurisdiction: string;
  readonly domain?: string;
  readonly encryptionKey: string;
  readonly purposes: readonly string[];
  /** For how many days it promises to keep what it was handed. */
  readonly keepsDays: number;
  readonly logIndex: number;
  /** Since when it is described so: RFC 3339. */
  readonly since: string;
}

/** Receivers that are proven; or why nothing is said of any. */
export interface Directory {
  readonly receivers: readonly ProvenReceiver[];
  readonly fault: Fault | null;
}

/** What is wrong with what describes a receiver. */
class Unproven extends Error {
  constructor(readonly fault: Fault) {
    super(fault.text);
  }
}

/** Holds a service's list of receivers to the log: one that does not hold makes all of it doubtful. */
export async function proveReceivers({ receivers }: Receivers, verifier: Verifier): Promise<Directory> {
  const proven: ProvenReceiver[] = [];
  try {
    const doubted = verifier.doubtedNow();
    if (doubted !== null) throw new Unproven(doubted);
    const seen = new Set<string>();
    for (const { id, logIndex, proof } of receivers) {
      const receiver = await prove(proof, verifier);
      if (receiver.id !== id || receiver.logIndex !== logIndex) throw unproven('The proof is that of another receiver.');
      if (seen.has(id)) throw unproven('A receiver is on the list twice.');
      seen.add(id);
      proven.push(receiver);
    }
    return { receivers: proven, fault: null };
  } catch (error) {
    if (error instanceof Unproven) return { receivers: [], fault: error.fault };
    throw error;
  }
}

async function prove(proof: string, verifier: Verifier): Promise<ProvenReceiver> {
  const now = Date.now();
  const { keys } = verifier.trust.held;
  const check = await checkReceiver(utf8(proof), keys, verifier.oversight.held.policy, now);
  const fault = faultOf(check);
  if (fault !== null) throw new Unproven(fault);
  const { entry, receipt, standing, seenAt } = check;
  if (entry?.act !== 'receiver' || !receipt) throw unproven('The entry describes no receiver.');
  if (standing?.status !== 'stands') throw new Unproven({ kind: 'standing', text: 'The log describes this receiver otherwise by now.' });
  const absent = presenceFault({ fault: null, seenAt }, now, verifier.maxAge);
  if (absent !== null) throw new Unproven({ kind: 'unwitnessed', text: absent });
  const past = await verifier.goOnFrom(receipt.proof.checkpoint);
  if (past !== null) throw new Unproven(past);
  const { receiver, legalName, legalNames, jurisdiction, domain, encryptionKey, purposes, keepsDays, at } = entry;
  if (!receiver || !legalName || !jurisdiction || !encryptionKey || !isRecipient(encryptionKey) || !purposes?.length || keepsDays === undefined || keepsDays < 0) {
    throw unproven('The entry does not describe a receiver whole.');
  }
  return {
    id: receiver,
    legalName,
    ...(legalNames !== undefined && { legalNames }),
    jurisdiction,
    ...(domain !== undefined && { domain }),
    encryptionKey,
    purposes,
    keepsDays,
    logIndex: Number(receipt.proof.index),
    since: at,
  };
}

function unproven(text: string): Unproven {
  return new Unproven({ kind: 'proof', text });
}
