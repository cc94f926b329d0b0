import type { Policy } from '../log/policy';
import type { Oversight } from '../trust/oversight';
import type { Trust } from '../trust/trust';
import type { Words } from '../words/en';
import { foreign, h } from './dom';
import { visible } from './foreign';
import * as format from './format';
import { needed, witnessName } from './witnesses';

export interface TrustActions {
  /** The offered keys were confirmed elsewhere. */
  readonly accept: () => void;
  /** The link's key is not to be used. */
  readonly dropLink: () => void;
}

export interface OversightActions {
  /** What the service shows now was confirmed elsewhere. */
  readonly accept: () => void;
  /** The policy that was given by hand is not to be used any more. */
  readonly forget: () => void;
  /** Witnesses may have seen what an answer stands on so long ago, in milliseconds. */
  readonly allow: (maxAge: number) => void;
  /** Null if it is a policy; else what is wrong with it. */
  readonly give: (file: File) => Promise<string | null>;
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

/** What is wrong with the policy that the service shows. */
export function oversightWarnings(words: Words, { doubt, held }: Oversight, { accept, forget }: OversightActions): HTMLElement[] {
  const said = words.witnesses;
  const known = held.policy === null ? [] : [witnessList(words, said.panel.known, held.policy)];
  switch (doubt?.kind) {
    case 'changed':
      return [warning('alarm', said.changedTitle, said.changed, ...known, witnessList(words, said.offered, doubt.offered), h('button', { type: 'button', class: 'accept-policy', click: accept }, said.accept))];
    case 'damaged':
      return [warning('alarm', said.damagedTitle, said.damaged, h('p', { class: 'hint' }, foreign(doubt.text)))];
    case 'gone':
      return [warning('alarm', said.goneTitle, said.gone, ...known, h('button', { type: 'button', class: 'accept-policy', click: accept }, said.acceptGone))];
    case 'otherLog':
      return [warning('alarm', said.otherLogTitle, said.otherLog, ...known, h('button', { type: 'button', class: 'forget-policy', click: forget }, said.panel.forget))];
    default:
      return [];
  }
}

/** Which key and which witnesses are known, since when and why that matters. */
export function trustPanel(words: Words, { held }: Trust, oversight: Oversight, maxAge: number, actions: OversightActions): HTMLElement {
  const said = words.trust;
  const origin = held.keys[0]?.name;
  return h(
    'details',
    { class: 'trust' },
    h('summary', {}, said.title, origin !== undefined && [words.colon, foreign(origin)]),
    h('p', {}, status(words, held)),
    h('p', {}, said.why),
    held.keys.length > 0 && keyList(said.known, held.keys.map((key) => key.line)),
    oversightPanel(words, oversight, actions),
    oversight.held.policy !== null && ageChoice(words, maxAge, actions),
  );
}

function oversightPanel(words: Words, { held: { policy, source, isNew, since } }: Oversight, actions: OversightActions): HTMLElement[] {
  const said = words.witnesses.panel;
  const status = policy === null ? said.none : source === 'file' ? said.file : isNew ? said.first : said.remembered(format.time(words, since!));
  const fault = h('p', { class: 'failure', role: 'alert' });
  const input = h('input', {
    type: 'file',
    id: 'policy',
    class: 'unseen',
    change: () => {
      const file = input.files?.[0];
      input.value = '';
      if (file) void actions.give(file).then((text) => fault.replaceChildren(visible(text ?? '')));
    },
  });
  return [
    h('p', { class: 'oversight' }, status),
    ...(policy === null ? [] : [witnessList(words, said.known, policy)]),
    h('p', {}, input, h('label', { for: 'policy', class: 'choose quiet' }, said.give), source === 'file' && [' ', h('button', { type: 'button', class: 'forget-policy', click: actions.forget }, said.forget)]),
    fault,
  ];
}

const minute = 60_000;
const ages: readonly number[] = [30 * minute, 60 * minute, 4 * 60 * minute, 24 * 60 * minute];

function ageChoice(words: Words, maxAge: number, { allow }: OversightActions): HTMLElement {
  const said = words.standing.maxAge;
  const shown = ages.includes(maxAge) ? ages : [...ages, maxAge].sort((a, b) => a - b);
  const select = h(
    'select',
    { id: 'max-age', change: () => allow(Number(select.value)) },
    shown.map((age) => h('option', { value: `${age}`, selected: age === maxAge }, age % (60 * minute) === 0 ? said.hours(age / (60 * minute)) : said.minutes(Math.round(age / minute)))),
  );
  return h('p', { class: 'max-age' }, h('label', { for: 'max-age' }, said.label), ' ', select);
}

function witnessList(words: Words, title: string, policy: Policy): HTMLElement {
  const { witnesses } = policy;
  return h('div', { class: 'keys' }, h('p', {}, title), h('p', { class: 'needed' }, words.witnesses.needed.title, needed(words, policy)), h('ul', {}, witnesses.map((witness) => h('li', {}, witnessName(witness), ' ', h('code', {}, foreign(shortKey(witness.key.line)))))));
}

/** Keys of ML-DSA-44 are 1,750 characters long. */
function shortKey(line: string): string {
  return line.length > 200 ? `${line.slice(0, 160)}…` : line;
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
