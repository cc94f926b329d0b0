// From dropped files to outcomes. Files are hashed one after the other; what was hashed while a request travelled goes
// into the next request.

import { type Hasher, UnreadableFile } from '../hashing/hasher';
import { FormatError, type Bytes } from '../log/bytes';
import type { Checkpoint } from '../log/checkpoint';
import { checkReceipt, isAbout } from '../receipt/check';
import { algorithms, type Algorithm, type Digest, formatDigest } from '../receipt/digest';
import { type Entry, parseEntry } from '../receipt/entry';
import { parseReceipt, type Receipt, receiptExtension } from '../receipt/receipt';
import { judgeAnswer, verdictOf } from '../service/judge';
import type { Answer } from '../service/answers';
import * as service from '../service/service';
import { ServiceFailure } from '../service/service';
import { checkpointOf, type Fault, pastFault } from '../trust/continuity';
import { rememberSeen, seenCheckpoint } from '../trust/memory';
import type { Doubt, Trust } from '../trust/trust';
import type { Item, Outcome } from './item';

const everyAlgorithm = Object.keys(algorithms) as Algorithm[];
const maxReceiptSize = 1_500_000;

/** A receipt that was dropped. */
interface HeldReceipt {
  readonly name: string;
  readonly bytes: Bytes;
  readonly receipt: Receipt | null;
  readonly entry: Entry | null;
}

interface Question {
  readonly item: Item;
  readonly digests: readonly Digest[];
  readonly answered: () => void;
}

export class Checker {
  items: Item[] = [];
  /** The digest that the page's link names. */
  named: Digest | null = null;
  private last = 0;
  private readonly questions: Question[] = [];
  private asking = false;

  constructor(
    private readonly hasher: Hasher,
    private trust: Trust,
    private readonly changed: (item: Item | null) => void,
    private readonly trustChanged: (trust: Trust) => void,
  ) {}

  /** Takes dropped or chosen files. Receipts among them are for the others, which are then checked without the network. */
  async add(files: readonly File[]): Promise<void> {
    const isReceipt = (file: File): boolean => file.name.endsWith(receiptExtension) && file.size <= maxReceiptSize;
    const receipts = await Promise.all(files.filter(isReceipt).map(readReceipt));
    const documents = files.filter((file) => !isReceipt(file));
    // A receipt alone is looked at as any other file would be.
    const items = (documents.length > 0 ? documents : files).map((file) => this.newItem(file, file.name));
    this.items = [...items, ...this.items];
    this.changed(null);
    const offline = documents.length > 0 ? receipts : [];
    await Promise.all(items.map((item) => this.check(item, offline, ['sha-256'])));
  }

  /** Asks about a digest whose document is not at hand. */
  async addDigest(digest: Digest): Promise<void> {
    this.named = digest;
    const item = this.newItem(null, null);
    item.digests = [digest];
    this.items = [item, ...this.items];
    this.changed(null);
    await this.ask(item);
  }

  clear(): void {
    this.items = [];
    this.named = null;
    this.changed(null);
  }

  /** The document names this institution: its word alone counts. Null: everybody's. */
  choose(item: Item, issuer: string | null): void {
    item.chosen = issuer;
    this.changed(item);
  }

  async retry(item: Item): Promise<void> {
    if (item.file && item.digests.length === 0) await this.check(item, [], ['sha-256']);
    else await this.ask(item);
  }

  /** Looks under every algorithm: some institutions register other digests only. */
  async lookFurther(item: Item): Promise<void> {
    item.everyAlgorithm = true;
    await this.check(item, [], everyAlgorithm);
  }

  /** From now on these keys count; what was checked with others is asked again. */
  async hold(trust: Trust): Promise<void> {
    this.take(trust);
    await Promise.all(
      this.items.map(async (item) => {
        const { outcome } = item;
        if (outcome.kind === 'noKey' || (outcome.kind === 'distrusted' && outcome.again)) await outcome.again!();
        else if (outcome.kind === 'distrusted' && !outcome.offline) await this.ask(item);
      }),
    );
  }

  private newItem(file: File | null, name: string | null): Item {
    return { id: ++this.last, file, name, digests: [], outcome: { kind: 'waiting' }, everyAlgorithm: false, chosen: null, isNamed: null, at: '' };
  }

  private set(item: Item, outcome: Outcome): void {
    item.outcome = outcome;
    item.at = new Date().toISOString();
    this.changed(item);
  }

  private async check(item: Item, receipts: readonly HeldReceipt[], wanted: readonly Algorithm[]): Promise<void> {
    if (this.named) wanted = [...wanted, this.named.algorithm];
    const ofReceipts = receipts.map(({ entry }) => entry?.algorithm).filter((name): name is Algorithm => everyAlgorithm.includes(name as Algorithm));
    try {
      item.digests = await this.hasher.hash(item.file!, [...new Set([...wanted, ...ofReceipts])], (hashed) => this.set(item, { kind: 'hashing', hashed }));
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      this.set(item, { kind: 'unreadable', detail: error.message });
      return;
    }
    const { named } = this;
    item.isNamed = named && item.digests.some((digest) => formatDigest(digest) === formatDigest(named));
    const own = await this.receiptFor(item, receipts);
    if (own) await this.checkOffline(item, own.receipt, own.digest);
    else await this.ask(item);
  }

