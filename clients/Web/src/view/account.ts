// What is said of a document: on its card and on paper.

import type { Hindrance } from '../hashing/protocol';
import { type Item, leading, type Outcome, stateOf, verdictOfAnswer } from '../check/item';
import type { Verdict } from '../service/answers';
import type { Finding } from '../service/judge';
import type { Saying, StateName, Words } from '../words/en';
import type { CardActions } from './card';
import { type Child, foreign, h, sentence } from './dom';
import { type Fact, factsOfEntry, factsOfFinding, factsOfService, list } from './facts';
import * as format from './format';
import { stateIcon } from './icons';

/** The words for what came of the check: of an answer that does not count, by what is wrong with it. */
export function saying(words: Words, item: Item, state: StateName): Saying {
  const { outcome, compared } = item;
  if (outcome.kind === 'distrusted' && outcome.fault.kind === 'unwitnessed' && outcome.offline) return words.uncovered;
  if (outcome.kind === 'distrusted' && outcome.fault.kind === 'standing' && outcome.checks.at(-1)?.standing?.status === 'before') return words.unrecorded;
  if (outcome.kind === 'distrusted' && outcome.fault.kind !== 'proof') return words.faults[outcome.fault.kind];
  if (outcome.kind === 'unreadable') return hindrance(words, outcome.why);
  if (state === 'fingerprint' && compared) return compared.same ? words.compared.same : words.compared.differs;
  return words.states[state];
}

function hindrance(words: Words, why: Hindrance): Saying {
  return why === 'unread' ? words.states.unreadable : words.hindrances[why];
}

/** Who issued, and what else is said in the first sentence. */
export function lead(words: Words, item: Item, state: StateName): HTMLElement {
  return h('p', { class: 'lead' }, sentence(saying(words, item, state).lead, subject(words, item)));
}

/** Whether it is the file whose fingerprint was given. */
export function comparison(words: Words, { isNamed }: Item): Child {
  return isNamed !== null && h('p', { class: isNamed ? 'same' : 'different' }, isNamed ? words.isNamed : words.isNotNamed);
}

/**
 * Everything that the card and the printed report both say.
 * @param actions Null on paper.
 */
export function account(words: Words, item: Item, state: StateName, actions: CardActions | null): Child[] {
  const { outcome, source } = item;
  const { advice } = saying(words, item, state);
  const finding = outcome.kind === 'answered' && source !== null ? leading(item, outcome) : null;
  return [
    actions === null && comparison(words, item),
    advice !== '' && h('p', { class: 'advice' }, advice),
    standingOffline(words, item, state),
    isFirstUse(item) && h('p', { class: 'first-use' }, words.trust.firstUse),
    state === 'unknown' && unknown(words, item),
    state === 'receipt' && receiptAlone(words, item),
    outcome.kind === 'outage' && list([[words.facts.detail, words.failures[outcome.failure]]]),
    outcome.kind === 'answered' && source !== null && outcome.verdict === 'conflicting' && institutions(words, item, outcome, actions),
    outcome.kind === 'answered' && state === 'fingerprint' && list([[words.facts.recorded, h('strong', {}, recorded(words, verdictOfAnswer(item, outcome)))]]),
    finding && list(factsOfFinding(words, finding)),
    finding && outcome.kind === 'answered' && ofService(words, finding, outcome),
    outcome.kind === 'offline' && (state === 'unconfirmed' ? apart(words.claimed.receipt, factsOfEntry(words, outcome.check.entry!)) : list(factsOfEntry(words, outcome.check.entry!))),
    ['answered', 'offline', 'distrusted'].includes(outcome.kind) && !isBlocked(item) && h('p', { class: 'when' }, words.checkedAt(format.time(words, item.at))),
  ];
}

