// From what was given (files, receipts, fingerprints) to outcomes.

import type { Hasher } from '../hashing/hasher';
import { type ArchiveEntry, Unreadable } from '../hashing/protocol';
import { FormatError } from '../log/bytes';
import type { VerifierKey } from '../log/note';
import { algorithms, type Algorithm, type Digest, formatDigest } from '../receipt/digest';
import type { Answer } from '../service/answers';
import { faultOf } from '../service/judge';
import { maxBatch, ServiceFailure } from '../service/service';
import { doubtFault, type Verifier } from '../service/verifier';
import { currentOf, isRecent, verdictBy } from '../status/current';
import type { Known } from '../status/kept';
import type { Oversight } from '../trust/oversight';
import type { Trust } from '../trust/trust';
import { type GivenFiles, isSystemFile } from './dropped';
import { Gatherer } from './gatherer';
import { type Item, type Outcome, receiptOf, type Refresh } from './item';
import type { Pasted, PastedList } from './pasted';
import { fitting, type HeldReceipt, heldReceipt, isReceipt, maxCompared, readReceipt, Receipts } from './receipts';

const everyAlgorithm = Object.keys(algorithms) as Algorithm[];

/** What is to be said of what was given, beside what came of each item. */
export interface Notes {
  /** More files than are taken at once. */
  readonly tooMany: boolean;
  /** Files that no person made. */
  readonly leftOut: number;
  /** Folders or receipts that could not be read. */
  readonly unreadable: number;
  /** There was nothing at all in it. */
  readonly nothing: 'files' | 'fingerprints' | null;
  /** Lines without a fingerprint. */
  readonly lines: number;
}

const noNotes: Notes = { tooMany: false, leftOut: 0, unreadable: 0, nothing: null, lines: 0 };

export class Checker {
  items: Item[] = [];
  notes: Notes = noNotes;
  /** The fingerprints that were given without a file, as text, and which item stands for each. */
  private sought = new Map<string, Item>();
  private last = 0;
  /** How many files are to be hashed. */
  private hashing = 0;
  private readonly questions = new Gatherer<Item>(
    maxBatch,
    ({ digests }) => digests.length,
    () => this.hashing > 0,
    (items) => this.askBatch(items),
  );

  constructor(
    private readonly hasher: Hasher,
    private readonly verifier: Verifier,
    private readonly changed: (item: Item | null) => void,
    /** The status of every document, where it is kept on this computer. */
    private readonly kept: () => Promise<Known | null> = () => Promise.resolve(null),
  ) {}

  /** Takes files. Receipts among them are for the others, which are then checked without the network. */
  async add({ files, tooMany, leftOut, unreadable }: GivenFiles): Promise<void> {
    this.notes = { ...noNotes, tooMany, leftOut, unreadable, nothing: files.length === 0 ? 'files' : null };
    const documents = files.filter((given) => !isReceipt(given));
    const items = documents.map(({ file, name }) => this.newItem({ source: { file, entry: null }, name, size: sizeOf(file), opening: isArchive(name) ? { kind: 'opening' } : null }));
    this.items = [...items, ...this.items];
    this.hashing += items.length;
    this.changed(null);
    const held = (await Promise.all(files.filter(isReceipt).map(readReceipt))).filter((receipt) => receipt !== null);
    const receipts = new Receipts(held, documents.length);
    await Promise.all([...items.map((item) => this.check(item, receipts, ['sha-256'])), ...items.map((item) => this.open(item))]);
    this.addReceipts(receipts.left);
    await this.match();
  }

  /** Asks about fingerprints whose documents are not at hand. */
  addFingerprints({ fingerprints, leftOut }: PastedList): void {
    this.notes = { ...noNotes, nothing: fingerprints.length === 0 ? 'fingerprints' : null, lines: fingerprints.length === 0 ? 0 : leftOut };
    const items = fingerprints.filter(({ digests }) => !digests.some((digest) => this.sought.has(formatDigest(digest)))).map((pasted) => this.seek(pasted));
    this.items = [...items, ...this.items];
    this.changed(null);
    for (const item of items) this.ask(item);
  }

