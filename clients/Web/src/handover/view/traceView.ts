// What became of a package, for whoever has its trace link; and the holder's way to take her consent back.

import { type Child, foreign, h, save } from '../../view/dom';
import * as format from '../../view/format';
import { stateIcon } from '../../view/icons';
import type { StateName } from '../../words/en';
import { ServiceFailure, type FailureKind } from '../../service/service';
import type { Bytes } from '../../log/bytes';
import type { DeclineReason, Purpose } from '../consent';
import { Handovers } from '../handovers';
import { idOf, parseSecret, withdrawKeyOf } from '../locks';
import { type HandoverState, type ProvenEvent, type ProvenTrace, proveTrace, type Trace } from '../trace';
import { facts, failure, faultOf, Progress, type Speech, technical, type Tools } from './frame';

type Seen =
  | { readonly kind: 'loading' }
  | { readonly kind: 'badLink' }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly failure: FailureKind }
  | { readonly kind: 'seen'; readonly trace: Trace; readonly proven: ProvenTrace };

/** Each state in the colour and shape of one that the page has already: none of them is the green of a document that stands. */
export const lookOf: Record<HandoverState, StateName> = { announced: 'unknown', refused: 'revoked', sent: 'notYetValid', received: 'proven', declined: 'superseded', withdrawn: 'revoked', expired: 'expired' };

export class TraceView {
  readonly element = h('div', { class: 'handover' });
  private speech: Speech | null = null;
  private link = '';
  private secret: Bytes | null = null;
  private seen: Seen = { kind: 'loading' };
  private withdrawing: 'no' | 'asked' | 'doing' = 'no';
  private withdrawFailure: FailureKind | null = null;
  private isPending = false;

  constructor(private readonly tools: Tools) {}

  /** @param link What follows `#trace=`. */
  draw(speech: Speech, link: string): void {
    this.speech = speech;
    if (link !== this.link) {
      this.link = link;
      this.secret = parseSecret(link);
      this.withdrawing = 'no';
      void this.load();
    }
    this.show();
  }

  private async load(): Promise<void> {
    const { secret, link } = this;
    const set = (seen: Seen): void => {
      // What was asked for since is what is to be seen.
      if (link !== this.link) return;
      this.seen = seen;
      this.show();
    };
    if (secret === null) {
      set({ kind: 'badLink' });
      return;
    }
    set({ kind: 'loading' });
    try {
      const { service, verifier } = this.tools;
      await verifier.meet();
      const trace = await new Handovers(service).trace(await idOf(secret));
      set(trace === null ? { kind: 'none' } : { kind: 'seen', trace, proven: await proveTrace(trace, { secret, lock: null, digest: null }, verifier) });
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error;
      set({ kind: 'failed', failure: error.kind });
    }
  }

  private async withdraw(): Promise<void> {
    const secret = this.secret!;
    this.withdrawing = 'doing';
    this.withdrawFailure = null;
    this.isPending = false;
    this.show();
    try {
      this.isPending = !(await new Handovers(this.tools.service).withdraw(await idOf(secret), await withdrawKeyOf(secret)));
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error;
      this.withdrawFailure = error.kind;
    }
    this.withdrawing = 'no';
    await this.load();
    this.element.querySelector<HTMLElement>('h1')?.focus();
  }

  private show(): void {
    const speech = this.speech!;
    const { trace: said } = speech.said;
    this.element.replaceChildren(h('h1', { tabindex: -1 }, said.title), ...this.body(speech));
  }

  private body(speech: Speech): HTMLElement[] {
    const { trace: said } = speech.said;
    const { seen } = this;
    switch (seen.kind) {
      case 'loading':
        return [h('p', { role: 'status' }, said.loading)];
      case 'badLink':
        return [failure(said.badLink)];
      case 'none':
        return [h('p', { role: 'status' }, said.none), this.refresh(speech)];
      case 'failed':
        return [failure(speech.words.failures[seen.failure]), this.refresh(speech)];
      case 'seen':
        return this.account(speech, seen.trace, seen.proven);
    }
  }

