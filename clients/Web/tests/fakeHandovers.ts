// Handovers of the fake service: what is announced, stored, taken in and done, and what it says of that.

import { createHash, randomBytes, createHmac } from 'node:crypto';
import { opens } from '../src/handover/locks';
import { commitmentOf, type Register } from './register';

export interface Handover {
  readonly id: string;
  readonly receiver: string;
  readonly lock: string;
  readonly withdrawLock: string;
  readonly length: number;
  /** What its addresses are signed with. */
  readonly token: string;
  package: Buffer | null;
  /** SHA-256, hex. */
  digest: string;
  sentAt: string;
  refused?: string;
  /** Index of the entry, and of what followed it. */
  readonly entries: { readonly act: string; readonly index: number }[];
}

/** What the service lies about. */
export type Lie = 'none' | 'swappedKey' | 'otherLock' | 'forgedReceipt' | 'saysReceived' | 'neverTakesIn' | 'down' | 'notForYou' | 'refusesUpload';

export interface Reply {
  readonly status: number;
  readonly value: unknown;
}

export const reply = (status: number, value: unknown = {}): Reply => ({ status, value });

const day = 86_400_000;

export class FakeHandovers {
  readonly all = new Map<string, Handover>();
  private readonly notes = new Map<number, object>();

  constructor(
    private readonly register: Register,
    private readonly lie: () => Lie,
    private readonly storage: () => string,
  ) {}

  announce(asked: Pick<Handover, 'id' | 'receiver' | 'lock' | 'withdrawLock' | 'length'>): Reply {
    const { id, receiver } = asked;
    const known = this.all.get(id);
    if (known?.package) return reply(409, { title: 'there already' });
    const handover = known ?? this.open(asked);
    return reply(201, { upload: `${this.addressOf(receiver, id)}?sig=${handover.token}`, expires: new Date(this.register.now + 3_600_000).toISOString(), maxLength: 5_242_880_000 });
  }

  /** Knows of one from now on. */
  open({ id, receiver, lock, withdrawLock, length }: Pick<Handover, 'id' | 'receiver' | 'lock' | 'withdrawLock' | 'length'>): Handover {
    const handover: Handover = { id, receiver, lock, withdrawLock, length, token: randomBytes(8).toString('hex'), package: null, digest: '', sentAt: '', entries: [] };
    this.all.set(id, handover);
    return handover;
  }

  /** What was uploaded is taken in, or not. */
  takeIn(handover: Handover, bytes: Buffer): void {
    handover.package = bytes;
    handover.digest = createHash('sha256').update(bytes).digest('hex');
    handover.sentAt = this.register.at;
    if (this.lie() === 'neverTakesIn') return;
    if (this.lie() === 'refusesUpload') handover.refused = 'not as announced';
    else this.act(handover, 'handover', { lock: this.lie() === 'otherLock' ? 'ef'.repeat(32) : handover.lock, withdrawLock: handover.withdrawLock });
  }

  trace(id: string): Reply {
    const handover = this.all.get(id);
    return handover ? reply(200, this.traceOf(handover)) : reply(404, { title: 'none' });
  }

  async withdraw(id: string, proof: string): Promise<Reply> {
    const handover = this.all.get(id);
    if (!handover || !(await opens(proof, handover.withdrawLock))) return reply(409, { title: 'not the holder' });
    this.act(handover, 'withdrawn', { proof });
    handover.package = null;
    return reply(200, this.eventsOf(handover).at(-1));
  }

  waiting(receiver: string): Reply {
    const own = [...this.all.values()].filter((each) => each.receiver === receiver && each.entries.length > 0).reverse();
    return reply(200, { handovers: own.map((each) => ({ ...this.traceOf(each), sentAt: each.sentAt, length: each.length })), complete: true });
  }

  package(receiver: string, id: string): Reply {
    const handover = this.all.get(id);
    if (handover?.receiver !== receiver || !handover.package) return reply(409, { title: 'gone' });
    return reply(200, { download: `${this.addressOf(receiver, id)}?sig=r${handover.token}`, expires: new Date(this.register.now + 900_000).toISOString(), length: handover.length });
  }

  async acts(receiver: string, id: string, { act, proof, reason, text, purpose }: Record<string, string>): Promise<Reply> {
    const handover = this.all.get(id);
    if (handover?.receiver !== receiver) return reply(404, { title: 'none' });
    if (act === 'received' && !(await opens(proof, handover.lock))) return reply(409, { title: 'not opened' });
    const note = act === 'declined' ? { reason, ...(text !== undefined && { text }) } : act === 'used' ? { purpose } : undefined;
    this.act(handover, act!, proof === undefined ? {} : { proof }, note);
    if (act !== 'used') handover.package = null;
    return reply(200, this.eventsOf(handover).at(-1));
  }

  private act(handover: Handover, act: string, more: Record<string, unknown> = {}, note?: object): void {
    const opening = randomBytes(32);
    const text = note && JSON.stringify(note);
    const [first] = handover.entries;
    const index = this.register.append({
      act,
      ...(first && { target: first.index }),
      algorithm: 'sha-256',
      commitment: commitmentOf(opening, handover.digest),
      ...(text !== undefined && { noteCommitment: createHmac('sha256', opening).update(`note\0${text}`).digest('hex') }),
      ...more,
    });
    this.register.hide(index, opening);
    if (text !== undefined) this.notes.set(index, { note: text });
    handover.entries.push({ act, index });
    this.register.seal();
  }

  private eventsOf({ entries }: Handover): object[] {
    return entries.map(({ act, index }) => ({ act, at: this.register.atOf(index), logIndex: index, receipt: this.receipt(index) }));
  }

  private traceOf(handover: Handover): object {
    const { id, receiver, entries, refused, sentAt } = handover;
    const last = entries.at(-1)?.act;
    const state = refused !== undefined ? 'refused' : last === undefined ? 'announced' : last === 'handover' ? 'sent' : last === 'used' ? 'received' : last;
    return {
      id,
      receiver,
      state: this.lie() === 'saysReceived' ? 'received' : state,
      events: this.eventsOf(handover),
      ...(state === 'sent' && { expires: new Date(Date.parse(sentAt) + 30 * day).toISOString() }),
      ...(refused !== undefined && { refused }),
    };
  }

  private receipt(index: number): string {
    const receipt = new TextDecoder().decode(this.register.receipt(index, { status: false, more: this.notes.get(index) ?? {} }));
    return this.lie() === 'forgedReceipt' ? receipt.replace(/\nindex (\d+)\n/, (_, own: string) => `\nindex ${Number(own) - 1}\n`) : receipt;
  }

  private addressOf(receiver: string, id: string): string {
    return `${this.storage()}/receiver-${receiver}/${id}.truecopy`;
  }
}
