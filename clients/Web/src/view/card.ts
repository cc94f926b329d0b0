import { type Item, leading, type Outcome, stateOf, verdictOfAnswer } from '../check/item';
import type { Finding } from '../service/judge';
import type { Saying, StateName, Words } from '../words/en';
import { type Child, foreign, h, save, sentence } from './dom';
import { type Fact, factsOfEntry, factsOfFinding, factsOfItem, factsOfService, list } from './facts';
import { visible } from './foreign';
import * as format from './format';
import { stateIcon } from './icons';
import { steps } from './steps';
import { receiptExtension } from '../receipt/receipt';
import type { Held } from '../trust/trust';

export interface CardActions {
  retry(item: Item): void;
  lookFurther(item: Item): void;
  print(item: Item): void;
  /** The document names this institution; null: show what all of them say. */
  choose(item: Item, issuer: string | null): void;
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
      h('div', {}, h('h3', { id: titleId }, title(words, item, state)), h('p', { class: 'file' }, item.name === null ? words.noFile : foreign(item.name))),
    ),
    state === null ? pending(item) : h(
          'div',
          { class: 'body' },
          lead(words, item, state),
          folded(words, open, toggled, [
            account(words, item, state, actions),
            state === 'noKey' && keyForm(words, actions),
            buttons(words, item, state, actions),
            !isBlocked(item) && details(words, item, state),
          ]),
        ),
  );
}

/** The words for what came of the check: of an answer that does not count, by what is wrong with it. */
export function saying(words: Words, item: Item, state: StateName): Saying {
  const { outcome } = item;
  return outcome.kind === 'distrusted' && outcome.fault.kind !== 'proof' ? words.faults[outcome.fault.kind] : words.states[state];
}

/** Who issued, and what else is said in the first sentence. */
export function lead(words: Words, item: Item, state: StateName): HTMLElement {
  return h('p', { class: 'lead' }, sentence(saying(words, item, state).lead, issuerName(item)));
}

/**
 * Everything that the card and the printed report both say.
 * @param actions Null on paper.
 */
export function account(words: Words, item: Item, state: StateName, actions: CardActions | null): Child[] {
  const { outcome } = item;
  const { advice } = saying(words, item, state);
  const isOld = outcome.kind === 'offline' && state !== 'proven' && state !== 'unconfirmed';
  const finding = outcome.kind === 'answered' && state !== 'fingerprint' ? leading(item, outcome) : null;
  return [
    item.isNamed !== null && h('p', { class: item.isNamed ? 'same' : 'failure' }, item.isNamed ? words.isNamed : words.isNotNamed),
    advice !== '' && h('p', { class: 'advice' }, isOld ? `${advice} ${words.states.proven.advice}` : advice),
    state === 'unknown' && unknown(words),
    outcome.kind === 'outage' && list([[words.facts.detail, words.failures[outcome.failure]]]),
    outcome.kind === 'answered' && state !== 'fingerprint' && outcome.verdict === 'conflicting' && institutions(words, item, outcome, actions),
    outcome.kind === 'answered' && state === 'fingerprint' && list([[words.facts.recorded, h('strong', {}, words.states[verdictOfAnswer(item, outcome)].title)]]),
    finding && list(factsOfFinding(words, finding)),
    finding && outcome.kind === 'answered' && ofService(words, finding, outcome),
    outcome.kind === 'offline' && (state === 'unconfirmed' ? apart(words.claimed.receipt, factsOfEntry(words, outcome.check.entry!)) : list(factsOfEntry(words, outcome.check.entry!))),
    ['answered', 'offline', 'distrusted'].includes(outcome.kind) && !isBlocked(item) && h('p', { class: 'when' }, words.checkedAt(format.time(words, item.at))),
  ];
}

/** Whether nothing was looked at, because it is open which key is the register's. */
function isBlocked({ outcome }: Item): boolean {
  return outcome.kind === 'distrusted' && outcome.fault.kind === 'key';
}

type Answered = Extract<Outcome, { kind: 'answered' }>;

/** What the service says and nothing proves. */
function ofService(words: Words, finding: Finding, { answer }: Answered): Child {
  const unproven = answer.results.find(({ issuer }) => issuer.id === finding.issuer.id)?.unproven;
  return unproven && apart(words.claimed.service, factsOfService(words, finding, unproven));
}

/** Facts that are not proven, apart from those that are. */
function apart(title: string, facts: readonly Fact[]): Child {
  return facts.length > 0 && h('section', { class: 'claimed' }, h('h4', {}, title), list(facts));
}