  /** The receipt whose entry is about the file; else one that bears the file's name, so that its fault is shown. */
  private async receiptFor(item: Item, receipts: readonly HeldReceipt[]): Promise<{ receipt: HeldReceipt; digest: Digest } | null> {
    for (const held of receipts) {
      if (!held.receipt || !held.entry) continue;
      for (const digest of item.digests) if (await isAbout(held.receipt, held.entry, digest)) return { receipt: held, digest };
    }
    const named = receipts.find(({ name }) => name.startsWith(item.name ?? '')) ?? (receipts.length === 1 && this.items.length === 1 ? receipts[0] : undefined);
    const digest = item.digests.find(({ algorithm }) => algorithm === named?.entry?.algorithm) ?? item.digests[0];
    return named && digest ? { receipt: named, digest } : null;
  }

  private async checkOffline(item: Item, held: HeldReceipt, digest: Digest): Promise<void> {
    // A link's key is compared before it counts; else not a single request is made.
    if (this.trust.isOpen) await this.settle();
    const again = () => this.checkOffline(item, held, digest);
    const known = this.trust.held;
    const keys = [...known.keys, ...known.retired];
    if (this.trust.doubt !== null) {
      this.set(item, { kind: 'distrusted', fault: doubtFault(this.trust.doubt), checks: [], offline: true, held: known, again });
      return;
    }
    const check = await checkReceipt(held.bytes, digest, keys);
    const fits = check.steps.every((step) => step.holds || step.name === 'signature');
    if (keys.length === 0 && fits) {
      this.set(item, { kind: 'noKey', check, again });
      return;
    }
    if (check.fault !== null) {
      this.set(item, { kind: 'distrusted', fault: { kind: 'proof', text: check.fault }, checks: [check], offline: true, held: known });
      return;
    }
    const verdict = verdictOf(check.entry!, Date.now());
    this.set(item, { kind: 'offline', verdict, check, receipt: new TextDecoder().decode(held.bytes), held: known });
  }

  private ask(item: Item): Promise<void> {
    this.set(item, { kind: 'asking' });
    return new Promise((answered) => {
      this.questions.push({ item, digests: item.digests, answered });
      void this.askAll();
    });
  }

  private async askAll(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    while (this.questions.length > 0) {
      const batch: Question[] = [];
      let room = service.maxBatch;
      while (this.questions.length > 0 && this.questions[0]!.digests.length <= room) {
        const question = this.questions.shift()!;
        room -= question.digests.length;
        batch.push(question);
      }
      await this.askBatch(batch);
      for (const question of batch) question.answered();
    }
    this.asking = false;
  }

  private async askBatch(batch: readonly Question[]): Promise<void> {
    try {
      await this.meetKeys();
      const answers = await service.verifyMany(batch.flatMap((question) => question.digests));
      let next = 0;
      for (const { item, digests } of batch) {
        const own = answers.slice(next, next + digests.length);
        next += digests.length;
        // Several algorithms: the first that knows the document answers.
        const at = Math.max(0, own.findIndex((answer) => answer.verdict !== 'unknown'));
        const [answer, digest] = [own[at]!, digests[at]!];
        this.set(item, await this.judge(answer, digest));
      }
    } catch (error) {
      const failure = error instanceof ServiceFailure ? error : new ServiceFailure('garbled', error instanceof FormatError ? error.message : String(error));
      for (const { item } of batch) this.set(item, { kind: 'outage', failure: failure.kind, detail: failure.message });
    }
  }

  private async judge(answer: Answer, digest: Digest): Promise<Outcome> {
    const { held, doubt } = this.trust;
    if (doubt !== null) return { kind: 'distrusted', fault: doubtFault(doubt), checks: [], offline: false, held };
    const yardstick = { keys: held.keys, seen: seenCheckpoint(), now: Date.now(), read: service.logFile };
    const { verdict, findings, checks, fault, seen } = await judgeAnswer(answer, digest, yardstick);
    if (verdict === null) return { kind: 'distrusted', fault: fault!, checks, offline: false, held };
    if (seen !== yardstick.seen) rememberSeen(seen);
    return { kind: 'answered', verdict, findings, answer, held };
  }

  /** What the service names as its keys is compared with what is known; without a key that something speaks for there is no answer. */
  private async meetKeys(): Promise<void> {
    try {
      const seen = checkpointOf(seenCheckpoint());
      const goesOn = async (step: Checkpoint) => seen === null || (await pastFault(seen, step, service.logFile)) === null;
      this.take(await this.trust.meet(await service.keys(), goesOn));
    } catch (error) {
      this.take(this.trust.alone());
      if (error instanceof FormatError) throw new ServiceFailure('garbled', error.message);
      const { keys, confirmed } = this.trust.held;
      if (!(error instanceof ServiceFailure) || keys.length === 0 || !confirmed) throw error;
    }
  }

  /** Meets the service's keys without a question, if it can be reached. */
  async settle(): Promise<void> {
    try {
      await this.meetKeys();
    } catch (error) {
      // What cannot be reached is said where it is needed.
      if (!(error instanceof ServiceFailure)) throw error;
    }
  }

  private take(trust: Trust): void {
    this.trust = trust;
    this.trustChanged(trust);
  }
}

function doubtFault(doubt: Doubt): Fault {
  return { kind: 'key', text: doubt.kind === 'badLink' ? doubt.text : `${doubt.kind}: ${doubt.offered.join(', ')}` };
}

async function readReceipt(file: File): Promise<HeldReceipt> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    const receipt = parseReceipt(bytes);
    return { name: file.name, bytes, receipt, entry: parseEntry(receipt.entry) };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { name: file.name, bytes, receipt: null, entry: null };
  }
}
