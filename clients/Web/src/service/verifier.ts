// Asks a service, holds it to the keys that are known and to what was seen of its log, and judges what it says.

import { type Bytes, decodeUtf8, equal, FormatError } from '../log/bytes.js';
import type { Checkpoint } from '../log/checkpoint.js';
import type { VerifierKey } from '../log/note.js';
import { defaultMaxAge, presenceFault } from '../log/policy.js';
import { checkEntry, checkReceipt, openCheckpoint, type ReceiptCheck } from '../receipt/check.js';
import type { Digest } from '../receipt/digest.js';
import { parseReceipt, type Receipt } from '../receipt/receipt.js';
import { checkpointOf, type Fault, goOn, isFault, pastFault } from '../trust/continuity.js';
import { Memory } from '../trust/memory.js';
import { Oversight } from '../trust/oversight.js';
import { type Doubt, Trust } from '../trust/trust.js';
import type { Answer } from './answers.js';
import { maxBatch, Service, ServiceFailure } from './http.js';
import { faultOf, judgeAnswer, type Judgement } from './judge.js';

/** How long a service that has no policy is not asked for one again, in milliseconds. */
const noPolicyHolds = 60_000;

/** What came of making a receipt fresh. */
export interface Refreshed {
  /** The same issue under the log's newest checkpoint, with how it stands; null where what came does not hold. */
  readonly receipt: Bytes | null;
  readonly fault: Fault | null;
}

