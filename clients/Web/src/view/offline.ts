// The switch for working offline and in private, and what is kept while it is on.

import type { Offline } from '../offline/offline';
import { isRecent } from '../status/current';
import type { Words } from '../words/en';
import { type Child, foreign, h } from './dom';
import * as format from './format';

export interface OfflineActions {
  readonly turn: (on: boolean) => void;
  readonly update: () => void;
}

export function offlinePanel(words: Words, offline: Offline, maxAge: number, { turn, update }: OfflineActions): HTMLElement {
  const said = words.standing.offline;
  const { isOn, isFetching, known } = offline;
  const input = h('input', { type: 'checkbox', id: 'keep-status', checked: isOn, disabled: isFetching, change: () => turn(input.checked) });
  return h(
    'details',
    { class: 'offline' },
    h('summary', {}, said.title),
    h('p', {}, said.intro),
    h('p', {}, input, ' ', h('label', { for: 'keep-status' }, said.keep)),
    h(
      'div',
      { role: 'status' },
      isFetching && h('p', {}, said.fetching),
      known && [
        h('p', { class: 'kept' }, h('strong', {}, said.known(format.time(words, new Date(known.asOf).toISOString()), format.count(words, known.covers), format.size(words, known.length))), words.between, known.isWitnessed ? said.seen : said.fetched),
        !isRecent(known, Date.now(), maxAge) && h('p', { class: 'failure' }, said.old),
      ],
      isOn && !known && !isFetching && h('p', { class: 'failure' }, said.unusable),
      isOn && !offline.isPageKept && h('p', {}, said.pageNotKept),
      failure(words, offline),
    ),
    isOn && h('p', {}, h('button', { type: 'button', class: 'update-status', disabled: isFetching, click: update }, said.update)),
  );
}

function failure(words: Words, { failure }: Offline): Child {
  const said = words.standing.offline;
  switch (failure?.kind) {
    case 'fault':
      return [h('p', { class: 'failure' }, said.wrong), h('p', { class: 'hint' }, foreign(failure.fault.text))];
    case 'failure':
      return [h('p', { class: 'failure' }, said.failed, words.between, words.failures[failure.failure]), h('p', { class: 'hint' }, foreign(failure.text))];
    case 'code':
      return h('p', { class: 'failure' }, said.failed, words.between, words.failures.unreachable);
    default:
      return null;
  }
}
