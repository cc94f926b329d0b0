import { type Item, type Outcome, stateOf } from '../check/item';
import type { Result } from '../service/answers';
import type { StateName, Words } from '../words/en';
import { type Child, h, save } from './dom';
import { factsOfEntry, factsOfItem, factsOfResult, list } from './facts';
import * as format from './format';
import { stateIcon } from './icons';
import { steps } from './steps';
import { receiptExtension } from '../receipt/receipt';

export interface CardActions {
  retry(item: Item): void;
  lookFurther(item: Item): void;
  print(item: Item): void;
  /** Null if it is a key; else what is wrong with it. */
  useKey(line: string): Promise<string | null>;
}

/**
 * One document: what came of the check, why, and what to do.
 * @param open Null where there are few documents, so that nothing is folded away.
 */
export function card(words: Words, item: Item, open: boolean | null, toggled: (open: boolean) => void, actions: CardActions): HTMLElement {
  const state = stateOf(item);
  const titleId = `title-${item.id}`;
  return h(
    'article',
    { class: `card state-${state ?? 'pending'}`, 'data-state': state ?? item.outcome.kind, 'aria-labelledby': titleId, tabindex: -1 },
    h(
      'header',
      {},
      state ? stateIcon(state) : h('span', { class: 'icon spinner', 'aria-hidden': 'true' }),
      h('div', {}, h('h3', { id: titleId }, title(words, item, state)), h('p', { class: 'file' }, item.name ?? words.noFile)),
    ),
    state === null ? pending(item) : h(
          'div',
          { class: 'body' },
          lead(words, item, state),
          folded(words, open, toggled, [
            account(words, item, state),
            state === 'noKey' && keyForm(words, actions),
            buttons(words, item, state, actions),
            details(words, item, state),
          ]),
        ),
  );
}

/** Who issued, and what else is said in the first sentence. */
export function lead(words: Words, item: Item, state: StateName): HTMLElement {
  return h('p', { class: 'lead' }, words.states[state].lead(issuerName(item.outcome)));
}

/** Everything that the card and the printed report both say. */
export function account(words: Words, item: Item, state: StateName): Child[] {
  const { outcome } = item;
  const said = words.states[state];
  return [
    said.advice !== '' && h('p', { class: 'advice' }, item.outcome.kind === 'offline' && state !== 'proven' ? said.advice + ' ' + words.states.proven.advice : said.advice),
    state === 'unknown' && unknown(words),
    outcome.kind === 'outage' && list([[words.facts.detail, words.failures[outcome.failure]]]),
    outcome.kind === 'answered' && outcome.answer.results[0] && list(factsOfResult(words, outcome.answer.results[0])),
    outcome.kind === 'offline' && list(factsOfEntry(words, outcome.check.entry!)),
    item.file === null && h('p', { class: 'advice' }, words.noFileAdvice),
  ];
}

/** All but the verdict is folded away where there are many documents. */
function folded(words: Words, open: boolean | null, toggled: (open: boolean) => void, content: readonly Child[]): Child {
  if (open === null) return content;
  return h('details', { class: 'fold', open, toggle: (event) => toggled((event.currentTarget as HTMLDetailsElement).open) }, h('summary', {}, words.facts.detail), content);
}

function details(words: Words, item: Item, state: StateName): HTMLElement {
  return h(
    'details',
    // Where a step fails, that is what there is to say.
    { class: 'account', open: state === 'distrusted' },
    h('summary', {}, words.proofTitle),
    proof(words, item),
    state === 'unknown' && h('p', { class: 'hint' }, words.unknown.unproven),
    list([...factsOfItem(words, item), ...logFacts(words, item)]),
  );
}

export function proof(words: Words, item: Item): Child[] {
  const { outcome } = item;
  switch (outcome.kind) {
    case 'answered':
      return [
        outcome.checks[0] && steps(words, item, outcome.checks[0], outcome.held, null),
        outcome.answer.results.length > 1 && others(words, item, outcome.answer.results.slice(1)),
      ];
    case 'offline':
      return [steps(words, item, outcome.check, outcome.held, undefined)];
    case 'noKey':
      return [steps(words, item, outcome.check, { keys: [], source: 'none', since: null, isNew: false }, undefined)];
    case 'distrusted': {
      const check = outcome.checks[outcome.checks.length - 1];
      return [check && steps(words, item, check, outcome.held, outcome.offline ? undefined : check.fault === null ? outcome.fault : null)];
    }
    default:
      return [];
  }
}

