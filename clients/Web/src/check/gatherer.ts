// What is to be asked, gathered into few requests while more is coming.

/**
 * Sends what it was given in batches, one at a time. The first goes at once, so that there is something to see; while
 * more is coming each further one waits to be twice as large as the last, or for a moment.
 */
export class Gatherer<Q> {
  private readonly waiting: Q[] = [];
  private sending = false;
  private last = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;

  /**
   * @param most The most that a batch may weigh.
   * @param weigh What one weighs, at most `most`.
   * @param isComing Whether more is coming; `look` is to be called when that changes.
   * @param patience The longest wait for more, in milliseconds.
   */
  constructor(
    private readonly most: number,
    private readonly weigh: (question: Q) => number,
    private readonly isComing: () => boolean,
    private readonly send: (batch: readonly Q[]) => Promise<void>,
    private readonly patience = 1000,
  ) {}

  add(question: Q): void {
    this.waiting.push(question);
    this.look();
  }

  /** Sends what is there if it is time. */
  look(): void {
    if (this.sending || this.waiting.length === 0) return;
    if (this.isComing() && this.waiting.length < Math.min(2 * this.last, this.most)) {
      this.timer ??= setTimeout(() => {
        this.timer = null;
        if (!this.sending) void this.sendNext();
      }, this.patience);
      return;
    }
    void this.sendNext();
  }

  /** Leaves out what was not sent. */
  forget(): void {
    this.waiting.length = 0;
  }

  private async sendNext(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const batch: Q[] = [];
    for (let room = this.most; this.waiting.length > 0 && this.weigh(this.waiting[0]!) <= room; ) {
      const question = this.waiting.shift()!;
      room -= this.weigh(question);
      batch.push(question);
    }
    if (batch.length === 0) return;
    this.last = batch.length;
    this.sending = true;
    try {
      await this.send(batch);
    } finally {
      this.sending = false;
      if (this.waiting.length === 0 && !this.isComing()) this.last = 0;
      this.look();
    }
  }
}
