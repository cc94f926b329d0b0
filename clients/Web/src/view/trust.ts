import type { Trust } from '../trust/trust';
import type { Words } from '../words/en';
import { foreign, h } from './dom';
import * as format from './format';

export interface TrustActions {
  /** The offered keys were confirmed elsewhere. */
  readonly accept: () => void;
  /** The link's key is not to be used. */
  readonly dropLink: () => void;
}

/** What is wrong with the key, if anything: loud, because no answer counts meanwhile. */
export function trustWarnings(words: Words, { doubt, held, learned }: Trust, actions: TrustActions): HTMLElement[] {
  const said = words.trust;
  const known = held.keys.map((key) => key.line);
  const dropLink = h('button', { type: 'button', class: 'drop-link', click: actions.dropLink }, said.dropLink);
  switch (doubt?.kind) {
    case 'changed': {
      const accept = h('button', { type: 'button', class: 'accept', click: actions.accept }, said.accept);
      return [warning('alarm', said.changedTitle, said.changed, keyList(said.known, known), keyList(said.offered, doubt.offered), accept)];
    }
    case 'link': {
      const other = held.confirmed ? said.known : said.offered;
      return [warning('alarm', said.linkDiffersTitle, said.linkDiffers, keyList(said.linked, doubt.linked), keyList(other, doubt.offered), dropLink)];
    }
    case 'badLink':
      return [warning('alarm', said.badLinkTitle, doubt.text, dropLink)];
    default:
      return learned ? [warning('notice', said.learnedTitle, said.learned, keyList(said.known, known))] : [];
  }
}

/** Which key is known, since when and why that matters. */
export function trustPanel(words: Words, { held }: Trust): HTMLElement {
  const said = words.trust;
  const origin = held.keys[0]?.name;
  return h(
    'details',
    { class: 'trust' },
    h('summary', {}, said.title, origin !== undefined && [words.colon, foreign(origin)]),
    h('p', {}, status(words, held)),
    h('p', {}, said.why),
    held.keys.length > 0 && keyList(said.known, held.keys.map((key) => key.line)),
  );
}

function status(words: Words, { keys, source, confirmed, isNew, since }: Trust['held']): string {
  const said = words.trust;
  if (keys.length === 0) return said.none;
  if (source === 'link') return confirmed ? said.link : said.linkUnconfirmed;
  return isNew ? said.first : said.remembered(format.time(words, since!));
}

function warning(kind: 'alarm' | 'notice', title: string, text: string, ...more: HTMLElement[]): HTMLElement {
  return h('section', { class: `warning ${kind}`, role: kind === 'alarm' ? 'alert' : 'status' }, h('h2', {}, title), h('p', {}, text), more);
}

function keyList(title: string, lines: readonly string[]): HTMLElement {
  return h('div', { class: 'keys' }, h('p', {}, title), h('ul', {}, lines.map((line) => h('li', {}, h('code', {}, foreign(line))))));
}