/** How a document that was checked without the network is known to stand, and as of when; or that it is not. */
function standingOffline(words: Words, { outcome }: Item, state: StateName): Child {
  if (outcome.kind !== 'offline' || state === 'unconfirmed') return null;
  const { current, check } = outcome;
  const said = words.standing;
  // Of what was done to a document the receipt says no more than that it was done.
  if (check.entry?.act !== 'issue') return h('p', { class: 'as-of' }, words.states.proven.advice);
  if (current === null || current.status === 'before') return h('p', { class: 'as-of' }, current === null ? said.none : said.before);
  const time = format.time(words, new Date(current.asOf).toISOString());
  const asOf = current.isWitnessed ? said.asOf.witnessed : said.asOf[current.source];
  return h('p', { class: 'as-of' }, h('strong', {}, asOf(time)), words.between, said.source[current.source]);
}

/** Whether the key by which it was checked came from this very site, just now: then the site vouches for itself. */
export function isFirstUse({ outcome }: Item): boolean {
  return outcome.kind === 'answered' && outcome.held.isNew;
}

/** What is recorded of a fingerprint, in words that nobody takes for a verdict on a file. */
function recorded(words: Words, verdict: Verdict): string {
  return verdict === 'verified' ? words.stands : words.states[verdict].title;
}

/** Whether nothing was looked at, because it is open which key is the register's, or who watches over it. */
export function isBlocked({ outcome }: Item): boolean {
  return outcome.kind === 'distrusted' && (outcome.fault.kind === 'key' || outcome.fault.kind === 'policy');
}

/** An answer whose findings are proven. */
export type Answered = Extract<Outcome, { kind: 'answered' }>;

/** What the service says and nothing proves. */
export function ofService(words: Words, finding: Finding, { answer }: Answered): Child {
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
  const nameOf = ({ issuer }: Finding): string => `${format.institution(words, issuer)}${words.aside(issuer.id)}`;
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
            h('div', { class: 'hint' }, `${words.facts.issued}${words.colon}${format.time(words, finding.issued)}`),
          ),
        ),
      ),
    ),
    actions && h('p', { class: 'choose-issuer' }, h('label', { for: id }, said.choose), ' ', select),
  );
}

function unknown(words: Words, { name, opening }: Item): HTMLElement {
  const said = words.unknown;
  return h(
    'div',
    { class: 'possibilities' },
    h('p', {}, said.title),
    h('ol', {}, h('li', {}, said.altered), h('li', {}, said.never)),
    h('p', {}, said.next),
    opening?.kind === 'closed' && [h('p', {}, `${said.closed}${words.between}${hindrance(words, opening.why).lead('')}`), h('p', { class: 'hint' }, words.facts.technical, words.colon, foreign(opening.detail))],
    opening === null && isPacked(name ?? '') && h('p', {}, said.packed),
  );
}

/** Archives that are not opened here. */
function isPacked(name: string): boolean {
  return /\.(?:zip|7z|rar|tar|tgz|gz|bz2|xz|zst)$/i.test(name);
}

/** What a receipt says whose document is not here: a claim, however well it is signed. */
function receiptAlone(words: Words, { outcome }: Item): Child[] {
  if (outcome.kind !== 'receipt') return [];
  const { of, held } = outcome;
  return [
    of !== null && h('p', { class: 'same' }, sentence(words.receiptOf, of)),
    held.entry ? apart(words.claimed.receipt, factsOfEntry(words, held.entry)) : h('p', { class: 'failure' }, words.steps.format.fails),
  ];
}

/** Whom or what the first sentence is about. */
function subject(words: Words, item: Item): string {
  const { outcome } = item;
  if (item.source === null && item.compared) return item.compared.name;
  if (item.opening?.kind === 'opened' && stateOf(item) === 'opened') return `${item.opening.files.length}`;
  switch (outcome.kind) {
    case 'answered':
      return format.institution(words, leading(item, outcome)?.issuer ?? {});
    case 'offline':
      return format.institution(words, outcome.check.entry ?? {});
    default:
      return '';
  }
}
