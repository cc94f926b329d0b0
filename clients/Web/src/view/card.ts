import { type Item, leading, receiptOf, stateOf } from '../check/item';
import type { Finding } from '../service/judge';
import type { StateName, Words } from '../words/en';
import { account, type Answered, comparison, isBlocked, lead, ofService, saying } from './account';
import { type Child, foreign, h, save } from './dom';
import { type Fact, factsOfFinding, factsOfItem, list } from './facts';
import { evidenceForm, type EvidenceActions, hasEvidence } from './evidenceForm';
import { visible } from './foreign';
import * as format from './format';
import { stateIcon } from './icons';
import { steps } from './steps';
import { isUnwatched, seenBy } from './witnesses';
import { receiptExtension } from '../receipt/receipt';
import type { Held } from '../trust/trust';

export interface CardActions {
  retry(item: Item): void;
  lookFurther(item: Item): void;
  refresh(item: Item): void;
  print(item: Item): void;
  /** The document goes to the tab of handing over. */
  handOver(file: File): void;
  readonly evidence: EvidenceActions;
  /** The document names this institution; null: show what all of them say. */
  choose(item: Item, issuer: string | null): void;
  /** Null if it is a key; else what is wrong with it. */
  useKey(line: string): Promise<string | null>;
}

/** A card that is still to be drawn. */
export function emptyCard(): HTMLElement {
  return h('article', { class: 'card state-pending', 'data-state': 'waiting', tabindex: -1 });
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
    { class: `card state-${state ?? 'pending'}${item.compared?.same === false ? ' differs' : ''}`, 'data-state': state ?? item.outcome.kind, 'aria-labelledby': titleId, tabindex: -1 },
    h(
      'header',
      {},
      state ? stateIcon(state) : h('span', { class: 'icon spinner', 'aria-hidden': 'true' }),
      h('div', {}, h('h3', { id: titleId }, title(words, item, state)), h('p', { class: 'file' }, label(words, item))),
    ),
    state === null ? pending(item) : h(
          'div',
          { class: 'body' },
          // A file that is not the one in question is told of before what it is.
          comparison(words, item),
          lead(words, item, state),
          // Where each card is folded, what lacks is said once, beside their count.
          (open === null || !isUnwatched(item)) && seenBy(words, item),
          folded(words, open, toggled, () => [
            account(words, item, state, actions),
            state === 'noKey' && keyForm(words, actions),
            buttons(words, item, state, actions),
            refreshing(words, item, actions),
            hasEvidence(item) && state !== 'opened' && evidenceForm(words, item, actions.evidence),
            !isBlocked(item) && state !== 'receipt' && details(words, item, state),
          ]),
        ),
  );
}

/** All but the verdict is folded away where there are many documents, and made when it is looked at. */
function folded(words: Words, open: boolean | null, toggled: (open: boolean) => void, content: () => readonly Child[]): Child {
  if (open === null) return content();
  const fold = h('details', { class: 'fold', open }, h('summary', {}, words.facts.detail));
  const fill = (): void => {
    if (fold.open && fold.childElementCount === 1) fold.append(h('div', {}, content()));
  };
  fill();
  fold.addEventListener('toggle', () => {
    fill();
    toggled(fold.open);
  });
  return fold;
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
      const isOfProof = outcome.fault.kind === 'proof' || outcome.fault.kind === 'standing';
      const isOutdated = !isOfProof && !check?.isUnwitnessed;
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
        h('summary', {}, foreign(format.institution(words, finding.issuer)), `${words.colon}${words.states[finding.verdict].title}`),
        list(factsOfFinding(words, finding)),
        ofService(words, finding, outcome),
        stepsOf(words, item, finding, outcome.held),
      ),
    ),
  );
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
  const message = outcome.kind === 'outage' || outcome.kind === 'unreadable' ? outcome.detail : outcome.kind === 'distrusted' ? outcome.fault.text : '';
  return message === '' ? [] : [[words.facts.technical, foreign(message)]];
}

