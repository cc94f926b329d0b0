// What a holder is left with: the record in the log, and the link that nobody else has.

import { code } from '../../view/code';
import { type Child, h, save, sentence } from '../../view/dom';
import * as format from '../../view/format';
import { stateIcon } from '../../view/icons';
import { type Made, packageName, traceLink } from '../sending';
import type { ProvenReceiver } from '../receivers';
import type { ProvenTrace } from '../trace';
import { failure, faultOf, type Speech } from './frame';

/** @param trace What the log proves of it; null where it was saved and not sent. */
export function sentView(speech: Speech, made: Made, receiver: ProvenReceiver, trace: ProvenTrace | null, another: () => void): HTMLElement {
  const { said } = speech;
  const link = traceLink(made);
  return h(
    'section',
    { class: 'sent', 'data-state': trace?.fault ? 'unproven' : (trace?.state ?? 'saved') },
    ...outcome(speech, made, receiver, trace),
    h('h2', {}, said.sent.link),
    h('p', { class: 'keep' }, said.sent.keep),
    linkBox(speech, link),
    h(
      'div',
      { class: 'buttons' },
      h('a', { href: link.slice(link.indexOf('#')), class: 'open-trace' }, said.sent.openTrace),
      trace?.events[0] && h('button', { type: 'button', class: 'save-receipt', click: () => save(`${packageName(made.id)}.tlog-proof`, trace.events[0]!.receipt) }, said.sent.receipt),
      h('button', { type: 'button', class: 'another', click: another }, said.sent.another),
    ),
  );
}

function outcome(speech: Speech, made: Made, receiver: ProvenReceiver, trace: ProvenTrace | null): Child[] {
  const { said, words } = speech;
  const title = (text: string): HTMLElement => h('h1', { tabindex: -1 }, text);
  if (trace === null) return [title(said.sent.savedTitle), h('p', {}, sentence(said.sent.saved, packageName(made.id)))];
  if (trace.fault) return [title(said.sent.unprovenTitle), faultOf(speech, said.sent.unproven, trace.fault)];
  if (trace.state === 'refused') return [title(said.sent.refusedTitle), failure(said.sent.refused)];
  const [handover] = trace.events;
  if (!handover) return [title(said.sent.pendingTitle), h('p', { role: 'status' }, said.sent.pending)];
  return [
    h('header', { class: 'done state-proven' }, stateIcon('proven'), h('div', {}, title(said.sent.title), h('p', {}, sentence(said.sent.lead, format.institution(words, receiver))))),
    h('p', { class: 'proven' }, said.sent.proven(format.count(words, handover.logIndex))),
  ];
}

function linkBox({ said }: Speech, link: string): HTMLElement {
  const own = said.sent;
  const told = h('span', { role: 'status' });
  const field = h('input', { type: 'text', id: 'trace-link', readonly: true, value: link, 'aria-label': own.link, focus: () => field.select() });
  return h(
    'div',
    { class: 'trace-link' },
    field,
    h(
      'div',
      { class: 'buttons' },
      h('button', { type: 'button', class: 'copy', click: () => void copy(link, field).then((isCopied) => void (told.textContent = isCopied ? own.copied : '')) }, own.copy),
      h('button', { type: 'button', class: 'save-link', click: () => save('trace-link.txt', `${link}\n`) }, own.saveLink),
      told,
    ),
    code(link, own.code),
  );
}

/** Where a browser does not let pages write to the clipboard, the link is marked to be copied by hand. */
async function copy(link: string, field: HTMLInputElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(link);
    return true;
  } catch (error) {
    if (!(error instanceof DOMException) && !(error instanceof TypeError)) throw error;
    field.focus();
    return false;
  }
}
