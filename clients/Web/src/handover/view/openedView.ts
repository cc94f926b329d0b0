// One package on the receiver's table: what the holder consents to, what is in it, and what is done with it.

import { foreign, h, saveFile } from '../../view/dom';
import * as format from '../../view/format';
import { stateIcon } from '../../view/icons';
import { ServiceFailure } from '../../service/service';
import type { StateName } from '../../words/en';
import { declineReasons, type DeclineReason } from '../consent';
import { type Act, drawUse, type Handovers } from '../handovers';
import type { Identity } from '../identity';
import type { Inspected, Inspection } from '../inspection';
import type { ProvenReceiver } from '../receivers';
import { PackageRefusal } from '../refusal';
import { takeRoom } from '../room';
import { Sealed } from '../sealed';
import { packageName } from '../sending';
import { lockOf } from '../locks';
import { type ProvenTrace, proveTrace } from '../trace';
import { failure, faultOf, labelled, Progress, refusalOf, type Speech, technical, type Tools } from './frame';
import { consentFacts, statedWord } from './preview';
import { eventList, stateHeader } from './traceView';

/** What came, and what it was found to be. */
export interface Arrived {
  readonly file: File;
  readonly identity: Identity;
  readonly receiver: ProvenReceiver | null;
  /** Null where it is refused. */
  readonly inspection: Inspection | null;
  readonly refusal: PackageRefusal | null;
  /** Of the handover; null where nothing tells it. */
  readonly id: string | null;
}

/** How the handover stands: not looked up yet, not sent by this service, or by what is proven. */
type Stand = { readonly kind: 'unseen' } | { readonly kind: 'notSent' } | { readonly kind: 'seen'; readonly trace: ProvenTrace } | { readonly kind: 'failed'; readonly failure: ServiceFailure };

type Said = { readonly kind: 'nothing' } | { readonly kind: 'recording' } | { readonly kind: 'pending' } | { readonly kind: 'done'; readonly act: 'received' | 'declined' | 'used' } | { readonly kind: 'failed'; readonly failure: ServiceFailure };

const maxDeclineText = 1000;

export class OpenedView {
  readonly element = h('section', { class: 'opened' });
  private speech: Speech | null = null;
  private stand: Stand = { kind: 'unseen' };
  private said: Said = { kind: 'nothing' };
  private saveRefusal: PackageRefusal | null = null;
  private reason: DeclineReason;
  private text = '';
  /** Drawn once for each use, so that trying again records it once. */
  private use = drawUse();

  constructor(
    private readonly tools: Tools,
    private readonly handovers: Handovers,
    private readonly arrived: Arrived,
    private readonly acted: () => void,
  ) {
    this.reason = reasonFor(arrived.refusal);
  }

  draw(speech: Speech): void {
    this.speech = speech;
    this.show();
  }

  /** Looks up how the handover stands. */
  async look(): Promise<void> {
    const { id, inspection } = this.arrived;
    if (id === null) return;
    try {
      const trace = await this.handovers.trace(id);
      const lock = inspection && (await lockOf(inspection.proof));
      this.stand = trace === null ? { kind: 'notSent' } : { kind: 'seen', trace: await proveTrace(trace, { secret: null, lock, digest: null }, this.tools.verifier) };
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error;
      this.stand = { kind: 'failed', failure: error };
    }
    this.show();
  }

