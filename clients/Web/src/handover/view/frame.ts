// What the tabs of handing over have in common.

import type { Hasher } from '../../hashing/hasher';
import type { Service } from '../../service/http';
import { type FailureKind, ServiceFailure } from '../../service/service';
import type { Verifier } from '../../service/verifier';
import type { Fault } from '../../trust/continuity';
import type { Language } from '../../words/language';
import type { Words } from '../../words/en';
import { type Child, foreign, h } from '../../view/dom';
import * as format from '../../view/format';
import { Handovers } from '../handovers';
import { type Directory, proveReceivers } from '../receivers';
import type { PackageRefusal } from '../refusal';
import type { HandoverWords } from '../words';

/** What the tabs work with. */
export interface Tools {
  readonly hasher: Hasher;
  readonly verifier: Verifier;
  readonly service: Service;
}

/** In which words the page speaks. */
export interface Speech {
  readonly words: Words;
  readonly said: HandoverWords;
  readonly language: Language;
}

export type Loaded = { readonly kind: 'loading' } | { readonly kind: 'failed'; readonly failure: FailureKind } | { readonly kind: 'there'; readonly directory: Directory };

/** Who takes packages, as far as the log proves it. */
export async function loadReceivers({ service, verifier }: Tools): Promise<Loaded> {
  try {
    await verifier.meet();
    return { kind: 'there', directory: await proveReceivers(await new Handovers(service).receivers(), verifier) };
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    return { kind: 'failed', failure: error.kind };
  }
}

export function facts(rows: readonly (readonly [string, Child])[]): HTMLElement {
  return h('dl', { class: 'facts' }, rows.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value))));
}

export function labelled(label: string, input: HTMLElement, hint: Child = null): HTMLElement {
  return h('p', { class: 'field' }, h('label', { for: input.id }, label), input, hint);
}

export function failure(text: string, more: Child = null): HTMLElement {
  return h('div', { role: 'alert' }, h('p', { class: 'failure' }, text), more);
}

/** For whoever looks into it: not translated. */
export function technical({ said, words }: Speech, text: string): Child {
  return text !== '' && h('p', { class: 'hint' }, said.technical, words.colon, foreign(text));
}

export function refusalOf(speech: Speech, { rule, message }: PackageRefusal): HTMLElement {
  return failure(speech.said.refusals[rule], technical(speech, message));
}

/** Why nothing that the service says counts. */
export function faultOf(speech: Speech, text: string, fault: Fault): HTMLElement {
  const { words } = speech;
  return failure(text, [fault.kind !== 'proof' && h('p', {}, words.faults[fault.kind].advice), technical(speech, fault.text)]);
}

/** Says what is being done, and how far it has come; told again, it changes in place. */
export class Progress {
  private readonly label = h('p', { role: 'status' });
  private readonly detail = h('p', { class: 'hint' });
  private bar = h('progress', {});
  readonly element = h('div', { class: 'working' }, this.label, this.bar, this.detail);

  /** @param part Between 0 and 1; null: nobody knows. */
  tell(label: string, part: number | null, detail = ''): void {
    if (this.label.textContent !== label) this.label.textContent = label;
    const bar = part === null ? h('progress', {}) : this.bar;
    bar.setAttribute('aria-label', label);
    if (bar !== this.bar) this.bar.replaceWith(bar);
    this.bar = bar;
    if (part !== null) bar.value = part;
    this.detail.textContent = detail;
  }
}

export function fileInput(id: string, attributes: { readonly multiple?: boolean; readonly accept?: string }, take: (files: readonly File[]) => void): HTMLInputElement {
  const input = h('input', {
    type: 'file',
    id,
    class: 'unseen',
    ...attributes,
    change: () => {
      take([...(input.files ?? [])]);
      input.value = '';
    },
  });
  return input;
}

/** In the page's language, whoever it is. */
export function institution({ words }: Speech, named: Parameters<typeof format.institution>[1]): Child {
  const other = format.otherName(words, named);
  return [h('strong', {}, foreign(format.institution(words, named))), other !== undefined && h('div', { class: 'other-name' }, foreign(other))];
}