  clear(): void {
    this.items = [];
    this.notes = noNotes;
    this.sought.clear();
    this.questions.forget();
    this.hasher.forget();
    this.changed(null);
  }

  /** The document names this institution: its word alone counts. Null: everybody's. */
  choose(item: Item, issuer: string | null): void {
    item.chosen = issuer;
    this.changed(item);
  }

  async retry(item: Item): Promise<void> {
    if (item.source && item.digests.length === 0) await this.checkAgain(item, ['sha-256']);
    else this.ask(item);
  }

  /** Tries all again that the service did not answer, or that could not be read. */
  async retryAll(): Promise<void> {
    await Promise.all(this.items.filter(({ outcome: { kind } }) => kind === 'outage' || kind === 'unreadable').map((item) => this.retry(item)));
  }

  /** Looks under every algorithm: some institutions register other digests only. */
  async lookFurther(item: Item): Promise<void> {
    item.everyAlgorithm = true;
    await this.checkAgain(item, everyAlgorithm);
  }

  /** From now on these keys count; what was checked with others is asked again. */
  async hold(trust: Trust): Promise<void> {
    this.verifier.hold(trust);
    await Promise.all(
      this.items.map(async (item) => {
        const { outcome } = item;
        if (outcome.kind === 'noKey' || (outcome.kind === 'distrusted' && outcome.again)) await outcome.again!();
        else if (outcome.kind === 'distrusted' && !outcome.offline) this.ask(item);
      }),
    );
  }

  /** From now on this policy counts; whatever was weighed by another is asked or checked again. */
  async holdPolicy(oversight: Oversight): Promise<void> {
    this.verifier.holdPolicy(oversight);
    await Promise.all(
      this.items.map(async (item) => {
        const { outcome } = item;
        if (outcome.kind === 'answered' || (outcome.kind === 'distrusted' && !outcome.offline)) this.ask(item);
        else if (outcome.kind === 'offline' || outcome.kind === 'distrusted') await outcome.again?.();
      }),
    );
  }

  /** From now on this is what is kept of the status of documents, or how old it may be; what was checked by it is checked again. */
  async checkOfflineAgain(): Promise<void> {
    await Promise.all(this.items.map(async ({ outcome }) => (outcome.kind === 'offline' ? outcome.again() : undefined)));
  }

  /** From now on witnesses may have seen what an answer stands on so long ago, in milliseconds. */
  async holdMaxAge(maxAge: number): Promise<void> {
    this.verifier.maxAge = maxAge;
    await this.holdPolicy(this.verifier.oversight);
  }

  /** Has the register make an item's receipt fresh; then it is checked by that. */
  async refresh(item: Item): Promise<void> {
    const old = receiptOf(item);
    if (old === null || item.refresh?.kind === 'asking') return;
    const set = (refresh: Refresh): void => {
      item.refresh = refresh;
      this.changed(item);
    };
    set({ kind: 'asking' });
    try {
      const { receipt, fault } = await this.verifier.refresh(old);
      if (receipt === null) {
        set({ kind: 'refused', text: fault?.text ?? '' });
        return;
      }
      set({ kind: 'done', receipt: new TextDecoder().decode(receipt) });
      await this.takeFresh(item, heldReceipt(item.name ?? '', receipt));
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error;
      set({ kind: 'failed', failure: error.kind, text: error.message });
    }
  }

  private async takeFresh(item: Item, held: HeldReceipt): Promise<void> {
    const { outcome } = item;
    if (outcome.kind === 'receipt') this.set(item, { ...outcome, held: { ...held, name: outcome.held.name } });
    const digest = item.digests.find(({ algorithm }) => algorithm === held.entry?.algorithm);
    if (outcome.kind === 'offline' && digest) await this.checkOffline(item, held, digest);
  }

  /** The log's keys that are known. */
  get keys(): readonly VerifierKey[] {
    return this.verifier.keys;
  }

  private newItem(given: Pick<Item, 'source' | 'name' | 'size'> & Partial<Item>): Item {
    return { id: ++this.last, digests: [], outcome: { kind: 'waiting' }, everyAlgorithm: false, chosen: null, isNamed: null, compared: null, opening: null, refresh: null, at: '', ...given };
  }

