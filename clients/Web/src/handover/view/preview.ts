// Exactly what is consented to: drawn from the very record that is sealed, before it is, and again by whoever opens it.

import { type Child, foreign, h } from '../../view/dom';
import { fingerprint } from '../../view/facts';
import * as format from '../../view/format';
import { stateIcon } from '../../view/icons';
import type { Consent, ConsentDocument, ConsentDraft } from '../consent';
import type { ProvenReceiver } from '../receivers';
import { facts, institution, type Speech } from './frame';

export interface PreviewActions {
  readonly send: () => void;
  readonly save: () => void;
  readonly back: () => void;
}

export function preview(speech: Speech, draft: ConsentDraft, receiver: ProvenReceiver, { send, save, back }: PreviewActions): HTMLElement {
  const said = speech.said.preview;
  return h(
    'section',
    { class: 'consent-preview' },
    h('h1', { tabindex: -1 }, said.title),
    h('p', {}, said.intro),
    consentFacts(speech, draft, receiver),
    consentDocuments(speech, draft.documents),
    h('p', { class: 'hint' }, said.revocable),
    h(
      'div',
      { class: 'buttons' },
      h('button', { type: 'submit', class: 'send', click: send }, said.send),
      h('button', { type: 'button', class: 'save-package', click: save }, said.save),
      h('button', { type: 'button', class: 'back', click: back }, said.back),
    ),
    h('p', { class: 'hint' }, said.saveHint),
  );
}

/** @param receiver As the log has it, where that is known: the consent itself has one name of it. */
export function consentFacts(speech: Speech, consent: ConsentDraft & Partial<Pick<Consent, 'givenAt'>>, receiver: ProvenReceiver | null): HTMLElement {
  const { said, words } = speech;
  const own = said.preview;
  const named = receiver?.id === consent.receiver.id ? receiver : { legalName: consent.receiver.legalName };
  const rows: [string, Child][] = [
    [own.receiver, [institution(speech, named), h('div', { class: 'other-name' }, foreign(consent.receiver.id)), h('code', { class: 'key' }, consent.receiver.encryptionKey)]],
    [own.purpose, [h('strong', {}, said.purposes[consent.purpose]), consent.purposeText !== undefined && h('div', {}, h('q', {}, foreign(consent.purposeText)))]],
    [own.scope, consent.scope === undefined ? own.noScope : lines(consent.scope)],
    [own.conditions, consent.conditions === undefined ? own.noConditions : lines(consent.conditions)],
    [own.until, h('strong', {}, format.time(words, consent.until))],
  ];
  if (consent.givenAt !== undefined) rows.push([own.givenAt, format.time(words, consent.givenAt)]);
  return facts(rows);
}

/** What the holder wrote, line by line. */
function lines(text: string): Child {
  return text.split('\n').map((line) => h('div', {}, foreign(line)));
}

export function consentDocuments(speech: Speech, documents: readonly ConsentDocument[]): HTMLElement {
  return h('div', {}, h('h2', {}, speech.said.preview.documents), h('ul', { class: 'rows' }, documents.map((document) => row(speech, document))));
}

function row(speech: Speech, { name, length, digest, verdict, receipt }: ConsentDocument): HTMLElement {
  const { words } = speech;
  const said = speech.said.preview;
  const state = verdict === 'noAnswer' ? 'outage' : verdict;
  return h(
    'li',
    { class: `candidate state-${state}` },
    stateIcon(state),
    h(
      'div',
      { class: 'about' },
      h('p', { class: 'name' }, h('strong', {}, foreign(name)), h('span', { class: 'size' }, ` ${format.size(words, length)}`)),
      h('p', {}, h('strong', { class: 'verdict' }, statedWord(speech, verdict)), words.comma, receipt ? said.withReceipt : said.withoutReceipt),
      h('p', {}, fingerprint(digest)),
    ),
  );
}

export function statedWord({ said, words }: Speech, verdict: ConsentDocument['verdict']): string {
  if (verdict === 'verified') return said.preview.verified;
  return said.preview.insisted(verdict === 'noAnswer' ? said.preview.noAnswer : words.states[verdict].title);
}
