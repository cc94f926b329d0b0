// A report on one sheet, with a code that leads back to the same check.

import { type Item, leading, stateOf } from '../check/item';
import { formatDigest } from '../receipt/digest';
import type { Words } from '../words/en';
import { account, lead, saying } from './account';
import { logFacts } from './card';
import { code } from './code';
import { type Child, h } from './dom';
import { factsOfItem, list } from './facts';
import { stateIcon, stepIcon } from './icons';
import { isUnconfirmed } from './steps';
import { seenBy } from './witnesses';

/** The address of the same check. The digest is in the fragment, which browsers do not send. */
export function checkAddress(item: Item): string {
  const { outcome } = item;
  const known = outcome.kind === 'answered' ? item.digests.find(({ hex }) => hex === outcome.answer.digest) : undefined;
  return `${location.origin}/#digest=${formatDigest(known ?? item.digests[0]!)}`;
}

/** @param beside Said after what was checked: what evidence is made for. */
export function report(words: Words, item: Item, beside: Child = null): HTMLElement {
  const state = stateOf(item)!;
  const address = checkAddress(item);
  return h(
    'section',
    { class: `report state-${state}` },
    h('h1', {}, `${words.product}${words.colon}${words.report.title}`),
    h('header', {}, stateIcon(state), h('div', {}, h('h2', {}, saying(words, item, state).title), lead(words, item, state))),
    seenBy(words, item),
    list(factsOfItem(words, item)),
    beside,
    account(words, item, state, null),
    checks(words, item),
    list(logFacts(words, item)),
    h('footer', {}, code(address), h('div', {}, h('p', {}, h('strong', {}, words.report.scan)), h('p', { class: 'address' }, address), h('p', {}, words.report.how))),
  );
}

function checks(words: Words, item: Item): HTMLElement | null {
  const { outcome } = item;
  const check = outcome.kind === 'answered' ? leading(item, outcome)?.checks[0] : outcome.kind === 'offline' ? outcome.check : undefined;
  if (!check || (outcome.kind !== 'answered' && outcome.kind !== 'offline')) return null;
  const { confirmed } = outcome.held;
  return h(
    'ul',
    { class: 'checks' },
    check.steps.map((step) => {
      const { name, holds } = step;
      if (isUnconfirmed(name) && holds && !confirmed) return h('li', {}, stepIcon('doubted'), words.unconfirmed[name]);
      return h('li', {}, stepIcon(holds ? 'holds' : 'fails'), holds ? words.steps[name].title : words.steps[name].fails);
    }),
    check.signers.filter(({ valid }) => valid).map(({ key }) => h('li', { class: 'key' }, h('code', {}, key.line))),
  );
}