  private account(speech: Speech, trace: Trace, { events, state, fault }: ProvenTrace): HTMLElement[] {
    const { said } = speech;
    const canWithdraw = fault === null && (state === 'sent' || state === 'received');
    return [
      ...(this.withdrawFailure === null ? [] : [failure(said.trace.withdrawFailed, h('p', {}, speech.words.failures[this.withdrawFailure]))]),
      ...(this.isPending && state !== 'withdrawn' ? [h('p', { role: 'status' }, said.pending)] : []),
      fault ? faultOf(speech, said.trace.unproven, fault) : stateHeader(speech, state),
      facts([
        [said.trace.receiver, foreign(trace.receiver)],
        ...(fault === null && trace.expires !== undefined ? [[said.trace.expires, format.time(speech.words, trace.expires)] as const] : []),
      ]),
      ...(trace.refused !== undefined ? [h('div', {}, technical(speech, trace.refused))] : []),
      events.length > 0 ? eventList(speech, events) : h('div', {}),
      h('div', { class: 'buttons' }, this.refresh(speech), canWithdraw && this.withdrawing === 'no' && this.button('withdraw', said.trace.withdraw, 'asked')),
      ...(canWithdraw && this.withdrawing !== 'no' ? [this.withdrawal(speech)] : []),
    ];
  }

  private withdrawal({ said }: Speech): HTMLElement {
    if (this.withdrawing === 'doing') {
      const progress = new Progress();
      progress.tell(said.trace.withdrawing, null);
      return progress.element;
    }
    return h(
      'section',
      { class: 'warning' },
      h('h2', {}, said.trace.withdraw),
      h('p', {}, said.trace.withdrawText),
      h('div', { class: 'buttons' }, h('button', { type: 'button', class: 'withdraw-sure', click: () => void this.withdraw() }, said.trace.withdrawSure), this.button('stay', said.trace.cancel, 'no')),
    );
  }

  private button(name: string, text: string, to: 'no' | 'asked'): HTMLElement {
    return h(
      'button',
      {
        type: 'button',
        class: name,
        click: () => {
          this.withdrawing = to;
          this.show();
          this.element.querySelector<HTMLElement>(to === 'asked' ? 'button.withdraw-sure' : 'button.withdraw')?.focus();
        },
      },
      text,
    );
  }

  private refresh({ said }: Speech): HTMLElement {
    return h('button', { type: 'button', class: 'refresh', click: () => void this.load() }, said.trace.refresh);
  }
}

export function stateHeader({ said }: Speech, state: HandoverState): HTMLElement {
  const look = lookOf[state];
  return h('header', { class: `done state-${look}`, 'data-state': state }, stateIcon(look), h('div', {}, h('h2', {}, said.states[state].title), h('p', {}, said.states[state].text)));
}

export function eventList(speech: Speech, events: readonly ProvenEvent[]): HTMLElement {
  const { said } = speech;
  return h('section', {}, h('h2', {}, said.trace.events), h('ol', { class: 'events' }, events.map((event) => eventRow(speech, event))));
}

function eventRow({ said, words }: Speech, { act, at, logIndex, receipt, note }: ProvenEvent): HTMLElement {
  const word = said.acts[act] ?? act;
  const notes: Child[] = [];
  if (note?.reason !== undefined) notes.push(h('p', {}, said.trace.reason, words.colon, known(said.reasons[note.reason as DeclineReason], note.reason)));
  if (note?.text !== undefined) notes.push(h('p', {}, h('q', {}, foreign(note.text))));
  if (note?.purpose !== undefined) notes.push(h('p', {}, said.preview.purpose, words.colon, known(said.purposes[note.purpose as Purpose], note.purpose)));
  return h(
    'li',
    { 'data-act': act },
    h('p', {}, h('strong', {}, word), words.comma, format.time(words, at)),
    notes,
    h('p', { class: 'hint' }, said.trace.entry(format.count(words, logIndex)), ' ', h('button', { type: 'button', class: 'receipt', 'aria-label': said.trace.receiptOf(word), click: () => save(`${act}-${logIndex}.tlog-proof`, receipt) }, said.trace.receipt)),
  );
}

/** Our word for a code; a code that we have none for stays as it is. */
function known(word: string | undefined, code: string): Child {
  return word ?? foreign(code);
}