function buttons(words: Words, item: Item, state: StateName, actions: CardActions): HTMLElement {
  const { outcome } = item;
  const issuer = outcome.kind === 'answered' ? leading(item, outcome)?.issuer.id : undefined;
  const receipt = outcome.kind === 'answered' ? outcome.answer.results.find((result) => result.issuer.id === issuer)?.receipt : undefined;
  const canLook = state === 'unknown';
  return h(
    'div',
    { class: 'buttons' },
    (state === 'outage' || state === 'unreadable' || (outcome.kind === 'distrusted' && !outcome.offline)) &&
      h('button', { type: 'button', class: 'retry', click: () => actions.retry(item) }, words.retry),
    canLook && h('p', { class: 'further' }, item.everyAlgorithm ? words.unknown.moreDone : words.unknown.more),
    canLook && !item.everyAlgorithm && h('button', { type: 'button', class: 'further', click: () => actions.lookFurther(item) }, words.unknown.moreButton),
    receipt !== undefined && h('button', { type: 'button', class: 'save', click: () => save(baseName(item.name ?? 'document') + receiptExtension, receipt) }, words.saveReceipt),
    state === 'verified' && item.source?.entry === null && h('button', { type: 'button', class: 'hand-over', click: () => actions.handOver(item.source!.file) }, words.handOver),
    item.digests.length > 0 && item.source !== null && state !== 'noKey' && !isBlocked(item) && h('button', { type: 'button', class: 'print', click: () => actions.print(item) }, words.print),
  );
}

/** A receipt is made fresh by the register when its holder wants that: the receipt is sent then, and nothing before. */
function refreshing(words: Words, item: Item, actions: CardActions): Child {
  if (receiptOf(item) === null) return null;
  const said = words.standing.refresh;
  const { refresh } = item;
  const fresh = refresh?.kind === 'done' ? refresh.receipt : null;
  return h(
    'div',
    { class: 'refresh', role: 'status' },
    fresh === null
      ? [h('p', {}, h('button', { type: 'button', class: 'refresh', disabled: refresh?.kind === 'asking', click: () => actions.refresh(item) }, said.button)), h('p', { class: 'hint' }, said.hint)]
      : [h('p', { class: 'refreshed' }, said.done), h('button', { type: 'button', class: 'save-fresh', click: () => save(freshName(item), fresh) }, said.save)],
    refresh?.kind === 'asking' && h('p', {}, said.asking),
    refresh?.kind === 'refused' && h('p', { class: 'failure' }, said.refused),
    refresh?.kind === 'failed' && h('p', { class: 'failure' }, said.failed, words.between, words.failures[refresh.failure]),
    (refresh?.kind === 'refused' || refresh?.kind === 'failed') && h('p', { class: 'hint' }, foreign(refresh.text)),
  );
}

function freshName({ name }: Item): string {
  const base = baseName(name ?? 'document');
  return base.endsWith(receiptExtension) ? base : base + receiptExtension;
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
  const share = outcome.kind === 'hashing' ? shareOf(item, outcome.hashed) : null;
  return h('div', { class: 'body' }, share !== null && h('progress', { max: 1, value: share, 'aria-label': item.name ?? '' }));
}

function title(words: Words, item: Item, state: StateName | null): string {
  if (state !== null) return saying(words, item, state).title;
  const { outcome } = item;
  if (outcome.kind === 'hashing') return words.reading(format.percent(words, shareOf(item, outcome.hashed) ?? 1));
  return outcome.kind === 'asking' ? words.asking : words.waiting;
}

/** How much of it was read; null where there is nothing to read. */
function shareOf(item: Item, hashed: number): number | null {
  return item.size() > 0 ? hashed / item.size() : null;
}

/** The name of the file; of a fingerprint, that there is none, whatever name came with it. */
function label(words: Words, { name, source, outcome }: Item): Child {
  if (source !== null || outcome.kind === 'receipt') return foreign(name ?? '');
  return [words.noFile, name !== null && [words.colon, foreign(name)]];
}

/** Without the folders and archives that it is in. */
function baseName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