  private set(item: Item, outcome: Outcome): void {
    item.outcome = outcome;
    item.at = new Date().toISOString();
    this.changed(item);
  }

  private seek({ digests, name }: Pasted): Item {
    const item = this.newItem({ source: null, name, size: () => 0, digests });
    for (const digest of digests) this.sought.set(formatDigest(digest), item);
    for (const other of this.items) if (other.source) this.compare(other);
    return item;
  }

  /** Whether a file is one whose fingerprint was given; said on both. */
  private compare(item: Item): void {
    if (this.sought.size === 0 || item.digests.length === 0) return;
    const name = item.name ?? '';
    const found = item.digests.map((digest) => this.sought.get(formatDigest(digest))).find((sought) => sought !== undefined);
    const all = new Set(this.sought.values());
    // Of many fingerprints none is the one that a file should have had.
    item.isNamed = found ? true : all.size === 1 ? false : null;
    const [sought] = found ? [found] : all.size === 1 ? all : [];
    if (!sought || sought.compared?.same === true) return;
    sought.compared = { same: found !== undefined, name };
    this.changed(sought);
  }

  /** Receipts whose documents are not among what came with them. */
  private addReceipts(receipts: readonly HeldReceipt[]): void {
    if (receipts.length === 0) return;
    const items = receipts.map((held) => this.newItem({ source: null, name: held.name, size: () => held.bytes.length, outcome: { kind: 'receipt', held, of: null } }));
    this.items = [...items, ...this.items];
    this.changed(null);
  }

  /** Names the documents of receipts that came alone. */
  private async match(): Promise<void> {
    const documents = this.items.filter(({ source, digests }) => source !== null && digests.length > 0).slice(0, maxCompared);
    for (const item of this.items) {
      const { outcome } = item;
      if (outcome.kind !== 'receipt' || outcome.of !== null) continue;
      for (const { digests, name } of documents) {
        if (!(await fitting(outcome.held, digests))) continue;
        this.set(item, { ...outcome, of: name ?? '' });
        break;
      }
    }
  }

  /** Opens an archive; what is in it is checked by itself. */
  private async open(item: Item): Promise<void> {
    const { source } = item;
    if (item.opening?.kind !== 'opening' || !source) return;
    let all: readonly ArchiveEntry[];
    try {
      all = await this.hasher.open(source.file);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      item.opening = { kind: 'closed', why: error.why, detail: error.message };
      this.changed(item);
      return;
    }
    if (!this.items.includes(item)) return;
    const entries = all.filter(({ name }) => !isSystemFile(name));
    item.opening = { kind: 'opened', files: entries };
    this.notes = { ...this.notes, leftOut: this.notes.leftOut + all.length - entries.length };
    const found = entries.map(({ entry, name, size }) => this.newItem({ source: { file: source.file, entry }, name: `${item.name}/${name}`, size: () => size }));
    const at = this.items.indexOf(item) + 1;
    this.items = [...this.items.slice(0, at), ...found, ...this.items.slice(at)];
    this.hashing += found.length;
    this.changed(null);
    this.changed(item);
    await Promise.all(found.map((each) => this.check(each, new Receipts([], 0), ['sha-256'])));
  }

  private async checkAgain(item: Item, wanted: readonly Algorithm[]): Promise<void> {
    this.hashing++;
    await this.check(item, new Receipts([], 0), wanted);
  }

  private async check(item: Item, receipts: Receipts, wanted: readonly Algorithm[]): Promise<void> {
    const soughtAlgorithms = [...this.sought.keys()].map((text) => text.slice(0, text.indexOf(':')) as Algorithm);
    let own: Awaited<ReturnType<Receipts['of']>> = null;
    try {
      item.digests = await this.hasher.hash(item.source!, [...new Set([...wanted, ...soughtAlgorithms, ...receipts.algorithms])], (hashed) => this.set(item, { kind: 'hashing', hashed }));
      this.compare(item);
      own = await receipts.of(item.name ?? '', item.digests);
      // Asked before the file counts as done, so that it is in the batch that its end sets off.
      if (!own && this.items.includes(item)) this.ask(item);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      item.digests = [];
      this.set(item, { kind: 'unreadable', why: error.why, detail: error.message });
    } finally {
      this.hashing--;
      this.questions.look();
    }
    if (own) await this.checkOffline(item, own.held, own.digest);
  }

