import type { Algorithm, Digest } from '../receipt/digest';
import { hashingScript } from '../scripts';
import { type ArchiveEntry, type Report, type Source, Unreadable, type Work } from './protocol';

interface Job {
  readonly work: Work;
  readonly progress: (hashed: number) => void;
  readonly done: (report: Report) => void;
  readonly failed: (error: Unreadable) => void;
  /** How often it was begun. */
  tries: number;
}

interface Hand {
  readonly worker: Worker;
  job: Job | null;
  /** Whether it was loaded. */
  works: boolean;
  /** How many looks in a row found that nothing had come of the job since the one before. */
  quiet: number;
}

/** Looks, not time, count: a computer that wakes from sleep has missed all of them. */
const lookEvery = 5_000;
/** A minute without a byte: a file that is first fetched from a slow drive takes that long. */
const maxQuiet = 12;
const maxTries = 2;

/**
 * The page's end of the workers. Each has one file at a time; one that gets nowhere is replaced, and its file begun once
 * more.
 */
export class Hasher {
  private most = Math.max(1, Math.min(navigator.hardwareConcurrency - 1, 4));
  private readonly hands: Hand[] = [];
  private readonly queue: Job[] = [];
  private readonly ids = new WeakMap<File, number>();
  private lastId = 0;
  private looking: ReturnType<typeof setInterval> | null = null;

  constructor() {
    // The first is there from the beginning, so that files are hashed without the network too.
    this.hire();
  }

  /** @throws Unreadable */
  async hash(source: Source, algorithms: readonly Algorithm[], progress: (hashed: number) => void): Promise<readonly Digest[]> {
    const report = await this.do({ kind: 'hash', id: this.idOf(source.file), source, algorithms }, progress);
    return 'digests' in report ? report.digests : [];
  }

  /**
   * What is in an archive.
   * @throws Unreadable
   */
  async open(file: File): Promise<readonly ArchiveEntry[]> {
    const report = await this.do({ kind: 'open', id: this.idOf(file), file }, () => undefined);
    return 'entries' in report ? report.entries : [];
  }

  /** Leaves out what has not begun. */
  forget(): void {
    for (const { failed } of this.queue.splice(0)) failed(new Unreadable('unread', ''));
  }

  private do(work: Work, progress: (hashed: number) => void): Promise<Report> {
    return new Promise((done, failed) => {
      this.queue.push({ work, progress, done, failed, tries: 0 });
      this.goOn();
    });
  }

  private goOn(): void {
    while (this.queue.length > 0) {
      const free = this.hands.find(({ job }) => job === null) ?? (this.hands.length < this.most ? this.hire() : null);
      if (!free) break;
      const job = this.queue.shift()!;
      job.tries++;
      free.job = job;
      free.quiet = 0;
      free.worker.postMessage(job.work);
    }
    const busy = this.hands.some(({ job }) => job !== null);
    if (busy) this.looking ??= setInterval(() => this.look(), lookEvery);
    else if (this.looking !== null) {
      clearInterval(this.looking);
      this.looking = null;
    }
  }

  private hire(): Hand {
    const hand: Hand = { worker: new Worker(hashingScript, { type: 'module' }), job: null, works: false, quiet: 0 };
    hand.worker.addEventListener('message', (message: MessageEvent<Report>) => this.read(hand, message.data));
    hand.worker.addEventListener('error', (event) => this.fail(hand, new Unreadable('unread', event.message)));
    this.hands.push(hand);
    return hand;
  }

  private read(hand: Hand, report: Report): void {
    hand.quiet = 0;
    hand.works = true;
    const { job } = hand;
    if (!job || 'ready' in report) return;
    if ('hashed' in report) {
      job.progress(report.hashed);
      return;
    }
    hand.job = null;
    this.goOn();
    if ('why' in report) job.failed(new Unreadable(report.why, report.detail));
    else job.done(report);
  }

  private look(): void {
    for (const hand of [...this.hands]) {
      if (hand.job !== null && ++hand.quiet > maxQuiet) this.replace(hand, new Unreadable('stalled', ''));
    }
  }

  private fail(hand: Hand, why: Unreadable): void {
    // One that cannot even be started, as without the network, takes nothing from those that are there.
    if (!hand.works && this.hands.some(({ works }) => works)) {
      this.most = this.hands.length - 1;
      if (hand.job) hand.job.tries--;
    }
    this.replace(hand, why);
  }

  private replace(hand: Hand, why: Unreadable): void {
    hand.worker.terminate();
    this.hands.splice(this.hands.indexOf(hand), 1);
    const { job } = hand;
    if (job && job.tries < maxTries) this.queue.unshift(job);
    else job?.failed(why);
    this.goOn();
  }

  private idOf(file: File): number {
    const id = this.ids.get(file) ?? ++this.lastId;
    this.ids.set(file, id);
    return id;
  }
}
