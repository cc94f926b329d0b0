// The holder's tab: documents, receiver, consent; a look at exactly what is consented to; sealed and sent.

import { h, saveFile } from '../../view/dom';
import * as format from '../../view/format';
import { ServiceFailure } from '../../service/service';
import { Candidates } from '../candidates';
import { type ConsentDraft, maxPurposeText, maxText, type Purpose } from '../consent';
import { Handovers } from '../handovers';
import { unseen } from '../limits';
import { PackageRefusal } from '../refusal';
import type { ProvenReceiver } from '../receivers';
import { clearRooms } from '../room';
import { type Made, make, packageName, send, type Stage } from '../sending';
import type { ProvenTrace } from '../trace';
import { DocumentsForm } from './documentsForm';
import { failure, type Loaded, loadReceivers, Progress, refusalOf, type Speech, technical, type Tools } from './frame';
import { preview } from './preview';
import { ReceiverForm } from './receiverForm';
import { sentView } from './sentView';

/** What the holder filled in. */
export interface Filled {
  receiver: ProvenReceiver | null;
  purpose: Purpose | null;
  purposeText: string;
  scope: string;
  conditions: string;
  /** `2027-05-26`: the last day, by this device's clock. */
  until: string;
}

type Step =
  | { readonly kind: 'form' }
  | { readonly kind: 'preview'; readonly draft: ConsentDraft }
  | { readonly kind: 'working'; stage: Stage; readonly progress: Progress }
  | { readonly kind: 'failed'; readonly refusal: PackageRefusal | null; readonly failure: ServiceFailure | null; readonly again: (() => void) | null }
  | { readonly kind: 'sent'; readonly made: Made; readonly trace: ProvenTrace }
  | { readonly kind: 'saved'; readonly made: Made };

const dayLength = 86_400_000;
const usualDays = 30;

export class GiveView {
  readonly element = h('div', { class: 'handover' });
  private readonly candidates: Candidates;
  private readonly documents: DocumentsForm;
  private readonly receiver: ReceiverForm;
  private readonly handovers: Handovers;
  private readonly filled: Filled = { receiver: null, purpose: null, purposeText: '', scope: '', conditions: '', until: dayAfter(usualDays) };
  private step: Step = { kind: 'form' };
  private loaded: Loaded = { kind: 'loading' };
  private isLoading = false;
  private speech: Speech | null = null;
  /** SHA-256, hex, of the document that the link of a provider names. */
  named: string | null = null;

  constructor(private readonly tools: Tools) {
    this.handovers = new Handovers(tools.service);
    this.candidates = new Candidates(tools.hasher, tools.verifier, () => this.candidatesChanged());
    this.documents = new DocumentsForm(this.candidates, () => this.named);
    this.receiver = new ReceiverForm(this.filled);
    void clearRooms();
  }

  draw(speech: Speech): void {
    this.speech = speech;
    if (this.loaded.kind !== 'there') void this.load();
    this.show();
  }

  add(files: readonly File[]): void {
    if (this.step.kind === 'working') return;
    if (this.step.kind === 'sent' || this.step.kind === 'saved') this.another();
    else if (this.step.kind !== 'form') this.to({ kind: 'form' });
    void this.candidates.add(files);
  }

  private async load(): Promise<void> {
    if (this.isLoading) return;
    this.isLoading = true;
    this.loaded = await loadReceivers(this.tools);
    this.isLoading = false;
    this.receiver.update(this.loaded);
  }

  private candidatesChanged(): void {
    if (this.speech && this.step.kind === 'form') this.documents.update();
  }

  private to(step: Step): void {
    const isSameKind = this.step.kind === step.kind;
    this.step = step;
    this.show();
    if (isSameKind) return;
    scrollTo({ top: 0 });
    // Whoever listens to the page is told where it is.
    this.element.querySelector<HTMLElement>('h1')?.focus();
  }

  private show(): void {
    const speech = this.speech!;
    const { step } = this;
    if (step.kind === 'form') this.element.replaceChildren(...this.form(speech));
    else this.element.replaceChildren(this.viewOf(speech, step));
  }

  private viewOf(speech: Speech, step: Exclude<Step, { kind: 'form' }>): HTMLElement {
    const { said, words } = speech;
    const title = h('h1', { tabindex: -1 }, said.give.title);
    switch (step.kind) {
      case 'preview':
        return preview(speech, step.draft, this.filled.receiver!, {
          send: () => void this.work(step.draft, true),
          save: () => void this.work(step.draft, false),
          back: () => this.to({ kind: 'form' }),
        });
      case 'working':
        tellStage(step.progress, speech, step.stage);
        return h('div', {}, title, step.progress.element);
      case 'failed':
        return h(
          'div',
          {},
          title,
          step.refusal ? [failure(said.work.failedToSeal), refusalOf(speech, step.refusal)] : failure(said.work.failed, [h('p', {}, words.failures[step.failure!.kind]), technical(speech, step.failure!.message)]),
          h(
            'div',
            { class: 'buttons' },
            step.again && h('button', { type: 'submit', class: 'again', click: step.again }, said.work.again),
            h('button', { type: 'button', class: 'back', click: () => this.to({ kind: 'form' }) }, said.preview.back),
          ),
        );
      case 'sent':
      case 'saved':
        return sentView(speech, step.made, this.filled.receiver!, step.kind === 'sent' ? step.trace : null, () => this.another());
    }
  }

