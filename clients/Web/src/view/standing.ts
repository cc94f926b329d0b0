// How a document of an institution stands now, by the register's proven answer.

import { receiptExtension } from '../receipt/receipt';
import type { Finding } from '../service/judge';
import type { Words } from '../words/en';
import { type Child, h, save } from './dom';
import * as format from './format';

/** What the register says of a document now: proven, and the institution's own word. */
export interface Standing {
  readonly finding: Finding;
  readonly receipt: string;
}

/** By `algorithm:hex`. */
export type Standings = ReadonlyMap<string, Standing>;

export function standingWord(words: Words, { finding: { verdict } }: Standing): string {
  return verdict === 'verified' ? words.stands : words.states[verdict].title;
}

/** How a document stands now, and its receipt. */
export function standing(words: Words, name: string, of: Standing | undefined): Child {
  if (!of) return null;
  const { finding, receipt } = of;
  const base = name.slice(name.lastIndexOf('/') + 1).replace(':', '-');
  return [
    h('strong', { class: `verdict state-${finding.verdict}`, 'data-verdict': finding.verdict }, standingWord(words, of)),
    finding.verdict !== 'verified' && h('span', { class: 'size' }, ` ${format.shortTime(words, finding.since)}`),
    ' ',
    h('button', { type: 'button', class: 'receipt', 'aria-label': words.issuerTab.receiptOf(name), click: () => save(base + receiptExtension, receipt) }, words.issuerTab.receipt),
  ];
}