export class Verifier {
  /** How long ago the policy's witnesses may have seen what an answer stands on, in milliseconds. */
  maxAge = defaultMaxAge;
  private noPolicyAt: number | null = null;
  private judged: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly service: Service,
    private readonly memory: Memory,
    /** What is known of the log's keys. */
    public trust: Trust,
    /** What is known of its policy. */
    public oversight: Oversight,
    private readonly changed: (verifier: Verifier) => void = () => undefined,
  ) {}

  /**
   * @param address Of the service: `https://truecopy.example`.
   * @param key The log's verifier key, got by a way that is trusted: it counts, and what was remembered of others does not. Without it
   * the keys that the memory holds count, and where it holds none, the first that the service names.
   * @param memory Of this service's log alone.
   * @param policy A policy file (C2SP tlog-policy), got by a way that is trusted: it counts, whatever the service shows. Without it
   * the policy that the memory holds counts, and where it holds none, the first that the service shows, if it has one.
   * @throws FormatError The key is none, or the policy has a mistake.
   */
  static async open(address: string, key?: string, memory = Memory.ofThisRun(), policy?: Uint8Array): Promise<Verifier> {
    const trust = await (key === undefined ? Trust.load([], memory) : Trust.give(key, memory));
    const { keys, retired } = trust.held;
    const oversight = await (policy === undefined ? Oversight.load(memory) : Oversight.give(new Uint8Array(policy), [...keys, ...retired], memory));
    return new Verifier(new Service(address.replace(/\/+$/, '')), memory, trust, oversight);
  }

  /**
   * What each document is worth, by the service's answer and its proofs.
   * @returns One judgement a digest, in the order asked. Where its `verdict` is null, the answer does not count.
   * @throws ServiceFailure The service did not answer, which says nothing about any document.
   */
  async verify(digests: readonly Digest[]): Promise<Judgement[]> {
    const judgements: Judgement[] = [];
    for (let from = 0; from < digests.length; from += maxBatch) {
      const batch = digests.slice(from, from + maxBatch);
      for (const [i, answer] of (await this.ask(batch)).entries()) judgements.push(await this.judge(answer, batch[i]!));
    }
    return judgements;
  }

  /** What a receipt proves by the keys and the policy that are known, without the network. */
  checkReceipt(receipt: Uint8Array, digest: Digest): Promise<ReceiptCheck> {
    return checkReceipt(new Uint8Array(receipt), digest, this.keys, this.oversight.held.policy);
  }

  /**
   * Has the service make a receipt fresh: the same issue under the log's checkpoint of now, with how the document stands.
   * @throws ServiceFailure The service did not.
   * @throws FormatError The receipt is none.
   */
  async refresh(receipt: Uint8Array): Promise<Refreshed> {
    const old = parseReceipt(new Uint8Array(receipt));
    await this.meet();
    const doubted = this.doubtedNow();
    if (doubted !== null) return { receipt: null, fault: doubted };
    const fresh = await this.service.refreshed(new Uint8Array(receipt));
    const fault = await this.refreshFault(old, fresh);
    return { receipt: fault === null ? fresh : null, fault };
  }

  private async refreshFault(old: Receipt, fresh: Bytes): Promise<Fault | null> {
    const now = Date.now();
    const { keys } = this.trust.held;
    const check = await checkEntry(fresh, keys, this.oversight.held.policy, now);
    const { receipt, standing, seenAt } = check;
    const fault = faultOf(check);
    if (fault !== null) return fault;
    if (receipt === null) throw new Error('A receipt that holds is none.');
    const isSame = equal(receipt.entry, old.entry) && equal(receipt.opening, old.opening) && receipt.proof.index === old.proof.index;
    if (!isSame) return { kind: 'proof', text: 'The receipt that came is that of another entry.' };
    if (standing === null) return { kind: 'standing', text: 'The receipt that came does not prove how the document stands.' };
    const absent = presenceFault({ fault: null, seenAt }, now, this.maxAge);
    if (absent !== null) return { kind: 'unwitnessed', text: absent };
    return this.goOnFrom(receipt.proof.checkpoint);
  }

  /** Holds a checkpoint to the keys and to what was seen of the log, and remembers it; what is wrong with it, if anything. */
  async goOnFrom(checkpoint: Bytes): Promise<Fault | null> {
    try {
      const opened = await openCheckpoint(checkpoint, this.trust.held.keys);
      const seen = await this.memory.seen();
      const next = await goOn(seen, opened.checkpoint, decodeUtf8(checkpoint, 'checkpoint'), Date.now(), this.service.logFile);
      if (isFault(next)) return next;
      if (next !== seen) await this.memory.rememberSeen(next);
      return null;
    } catch (error) {
      if (error instanceof FormatError) return { kind: 'proof', text: error.message };
      throw error;
    }
  }

  /** Why nothing of the service counts; null if it may. */
  doubtedNow(): Fault | null {
    const { doubt } = this.trust;
    const { fault } = this.oversight;
    return doubt !== null ? doubtFault(doubt) : fault !== null ? { kind: 'policy', text: fault } : null;
  }

  /** The log's keys that are known, those that gave way to others too. */
  get keys(): readonly VerifierKey[] {
    const { keys, retired } = this.trust.held;
    return [...keys, ...retired];
  }

  /**
   * Meets the keys and the policy of the service, and asks it: answers as they come, of which nothing is known yet.
   * @throws ServiceFailure
   */
  async ask(digests: readonly Digest[]): Promise<readonly Answer[]> {
    await this.meet();
    return this.service.verifyMany(digests);
  }

  /** What an answer is worth. One at a time: each is held to what was seen until then. */
  judge(answer: Answer, digest: Digest): Promise<Judgement> {
    const next = this.judged.then(() => this.judgeNow(answer, digest));
    // A failure is that of whoever asked.
    this.judged = next.catch(() => undefined);
    return next;
  }

  /**
   * What the service names as its keys and shows as its policy is compared with what is known.
   * @throws ServiceFailure There is no key that something speaks for, or it is open whether there is a policy.
   */
  async meet(): Promise<void> {
    // Both are asked for at once; what came of the policy is looked at once the keys are known.
    const shown = this.isSettled() ? null : this.service.policy().then((file) => ({ file }), (error: unknown) => ({ error }));
    await this.meetKeys();
    const { held, doubt } = this.trust;
    // Whoever's keys are in doubt shows no policy of this log.
    if (shown !== null && doubt === null && held.confirmed) await this.meetPolicy(await shown);
  }

  /** Whether the service said just now that it has no policy, and none is known. */
  private isSettled(): boolean {
    const since = this.noPolicyAt === null ? Infinity : Date.now() - this.noPolicyAt;
    return this.oversight.held.policy === null && since >= 0 && since < noPolicyHolds;
  }

  private async meetPolicy(shown: { readonly file: Bytes | null } | { readonly error: unknown }): Promise<void> {
    try {
      if ('error' in shown) throw shown.error;
      this.holdPolicy(await this.oversight.meet(shown.file, this.keys));
      this.noPolicyAt = shown.file === null ? Date.now() : null;
    } catch (error) {
      if (error instanceof FormatError) throw new ServiceFailure('garbled', error.message);
      if (!(error instanceof ServiceFailure) || this.oversight.held.policy === null) throw error;
    }
  }

  private async meetKeys(): Promise<void> {
    try {
      const seen = checkpointOf(await this.memory.seen());
      const goesOn = async (step: Checkpoint) => seen === null || (await pastFault(seen, step, this.service.logFile)) === null;
      this.hold(await this.trust.meet(await this.service.keys(), goesOn));
    } catch (error) {
      this.hold(this.trust.alone());
      if (error instanceof FormatError) throw new ServiceFailure('garbled', error.message);
      const { keys, confirmed } = this.trust.held;
      if (!(error instanceof ServiceFailure) || keys.length === 0 || !confirmed) throw error;
    }
  }

  /** From now on this is what is known of the keys. */
  hold(trust: Trust): void {
    this.trust = trust;
    this.changed(this);
  }

  /** From now on this is what is known of the policy. */
  holdPolicy(oversight: Oversight): void {
    this.oversight = oversight;
    this.changed(this);
  }

  private async judgeNow(answer: Answer, digest: Digest): Promise<Judgement> {
    const { held } = this.trust;
    const seen = await this.memory.seen();
    const doubted = this.doubtedNow();
    if (doubted !== null) return { verdict: null, findings: [], checks: [], sightings: [], fault: doubted, seen };
    const yardstick = { keys: held.keys, policy: this.oversight.held.policy, maxAge: this.maxAge, seen, now: Date.now(), read: this.service.logFile };
    const judgement = await judgeAnswer(answer, digest, yardstick);
    if (judgement.verdict !== null && judgement.seen !== seen) await this.memory.rememberSeen(judgement.seen);
    return judgement;
  }
}

export function doubtFault(doubt: Doubt): Fault {
  return { kind: 'key', text: doubt.kind === 'badLink' ? doubt.text : `${doubt.kind}: ${doubt.offered.join(', ')}` };
}
