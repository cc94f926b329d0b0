import type { Trust } from '../service/trust';
import type { Words } from '../words/en';
import { h } from './dom';
import * as format from './format';

/** What is wrong with the key, if anything: loud where no answer counts. */
export function trustWarnings(words: Words, trust: Trust, accept: () => void): HTMLElement[] {
  const said = words.trust;
  const warnings: HTMLElement[] = [];
  if (trust.badLink !== null) warnings.push(warning('alarm', said.badLinkTitle, trust.badLink));
  if (trust.linkDiffers) warnings.push(warning('alarm', said.linkDiffersTitle, said.linkDiffers));
  if (trust.meeting === 'changed' || trust.meeting === 'more') {
    const changed = trust.meeting === 'changed';
    const known = trust.keys.map((key) => key.line);
    warnings.push(
      warning(
        changed ? 'alarm' : 'notice',
        changed ? said.changedTitle : said.moreTitle,
        changed ? said.changed : said.more,
        keyList(said.known, known),
        keyList(said.offered, trust.offered),
        trust.source === 'remembered' && h('button', { type: 'button', class: 'accept', click: accept }, said.accept),
      ),
    );
  }
  return warnings;
}

/** Which key is known, since when and why that matters. */
export function trustPanel(words: Words, trust: Trust): HTMLElement {
  const said = words.trust;
  const origin = trust.keys[0]?.name;
  const status =
    trust.keys.length === 0
      ? said.none
      : trust.source === 'link'
        ? said.link
        : trust.isNew
          ? said.first
          : said.remembered(format.time(words, trust.since!));
  return h(
    'details',
    { class: 'trust' },
    h('summary', {}, origin === undefined ? said.title : `${said.title}: ${origin}`),
    h('p', {}, status),
    h('p', {}, said.why),
    trust.keys.length > 0 && keyList(said.known, trust.keys.map((key) => key.line)),
  );
}

function warning(kind: 'alarm' | 'notice', title: string, text: string, ...more: (HTMLElement | false)[]): HTMLElement {
  return h('section', { class: `warning ${kind}`, role: kind === 'alarm' ? 'alert' : 'status' }, h('h2', {}, title), h('p', {}, text), more);
}

function keyList(title: string, lines: readonly string[]): HTMLElement {
  return h('div', { class: 'keys' }, h('p', {}, title), h('ul', {}, lines.map((line) => h('li', {}, h('code', {}, line)))));
}