  private async checkOffline(item: Item, held: HeldReceipt, digest: Digest): Promise<void> {
    // A link's key is compared before it counts; else not a single request is made.
    if (this.verifier.trust.isOpen) await this.settle();
    const again = () => this.checkOffline(item, held, digest);
    const { held: known, doubt } = this.verifier.trust;
    if (doubt !== null) {
      this.set(item, { kind: 'distrusted', fault: doubtFault(doubt), checks: [], offline: true, held: known, again });
      return;
    }
    const check = await this.verifier.checkReceipt(held.bytes, digest);
    const fits = check.steps.every((step) => step.holds || step.name === 'signature');
    if (known.keys.length === 0 && fits) {
      this.set(item, { kind: 'noKey', check, again });
      return;
    }
    const fault = faultOf(check);
    if (fault !== null) {
      this.set(item, { kind: 'distrusted', fault, checks: [check], offline: true, held: known, again });
      return;
    }
    const now = Date.now();
    const current = currentOf(check, await this.kept());
    if (current?.status === 'unknown') {
      this.set(item, { kind: 'distrusted', fault: { kind: 'standing', text: 'The status is one that this version does not know.' }, checks: [check], offline: true, held: known, again });
      return;
    }
    this.set(item, { kind: 'offline', verdict: verdictBy(check, current, now), check, current, isRecent: current !== null && isRecent(current, now, this.verifier.maxAge), receipt: new TextDecoder().decode(held.bytes), held: known, watched: this.verifier.oversight.held, again });
  }

  /**
   * What the service answers about digests that no item stands for, each held to its proof as any other.
   * @throws ServiceFailure There is no answer.
   */
  async answersTo(digests: readonly Digest[]): Promise<Outcome[]> {
    if (digests.length === 0) return [];
    const answers = await this.verifier.ask(digests);
    const outcomes: Outcome[] = [];
    for (const [i, answer] of answers.entries()) outcomes.push(await this.judge(answer, digests[i]!));
    return outcomes;
  }

  private ask(item: Item): void {
    this.set(item, { kind: 'asking' });
    this.questions.add(item);
  }

  private async askBatch(items: readonly Item[]): Promise<void> {
    try {
      const answers = await this.verifier.ask(items.flatMap(({ digests }) => digests));
      let next = 0;
      for (const item of items) {
        const own = answers.slice(next, next + item.digests.length);
        next += item.digests.length;
        // Several algorithms: the first that knows the document answers.
        const at = Math.max(0, own.findIndex((answer) => answer.verdict !== 'unknown'));
        this.set(item, await this.judge(own[at]!, item.digests[at]!));
      }
    } catch (error) {
      const failure = error instanceof ServiceFailure ? error : new ServiceFailure('garbled', error instanceof FormatError ? error.message : String(error));
      for (const item of items) this.set(item, { kind: 'outage', failure: failure.kind, detail: failure.message });
    }
  }

  private async judge(answer: Answer, digest: Digest): Promise<Outcome> {
    const { trust: { held }, oversight: { held: watched } } = this.verifier;
    const { verdict, findings, checks, sightings, fault } = await this.verifier.judge(answer, digest);
    if (verdict === null) return { kind: 'distrusted', fault: fault!, checks, offline: false, held };
    return { kind: 'answered', verdict, findings, sightings, answer, held, watched };
  }

  /** Meets the service's keys and policy without a question, if it can be reached. */
  async settle(): Promise<void> {
    try {
      await this.verifier.meet();
    } catch (error) {
      // What cannot be reached is said where it is needed.
      if (!(error instanceof ServiceFailure)) throw error;
    }
  }
}

/** Asked for once. */
function sizeOf(file: File): () => number {
  let size: number | null = null;
  return () => (size ??= file.size);
}

function isArchive(name: string): boolean {
  return /\.zip$/i.test(name);
}