  private form(speech: Speech): HTMLElement[] {
    const { give } = speech.said;
    const missing = h('p', { class: 'failure', role: 'alert' });
    return [
      h('h1', { tabindex: -1 }, give.title),
      h('p', {}, give.intro),
      this.documents.draw(speech),
      h(
        'form',
        {
          novalidate: true,
          autocomplete: 'off',
          submit: (event) => {
            event.preventDefault();
            const what = this.missing();
            missing.textContent = what === null ? '' : give.missing[what];
            if (what === null) this.to({ kind: 'preview', draft: this.draftOf(speech) });
          },
        },
        this.receiver.draw(speech, this.loaded),
        missing,
        h('button', { type: 'submit', class: 'preview' }, give.preview),
      ),
    ];
  }

  /** What keeps the consent from being looked at. */
  private missing(): keyof Speech['said']['give']['missing'] | null {
    const { receiver, purpose, purposeText, scope, conditions, until } = this.filled;
    if (this.candidates.items.length === 0) return 'documents';
    if (this.candidates.isPending) return 'checking';
    if (!this.candidates.areFit) return 'standing';
    if (receiver === null) return 'receiver';
    if (purpose === null) return 'purpose';
    if (purpose === 'other' && purposeText.trim() === '') return 'purposeText';
    if (!(endOf(until) > Date.now())) return 'until';
    const texts = [[purposeText, maxPurposeText], [scope.replaceAll('\n', ' '), maxText], [conditions.replaceAll('\n', ' '), maxText]] as const;
    return texts.some(([text, max]) => text.length > max || unseen.test(text)) ? 'text' : null;
  }

  private draftOf({ language }: Speech): ConsentDraft {
    const { purpose, until } = this.filled;
    const { id, legalName, encryptionKey, logIndex } = this.filled.receiver!;
    const [purposeText, scope, conditions] = [this.filled.purposeText, this.filled.scope, this.filled.conditions].map((text) => text.trim());
    return {
      log: this.tools.verifier.trust.held.keys[0]!.name,
      receiver: { id, legalName, encryptionKey, logIndex },
      purpose: purpose!,
      ...(purposeText && { purposeText }),
      ...(scope && { scope }),
      ...(conditions && { conditions }),
      until: new Date(endOf(until)).toISOString().replace(/\.\d+Z$/, 'Z'),
      language,
      documents: this.candidates.stated(),
    };
  }

  private tell(stage: Stage): void {
    const { step } = this;
    if (step.kind === 'working') {
      step.stage = stage;
      tellStage(step.progress, this.speech!, stage);
    } else this.to({ kind: 'working', stage, progress: new Progress() });
  }

  private async work(draft: ConsentDraft, isSent: boolean): Promise<void> {
    try {
      const made = await make(draft, this.candidates.packed(), (stage) => this.tell(stage));
      if (isSent) await this.send(made);
      else {
        saveFile(packageName(made.id), made.file);
        this.to({ kind: 'saved', made });
      }
    } catch (error) {
      this.to({ kind: 'failed', refusal: PackageRefusal.of(error), failure: null, again: null });
      if (!(error instanceof PackageRefusal)) throw error;
    }
  }

  private async send(made: Made, isAgain = false): Promise<void> {
    try {
      const trace = await send(made, this.handovers, this.tools.verifier, (stage) => this.tell(stage), isAgain);
      this.to({ kind: 'sent', made, trace });
      // What is stored has been compared with it; nothing more is to be done with it here.
      await made.room.free();
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error;
      this.to({ kind: 'failed', refusal: null, failure: error, again: () => void this.send(made, true) });
    }
  }

  private another(): void {
    this.step = { kind: 'form' };
    this.candidates.clear();
    this.named = null;
    Object.assign(this.filled, { receiver: null, purpose: null, purposeText: '', scope: '', conditions: '', until: dayAfter(usualDays) });
    this.show();
    this.element.querySelector<HTMLElement>('h1')?.focus();
  }
}

function tellStage(progress: Progress, { said, words }: Speech, stage: Stage): void {
  const { work } = said;
  if (stage.kind !== 'sealing' && stage.kind !== 'sending') progress.tell(work[stage.kind], null);
  else progress.tell(work[stage.kind], stage.of === 0 ? 1 : stage.done / stage.of, work.percent(format.size(words, stage.done), format.size(words, stage.of)));
}

function dayAfter(days: number): string {
  const then = new Date(Date.now() + days * dayLength);
  const two = (number: number): string => `${number}`.padStart(2, '0');
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
}

/** The end of a day by this device's clock, milliseconds since 1970; NaN where it is none. */
function endOf(day: string): number {
  return /^\d{4}-\d\d-\d\d$/.test(day) ? new Date(`${day}T23:59:59`).getTime() : Number.NaN;
}