/** What each institution says where they disagree, and the choice of the one that the document names. */
function institutions(words: Words, item: Item, { findings }: Answered, actions: CardActions | null): HTMLElement {
  const said = words.conflict;
  const nameOf = ({ issuer }: Finding): string => `${issuer.legalName} (${issuer.id})`;
  const chosen = findings.find(({ issuer }) => issuer.id === item.chosen);
  const id = `choice-${item.id}`;
  const select = h(
    'select',
    { id, class: 'choice', change: () => actions?.choose(item, select.value === '' ? null : select.value) },
    h('option', { value: '' }, said.none),
    findings.map((finding) => h('option', { value: finding.issuer.id, selected: finding === chosen }, nameOf(finding))),
  );
  return h(
    'section',
    { class: 'institutions' },
    chosen && h('p', { class: 'alone' }, sentence(said.alone, nameOf(chosen))),
    h('h4', {}, said.title),
    h(
      'ol',
      {},
      findings.map((finding) =>
        h(
          'li',
          { class: `state-${finding.verdict}`, 'data-issuer': finding.issuer.id },
          stateIcon(finding.verdict),
          h(
            'div',
            {},
            h('strong', { class: 'word' }, words.states[finding.verdict].title),
            h('div', { class: 'who' }, foreign(nameOf(finding))),
            h('div', { class: 'hint' }, `${words.facts.issued}: ${format.time(words, finding.issued)}`),
          ),
        ),
      ),
    ),
    actions && h('p', { class: 'choose-issuer' }, h('label', { for: id }, said.choose), ' ', select),
  );
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
    case 'answered': {
      const first = leading(item, outcome);
      const rest = outcome.findings.filter((finding) => finding !== first);
      return [first && stepsOf(words, item, first, outcome.held), rest.length > 0 && others(words, item, outcome, rest)];
    }
    case 'offline':
      return [steps(words, item, outcome.check, outcome.held, undefined)];
    case 'noKey':
      return [steps(words, item, outcome.check, null, undefined)];
    case 'distrusted': {
      const check = outcome.checks[outcome.checks.length - 1];
      const isOutdated = outcome.fault.kind !== 'proof';
      const answerFault = outcome.offline ? undefined : check?.fault === null && !isOutdated ? outcome.fault.text : null;
      return [check && steps(words, item, check, outcome.held, answerFault, isOutdated ? saying(words, item, 'distrusted') : null)];
    }
    default:
      return [];
  }
}

/** The proof of the act that decides, and that of the issue that it was done to. */
function stepsOf(words: Words, item: Item, { checks }: Finding, held: Held): Child[] {
  return checks.map((check, i) => {
    const own = steps(words, item, check, held, null);
    return i === 0 ? own : h('details', { class: 'issue-proof' }, h('summary', {}, words.issueProof), own);
  });
}

function others(words: Words, item: Item, outcome: Answered, findings: readonly Finding[]): HTMLElement {
  return h(
    'section',
    { class: 'others' },
    h('h4', {}, findings.length === outcome.findings.length ? words.conflict.title : words.others(findings.length)),
    findings.map((finding) =>
      h(
        'details',
        {},
        h('summary', {}, foreign(finding.issuer.legalName), `: ${words.states[finding.verdict].title}`),
        list(factsOfFinding(words, finding)),
        ofService(words, finding, outcome),
        stepsOf(words, item, finding, outcome.held),
      ),
    ),
  );
}

function unknown(words: Words): HTMLElement {
  const said = words.unknown;
  return h('div', { class: 'possibilities' }, h('p', {}, said.title), h('ol', {}, h('li', {}, said.altered), h('li', {}, said.never)), h('p', {}, said.next));
}

export function logFacts(words: Words, item: Item): readonly Fact[] {
  const { outcome } = item;
  if (outcome.kind === 'answered' || outcome.kind === 'offline') {
    const check = outcome.kind === 'answered' ? leading(item, outcome)?.checks[0] : outcome.check;
    const origin = outcome.kind === 'answered' ? outcome.answer.checkpoint.origin : check!.checkpoint!.origin;
    const size = check?.checkpoint?.size;
    return [
      [words.facts.register, foreign(origin)],
      ...(check?.receipt && size !== undefined
        ? [[words.facts.entry, words.facts.entryOf(format.count(words, check.receipt.proof.index), format.count(words, size))] as const]
        : []),
    ];
  }
  // Not translated: it is for those who run the register.
  const message = outcome.kind === 'outage' ? outcome.detail : outcome.kind === 'distrusted' ? outcome.fault.text : '';
  return message === '' ? [] : [[words.facts.technical, foreign(message)]];
}

function buttons(words: Words, item: Item, state: StateName, actions: CardActions): HTMLElement {
  const { outcome } = item;
  const issuer = outcome.kind === 'answered' ? leading(item, outcome)?.issuer.id : undefined;
  const receipt = outcome.kind === 'answered' ? outcome.answer.results.find((result) => result.issuer.id === issuer)?.receipt : undefined;
  const canLook = state === 'unknown' && item.file !== null;
  return h(
    'div',
    { class: 'buttons' },
    (state === 'outage' || state === 'unreadable' || (outcome.kind === 'distrusted' && !outcome.offline)) &&
      h('button', { type: 'button', class: 'retry', click: () => actions.retry(item) }, words.retry),
    canLook && h('p', { class: 'further' }, item.everyAlgorithm ? words.unknown.moreDone : words.unknown.more),
    canLook && !item.everyAlgorithm && h('button', { type: 'button', class: 'further', click: () => actions.lookFurther(item) }, words.unknown.moreButton),
    receipt !== undefined && h('button', { type: 'button', class: 'save', click: () => save((item.name ?? 'document') + receiptExtension, receipt) }, words.saveReceipt),
    item.digests.length > 0 && item.file !== null && state !== 'noKey' && !isBlocked(item) && h('button', { type: 'button', class: 'print', click: () => actions.print(item) }, words.print),
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
        void actions.useKey(input.value.trim()).then((text) => fault.replaceChildren(visible(text ?? '')));
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
  if (state !== null) return saying(words, item, state).title;
  const { outcome } = item;
  if (outcome.kind === 'hashing') return words.reading(format.percent(words, item.file && item.file.size > 0 ? outcome.hashed / item.file.size : 1));
  return outcome.kind === 'asking' ? words.asking : words.waiting;
}

function issuerName(item: Item): string {
  const { outcome } = item;
  switch (outcome.kind) {
    case 'answered':
      return leading(item, outcome)?.issuer.legalName ?? '';
    case 'offline':
      return outcome.check.entry?.legalName ?? '';
    default:
      return '';
  }
}