function others(words: Words, item: Item, results: readonly Result[]): HTMLElement {
  const { outcome } = item;
  return h(
    'section',
    { class: 'others' },
    h('h4', {}, words.others(results.length)),
    results.map((result, i) =>
      h(
        'details',
        {},
        h('summary', {}, `${result.issuer.legalName}: ${words.states[result.verdict].title}`),
        list(factsOfResult(words, result)),
        outcome.kind === 'answered' && outcome.checks[i + 1] && steps(words, item, outcome.checks[i + 1]!, outcome.held, null),
      ),
    ),
  );
}

function unknown(words: Words): HTMLElement {
  const said = words.unknown;
  return h('div', { class: 'possibilities' }, h('p', {}, said.title), h('ol', {}, h('li', {}, said.altered), h('li', {}, said.never)), h('p', {}, said.next));
}

export function logFacts(words: Words, { outcome }: Item): readonly (readonly [string, string])[] {
  if (outcome.kind === 'answered' || outcome.kind === 'offline') {
    const check = outcome.kind === 'answered' ? outcome.checks[0] : outcome.check;
    const origin = outcome.kind === 'answered' ? outcome.answer.checkpoint.origin : check!.checkpoint!.origin;
    const size = check?.checkpoint?.size;
    return [
      [words.facts.register, origin],
      ...(check?.receipt && size !== undefined
        ? [[words.facts.entry, words.facts.entryOf(format.count(words, check.receipt.proof.index), format.count(words, size))] as const]
        : []),
    ];
  }
  // Not translated: it is for those who run the register.
  const message = outcome.kind === 'outage' ? outcome.detail : outcome.kind === 'distrusted' ? outcome.fault : '';
  return message === '' ? [] : [[words.facts.technical, message]];
}

function buttons(words: Words, item: Item, state: StateName, actions: CardActions): HTMLElement {
  const receipt = item.outcome.kind === 'answered' ? item.outcome.answer.results[0]?.receipt : undefined;
  const canLook = state === 'unknown' && item.file !== null;
  return h(
    'div',
    { class: 'buttons' },
    (state === 'outage' || state === 'unreadable' || (item.outcome.kind === 'distrusted' && !item.outcome.offline)) &&
      h('button', { type: 'button', class: 'retry', click: () => actions.retry(item) }, words.retry),
    canLook && h('p', { class: 'further' }, item.everyAlgorithm ? words.unknown.moreDone : words.unknown.more),
    canLook && !item.everyAlgorithm && h('button', { type: 'button', class: 'further', click: () => actions.lookFurther(item) }, words.unknown.moreButton),
    receipt !== undefined && h('button', { type: 'button', class: 'save', click: () => save((item.name ?? 'document') + receiptExtension, receipt) }, words.saveReceipt),
    item.digests.length > 0 && state !== 'noKey' && h('button', { type: 'button', class: 'print', click: () => actions.print(item) }, words.print),
  );
}

function keyForm(words: Words, actions: CardActions): HTMLElement {
  const input = h('input', { type: 'text', name: 'key', autocomplete: 'off', spellcheck: 'false', required: true, placeholder: 'name+id+key' });
  const fault = h('p', { class: 'failure', role: 'alert' });
  return h(
    'form',
    {
      class: 'key-form',
      submit: (event) => {
        event.preventDefault();
        void actions.useKey(input.value.trim()).then((text) => fault.replaceChildren(text ?? ''));
      },
    },
    h('label', {}, words.trust.paste, input),
    h('button', { type: 'submit' }, words.trust.use),
    fault,
  );
}

function pending(item: Item): HTMLElement {
  const { outcome } = item;
  const share = outcome.kind === 'hashing' && item.file && item.file.size > 0 ? outcome.hashed / item.file.size : null;
  return h('div', { class: 'body' }, share !== null && h('progress', { max: 1, value: share, 'aria-label': item.name ?? '' }));
}

function title(words: Words, item: Item, state: StateName | null): string {
  if (state !== null) return words.states[state].title;
  const { outcome } = item;
  if (outcome.kind === 'hashing') return words.reading(format.percent(words, item.file && item.file.size > 0 ? outcome.hashed / item.file.size : 1));
  return outcome.kind === 'asking' ? words.asking : words.waiting;
}

function issuerName(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'answered':
      return outcome.answer.results[0]?.issuer.legalName ?? '';
    case 'offline':
      return outcome.check.entry?.legalName ?? '';
    default:
      return '';
  }
}
