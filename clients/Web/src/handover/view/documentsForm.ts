// The holder's documents, each with what the register says of it.

import type { StateName } from '../../words/en';
import { type Child, foreign, h } from '../../view/dom';
import * as format from '../../view/format';
import { stateIcon } from '../../view/icons';
import type { Candidate, Candidates } from '../candidates';
import { maxDocuments } from '../limits';
import { fileInput, type Speech } from './frame';

/** Where documents are chosen, and what the page says of each. */
export class DocumentsForm {
  private list = h('div', {});
  private speech!: Speech;

  /** @param named The SHA-256, hex, of the document that a provider's link names; null where none does. */
  constructor(
    private readonly candidates: Candidates,
    private readonly named: () => string | null,
  ) {}

  draw(speech: Speech): HTMLElement {
    this.speech = speech;
    const { give } = speech.said;
    this.list = h('div', { class: 'candidates' });
    this.update();
    return h(
      'section',
      {},
      h('h2', {}, give.documents),
      this.named() !== null && h('p', { class: 'named' }, give.named.ask),
      h(
        'div',
        { class: 'drop' },
        h('p', { class: 'invite' }, give.drop),
        fileInput('handover-files', { multiple: true }, (files) => void this.candidates.add(files)),
        h('label', { for: 'handover-files', class: 'choose' }, give.choose),
        h('p', { class: 'hint' }, give.checked),
      ),
      this.list,
    );
  }

  update(): void {
    const { give } = this.speech.said;
    const { items, tooMany, receiptsLeftOut } = this.candidates;
    const focused = document.activeElement?.id;
    this.list.replaceChildren(
      ...(tooMany ? [h('p', { class: 'failure', role: 'status' }, give.tooMany(maxDocuments))] : []),
      ...(receiptsLeftOut ? [h('p', { class: 'hint', role: 'status' }, give.receiptsLeftOut)] : []),
      ...this.comparison(),
      ...(items.length === 0 ? [] : [h('ul', { class: 'rows' }, items.map((candidate, i) => this.row(candidate, i)))]),
    );
    // What had the focus keeps it.
    if (focused?.startsWith('candidate-')) document.getElementById(focused)?.focus();
  }

  private comparison(): HTMLElement[] {
    const named = this.named();
    const { items, isPending } = this.candidates;
    if (named === null || isPending || items.length === 0) return [];
    const isThere = items.some(({ digest }) => digest === named);
    const said = this.speech.said.give.named;
    return [h('p', { class: isThere ? 'same' : 'different', role: 'status' }, isThere ? said.same : said.other)];
  }

  private row(candidate: Candidate, i: number): HTMLElement {
    const { words, said } = this.speech;
    const { give } = said;
    const { name, file, state, read } = candidate;
    const isPending = state === 'reading' || state === 'asking';
    const shown: StateName = isPending ? 'unknown' : state === 'unreadable' ? 'unreadable' : candidate.verdict === 'noAnswer' ? 'outage' : candidate.verdict;
    const word = isPending ? (state === 'reading' ? give.reading(format.percent(words, file.size === 0 ? 1 : read / file.size)) : give.checking) : verdictWord(this.speech, candidate);
    return h(
      'li',
      { class: `candidate state-${shown}`, 'data-verdict': isPending ? null : state === 'unreadable' ? 'unreadable' : candidate.verdict },
      isPending ? h('span', { class: 'icon spinner', 'aria-hidden': 'true' }) : stateIcon(shown),
      h(
        'div',
        { class: 'about' },
        h('p', { class: 'name' }, h('strong', {}, foreign(name)), h('span', { class: 'size' }, ` ${format.size(words, file.size)}`)),
        h('p', {}, h('strong', { class: 'verdict' }, word), candidate.issuer && h('span', { class: 'issuer' }, words.comma, foreign(give.issuedBy(format.institution(words, candidate.issuer))))),
        state === 'checked' && candidate.verdict !== 'verified' && this.insistence(candidate, i),
      ),
      h('button', { type: 'button', id: `candidate-remove-${i}`, class: 'quiet', 'aria-label': give.remove(name), click: () => this.candidates.remove(candidate) }, give.removeShort),
    );
  }

  private insistence(candidate: Candidate, i: number): Child {
    const { give } = this.speech.said;
    const id = `candidate-insist-${i}`;
    const box = h('input', { type: 'checkbox', id, change: () => this.candidates.insist(candidate, box.checked) });
    box.checked = candidate.insisted;
    return [h('p', { class: 'hint' }, give.notStanding), h('p', { class: 'insist' }, box, ' ', h('label', { for: id }, give.insist))];
  }
}

/** What is said of a document that was checked. */
export function verdictWord({ words, said }: Speech, { state, verdict }: Candidate): string {
  if (state === 'unreadable') return said.give.unreadable;
  return verdict === 'noAnswer' ? said.give.noAnswer : words.states[verdict].title;
}
