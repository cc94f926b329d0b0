// Whom the documents go to, what for, and until when.

import { type Child, foreign, h } from '../../view/dom';
import * as format from '../../view/format';
import { maxPurposeText, maxText, type Purpose, purposes } from '../consent';
import type { ProvenReceiver } from '../receivers';
import { facts, failure, faultOf, institution, labelled, type Loaded, type Speech } from './frame';
import type { Filled } from './give';

export class ReceiverForm {
  private place = h('div', {});
  private terms = h('div', {});
  private speech: Speech | null = null;

  constructor(private readonly filled: Filled) {}

  draw(speech: Speech, loaded: Loaded): HTMLElement {
    this.speech = speech;
    const { give } = speech.said;
    this.place = h('div', { class: 'receiver' });
    this.terms = h('div', { class: 'terms' });
    this.update(loaded);
    return h('div', {}, h('section', {}, h('h2', {}, give.receiver), this.place), h('section', {}, h('h2', {}, give.consent), this.terms));
  }

  update(loaded: Loaded): void {
    if (!this.speech) return;
    const { speech } = this;
    const { give } = speech.said;
    this.place.toggleAttribute('aria-busy', loaded.kind === 'loading');
    if (loaded.kind === 'loading') this.place.replaceChildren(h('p', { role: 'status' }, give.loading));
    else if (loaded.kind === 'failed') this.place.replaceChildren(failure(speech.words.failures[loaded.failure]));
    else if (loaded.directory.fault) this.place.replaceChildren(faultOf(speech, give.unproven, loaded.directory.fault));
    else if (loaded.directory.receivers.length === 0) this.place.replaceChildren(h('p', {}, give.noReceivers));
    else this.choices(speech, loaded.directory.receivers);
    this.drawTerms(speech);
  }

  private choices(speech: Speech, receivers: readonly ProvenReceiver[]): void {
    const { give } = speech.said;
    const about = h('div', { 'aria-live': 'polite' });
    // What is known of it now counts: its key may be another than when it was chosen.
    this.filled.receiver = receivers.find(({ id }) => id === this.filled.receiver?.id) ?? null;
    const show = (): void => about.replaceChildren(...(this.filled.receiver ? [this.about(speech, this.filled.receiver)] : []));
    const select = h(
      'select',
      {
        id: 'receiver',
        change: () => {
          this.filled.receiver = receivers.find(({ id }) => id === select.value) ?? null;
          if (this.filled.purpose !== null && this.filled.receiver?.purposes.includes(this.filled.purpose) === false) this.filled.purpose = null;
          show();
          this.drawTerms(speech);
        },
      },
      h('option', { value: '' }, give.chooseReceiver),
      receivers.map((receiver) => h('option', { value: receiver.id, selected: receiver === this.filled.receiver }, `${format.institution(speech.words, receiver)}${speech.words.aside(receiver.id)}`)),
    );
    show();
    this.place.replaceChildren(labelled(give.receiver, select), about);
  }

  private about(speech: Speech, receiver: ProvenReceiver): HTMLElement {
    const { words, said } = speech;
    const { give } = said;
    const rows: [string, Child][] = [
      [give.receiver, institution(speech, receiver)],
      [give.facts.jurisdiction, foreign(format.jurisdiction(words, receiver.jurisdiction))],
    ];
    if (receiver.domain !== undefined) rows.push([give.facts.domain, foreign(receiver.domain)]);
    rows.push(
      [give.facts.keeps, give.promise(format.count(words, receiver.keepsDays), receiver.keepsDays)],
      [give.facts.key, [h('span', { class: 'key-proven' }, give.keyProven(format.count(words, receiver.logIndex), format.day(words, receiver.since))), ' ', h('code', { class: 'key' }, receiver.encryptionKey)]],
    );
    return facts(rows);
  }

  private drawTerms(speech: Speech): void {
    const { give, purposes: names } = speech.said;
    const { filled } = this;
    const allowed = filled.receiver ? purposes.filter((purpose) => filled.receiver!.purposes.includes(purpose)) : purposes;
    const purpose = h(
      'select',
      {
        id: 'purpose',
        change: () => {
          filled.purpose = purpose.value === '' ? null : (purpose.value as Purpose);
          label.textContent = filled.purpose === 'other' ? give.purposeText.needed : give.purposeText.free;
        },
      },
      h('option', { value: '' }, give.choosePurpose),
      allowed.map((each) => h('option', { value: each, selected: each === filled.purpose }, names[each])),
    );
    const text = h('input', { type: 'text', id: 'purpose-text', maxlength: maxPurposeText, value: filled.purposeText, input: () => void (filled.purposeText = text.value) });
    const label = h('label', { for: 'purpose-text' }, filled.purpose === 'other' ? give.purposeText.needed : give.purposeText.free);
    const until = h('input', { type: 'date', id: 'until', value: filled.until, input: () => void (filled.until = until.value) });
    const area = (id: 'scope' | 'conditions'): HTMLElement => {
      const input = h('textarea', { id, rows: 2, maxlength: maxText, input: () => void (filled[id] = input.value) });
      input.value = filled[id];
      return labelled(give[id], input);
    };
    this.terms.replaceChildren(labelled(give.purpose, purpose), h('p', { class: 'field' }, label, text), area('scope'), labelled(give.until, until), area('conditions'));
  }
}