  private show(): void {
    const { speech } = this;
    if (!speech) return;
    const { opened } = speech.said;
    const { refusal, inspection } = this.arrived;
    const focused = this.element.contains(document.activeElement) ? document.activeElement?.id : undefined;
    this.element.dataset.state = refusal ? 'refused' : 'taken';
    if (refusal) this.element.dataset.rule = refusal.rule;
    this.element.replaceChildren(
      h('h2', { tabindex: -1 }, refusal ? opened.refusedTitle : opened.title),
      ...(refusal ? [refusalOf(speech, refusal)] : []),
      ...(inspection ? this.content(speech, inspection) : []),
      ...this.standing(speech),
      ...this.actions(speech),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  private content(speech: Speech, { opened, documents }: Inspection): HTMLElement[] {
    const { said } = speech;
    const stands = documents.filter(({ verdict }) => verdict === 'verified').length;
    return [
      h('h3', {}, said.opened.consent),
      consentFacts(speech, opened.consent, this.arrived.receiver),
      h('h3', {}, said.opened.documents),
      h('p', { class: 'stands' }, said.opened.stands(stands, documents.length)),
      h('ul', { class: 'rows' }, documents.map((document, i) => this.row(speech, document, i))),
      ...(this.saveRefusal ? [refusalOf(speech, this.saveRefusal)] : []),
      h(
        'div',
        { class: 'buttons' },
        h('button', { type: 'button', class: 'save-all', click: () => void this.saving(() => this.saveAll()) }, said.opened.saveAll),
        h('button', { type: 'button', class: 'save-package', click: () => this.savePackage() }, said.opened.savePackage),
      ),
    ];
  }

  private row(speech: Speech, { verdict, issuer, isAsked, isReceiptRight }: Inspected, i: number): HTMLElement {
    const { said, words } = speech;
    const { name, length, verdict: stated } = this.arrived.inspection!.opened.consent.documents[i]!;
    const state: StateName = verdict === 'noAnswer' ? 'outage' : verdict;
    return h(
      'li',
      { class: `candidate state-${state}`, 'data-verdict': verdict },
      stateIcon(state),
      h(
        'div',
        { class: 'about' },
        h('p', { class: 'name' }, h('strong', {}, foreign(name)), h('span', { class: 'size' }, ` ${format.size(words, length)}`)),
        h('p', {}, h('strong', { class: 'verdict' }, verdict === 'noAnswer' ? said.give.noAnswer : words.states[verdict].title), issuer && [words.comma, foreign(said.give.issuedBy(format.institution(words, issuer)))]),
        !isAsked && h('p', { class: 'hint' }, said.opened.offline),
        isReceiptRight === false && h('p', { class: 'different' }, said.opened.receiptWrong),
        stated !== 'verified' && h('p', { class: 'hint' }, said.opened.stated(statedWord(speech, stated))),
      ),
      h('button', { type: 'button', id: `save-${i}`, class: 'quiet', 'aria-label': said.opened.saveDocument(name), click: () => void this.saving(() => this.saveOne(i, name)) }, said.opened.saveShort),
    );
  }

  private standing(speech: Speech): HTMLElement[] {
    const { said, words } = speech;
    const { stand } = this;
    if (stand.kind === 'unseen') return [];
    const title = h('h3', {}, said.opened.standing);
    if (stand.kind === 'notSent') return [title, h('p', { role: 'status' }, said.opened.notSent)];
    if (stand.kind === 'failed') return [title, failure(words.failures[stand.failure.kind])];
    const { trace } = stand;
    if (trace.fault) return [title, faultOf(speech, said.trace.unproven, trace.fault)];
    return [title, stateHeader(speech, trace.state), ...(trace.events.length > 0 ? [eventList(speech, trace.events)] : [])];
  }

  private actions(speech: Speech): HTMLElement[] {
    const { said, stand } = this;
    const own = speech.said.opened;
    const told: HTMLElement[] = said.kind === 'done' ? [h('p', { class: 'proven', role: 'status' }, own[said.act === 'received' ? 'accepted' : said.act])] : [];
    if (said.kind === 'recording') {
      const progress = new Progress();
      progress.tell(own.recording, null);
      return [progress.element];
    }
    if (said.kind === 'pending') told.push(h('p', { role: 'status' }, speech.said.pending));
    if (said.kind === 'failed') told.push(failure(own.notRecorded, [h('p', {}, speech.words.failures[said.failure.kind]), technical(speech, said.failure.message)]));
    if (stand.kind !== 'seen' || stand.trace.fault) return told;
    const { state } = stand.trace;
    if (state === 'withdrawn') return [...told, failure(own.withdrawn)];
    if (state === 'sent') return [...told, ...(this.arrived.inspection ? [this.acceptance(speech)] : []), this.decline(speech)];
    return state === 'received' && this.arrived.inspection ? [...told, this.usage(speech, this.arrived.inspection)] : told;
  }

  private acceptance({ said }: Speech): HTMLElement {
    return h('div', {}, h('p', { class: 'hint' }, said.opened.acceptHint), h('button', { type: 'submit', class: 'accept', click: () => void this.accept() }, said.opened.accept));
  }

  private decline(speech: Speech): HTMLElement {
    const { said } = speech;
    const reason = h('select', { id: 'decline-reason', change: () => void (this.reason = reason.value as DeclineReason) }, declineReasons.map((each) => h('option', { value: each, selected: each === this.reason }, said.reasons[each])));
    const text = h('textarea', { id: 'decline-text', rows: 2, maxlength: maxDeclineText, input: () => void (this.text = text.value) });
    text.value = this.text;
    return h(
      'details',
      { class: 'decline', open: this.arrived.refusal !== null },
      h('summary', {}, said.opened.decline),
      labelled(said.opened.declineReason, reason),
      labelled(said.opened.declineText, text),
      h('button', { type: 'button', class: 'decline', click: () => void this.act(this.declined()) }, said.opened.decline),
    );
  }

  private declined(): Act {
    const text = this.text.replace(/\s+/g, ' ').trim();
    return { act: 'declined', reason: this.reason, ...(text !== '' && { text }), ...(this.arrived.inspection && { proof: this.arrived.inspection.proof }) };
  }

  private usage({ said }: Speech, { opened: { consent } }: Inspection): HTMLElement {
    if (Date.now() >= Date.parse(consent.until)) return failure(said.opened.over);
    return h(
      'div',
      {},
      h('p', { class: 'hint' }, said.opened.useHint(said.purposes[consent.purpose])),
      h('button', { type: 'submit', class: 'use', click: () => void this.act({ act: 'used', purpose: consent.purpose, use: this.use }) }, said.opened.use),
    );
  }

  /** The service deletes its copy of what was accepted, so it is kept here before. */
  private async accept(): Promise<void> {
    this.savePackage();
    await this.act({ act: 'received', proof: this.arrived.inspection!.proof });
  }

  private async act(act: Act): Promise<void> {
    const { receiver, id } = this.arrived;
    this.said = { kind: 'recording' };
    this.show();
    try {
      // Taken back meanwhile, nothing is to be recorded of it.
      if (act.act === 'used') await this.look();
      const isWithdrawn = this.stand.kind === 'seen' && this.stand.trace.state === 'withdrawn';
      const isRecorded = !isWithdrawn && (await this.handovers.act(receiver!.id, id!, act));
      this.said = isWithdrawn ? { kind: 'nothing' } : isRecorded ? { kind: 'done', act: act.act } : { kind: 'pending' };
      if (act.act === 'used') this.use = drawUse();
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error;
      this.said = { kind: 'failed', failure: error };
    }
    await this.look();
    this.acted();
  }

  private savePackage(): void {
    saveFile(packageName(this.arrived.id ?? 'unknown'), this.arrived.file);
  }

  private async saving(save: () => Promise<void>): Promise<void> {
    this.saveRefusal = null;
    try {
      await save();
    } catch (error) {
      this.saveRefusal = PackageRefusal.of(error);
      if (!(error instanceof PackageRefusal)) throw error;
    } finally {
      this.show();
    }
  }

  private async saveOne(index: number, name: string): Promise<void> {
    const { opened } = this.arrived.inspection!;
    const room = await takeRoom(opened.consent.documents[index]!.length);
    try {
      await opened.read(index, (piece) => room.write(piece));
      saveFile(name, await room.finish());
    } catch (error) {
      await room.free();
      throw error;
    }
  }

  /** The zip as it is within the seal: it was held to the rules when it was opened. */
  private async saveAll(): Promise<void> {
    const { file, identity, id } = this.arrived;
    const sealed = await Sealed.open(file, identity);
    const room = await takeRoom(sealed.size);
    try {
      for (let at = 0; at < sealed.size; at += 2 ** 20) await room.write(new Uint8Array(await sealed.readUint8Array(at, 2 ** 20)));
      saveFile(`${packageName(id ?? 'unknown')}.zip`, await room.finish());
    } catch (error) {
      await room.free();
      throw error;
    }
  }
}

/** What to decline for, where the page found it out. */
function reasonFor(refusal: PackageRefusal | null): DeclineReason {
  switch (refusal?.rule) {
    case undefined:
      return 'notRequested';
    case 'nothingStands':
      return 'notVerified';
    case 'purpose':
    case 'otherReceiver':
      return 'consentUnfit';
    case 'ended':
      return 'expired';
    default:
      return 'unreadable';
  }
}
