// Asks for what evidence is made for, and makes it.

import { type Item, stateOf } from '../check/item';
import type { Evidence } from '../evidence/evidence';
import type { Words } from '../words/en';
import { type Child, h, saveFile } from './dom';
import { groups } from './format';

/** What evidence is made for; both may be empty. Kept while the page is open, and nowhere else. */
export interface Case {
  caseNumber: string;
  officer: string;
}

export interface EvidenceActions {
  readonly about: Case;
  /** @returns Null where the code that makes it cannot be loaded. */
  readonly make: (item: Item, about: Case) => Promise<Evidence | null>;
}

/** What was made of each item last, so that its fingerprint stays to be read. */
const made = new WeakMap<Item['outcome'], { readonly name: string; readonly fingerprint: string }>();

const maxLength = 200;

/** Whether there is a file in hand, and an answer or a receipt that holds. */
export function hasEvidence({ source, outcome }: Item): boolean {
  return source !== null && (outcome.kind === 'answered' || (outcome.kind === 'offline' && outcome.held.confirmed));
}

export function evidenceForm(words: Words, item: Item, { about, make }: EvidenceActions): HTMLElement {
  const said = words.evidence;
  const place = h('div', { role: 'status' });
  const field = (name: keyof Case): Child => {
    const id = `${name}-${item.id}`;
    const input = h('input', {
      type: 'text',
      id,
      value: about[name],
      maxlength: maxLength,
      autocomplete: 'off',
      spellcheck: 'false',
      input: () => {
        about[name] = input.value;
      },
    });
    return h('p', {}, h('label', { for: id }, said[name]), input);
  };
  const told = (): void => {
    const last = made.get(item.outcome);
    place.replaceChildren(...(last ? [h('p', { class: 'saved' }, said.saved(last.name)), h('p', {}, h('code', { class: 'hex evidence-fingerprint', 'data-fingerprint': last.fingerprint }, groups(last.fingerprint)))] : []));
  };
  const button = h('button', { type: 'submit', class: 'save-evidence' }, said.save);
  const form = h(
    'form',
    {
      autocomplete: 'off',
      submit: (event) => {
        event.preventDefault();
        button.disabled = true;
        place.replaceChildren(h('p', {}, said.making));
        const { outcome } = item;
        const entered = { caseNumber: about.caseNumber.trim(), officer: about.officer.trim() };
        void make(item, entered)
          .then((evidence) => {
            if (evidence === null) {
              place.replaceChildren(h('p', { class: 'failure' }, said.cannotLoad));
              return;
            }
            saveFile(evidence.name, evidence.zip);
            made.set(outcome, { name: evidence.name, fingerprint: evidence.fingerprint });
            told();
          })
          .finally(() => {
            button.disabled = false;
          });
      },
    },
    field('caseNumber'),
    field('officer'),
    h('p', { class: 'hint' }, said.privacy),
    button,
  );
  told();
  return h(
    'details',
    { class: 'evidence', open: made.has(item.outcome) },
    h('summary', {}, said.summary),
    h('p', {}, said.intro),
    stateOf(item) === 'unknown' && h('p', {}, said.without),
    form,
    place,
  );
}
