import type { Item } from '../check/item';
import type { ReceiptCheck, StepName } from '../receipt/check';
import type { Held } from '../trust/trust';
import type { Saying, Words } from '../words/en';
import { type Child, h } from './dom';
import * as format from './format';
import { stepIcon } from './icons';

const order: readonly StepName[] = ['document', 'inclusion', 'signature', 'standing', 'witnesses'];

/**
 * The steps of the check of one receipt, each with what it means and the numbers behind it.
 * @param answerFault What the answer says otherwise; undefined where a receipt was checked without an answer.
 * @param outdated What is wrong with an answer that says what is proven, but not of now.
 */
export function steps(words: Words, item: Item, check: ReceiptCheck, held: Held | null, answerFault: string | null | undefined, outdated: Saying | null = null): HTMLElement {
  const offline = answerFault === undefined;
  const done = new Map(check.steps.map((step) => [step.name, step]));
  const broken = done.get('format');
  const lacksStanding = !offline && answerFault !== null && check.fault === null && check.entry?.act === 'issue' && check.receipt?.status === null;
  const rows: HTMLElement[] = [];
  if (item.source) {
    rows.push(row(words, 'holds', words.stepFile.title, words.stepFile.text, item.digests.map((digest) => [digest.algorithm, digest.hex] as const)));
  }
  if (broken) rows.push(row(words, 'fails', words.steps.format.fails, words.steps.format.text, []));
  for (const name of order) {
    if (name === 'witnesses' && check.policy === null) continue;
    if (name === 'standing' && check.receipt?.status === null) {
      // A receipt of before there was such a proof, or of an act, has no such step; the answer of an issue must have it.
      if (lacksStanding) rows.push(row(words, 'fails', words.steps.standing.fails, words.steps.standing.text, []));
      continue;
    }
    const step = done.get(name);
    const said = name === 'document' && item.source === null ? words.stepFingerprint : words.steps[name];
    // Whoever made the key can have made the log.
    if (isUnconfirmed(name) && step?.holds && held?.confirmed === false) {
      rows.push(row(words, 'doubted', words.unconfirmed[name], said.text, step.facts, name === 'signature' && signedBy(words, check, held)));
      continue;
    }
    const detail = name === 'signature' && step?.holds && held ? signedBy(words, check, held) : null;
    rows.push(row(words, step ? (step.holds ? 'holds' : 'fails') : 'open', step && !step.holds ? said.fails : said.title, said.text, step?.facts ?? [], detail));
  }
  if (!offline && !lacksStanding) {
    const said = words.steps.answer;
    const state = check.fault !== null ? 'open' : answerFault === null ? 'holds' : 'fails';
    rows.push(row(words, state, state === 'fails' ? said.fails : said.title, said.text, []));
  }
  if (outdated) rows.push(row(words, 'fails', outdated.lead(''), outdated.advice, []));
  const title = offline ? words.stepsOfflineTitle : words.stepsTitle;
  return h('section', { class: 'steps' }, h('h4', {}, title), h('ol', {}, rows));
}

/** Whether all of it may have been made by whoever made the key. */
export function isUnconfirmed(name: StepName): name is 'inclusion' | 'signature' | 'standing' {
  return name === 'inclusion' || name === 'signature' || name === 'standing';
}

function row(words: Words, state: 'holds' | 'fails' | 'open' | 'doubted', title: string, text: string, facts: readonly (readonly [string, string])[], detail: Child = null): HTMLElement {
  return h(
    'li',
    { class: `step ${state}` },
    stepIcon(state),
    h(
      'div',
      {},
      h('strong', {}, title),
      state === 'open' && h('span', { class: 'open-reason' }, words.aside(words.notReached)),
      detail,
      h(
        'details',
        {},
        h('summary', {}, words.explain),
        h('p', {}, text),
        facts.length > 0 && h('dl', { class: 'numbers' }, facts.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, h('code', {}, value))))),
      ),
    ),
  );
}

function signedBy(words: Words, check: ReceiptCheck, held: Held): HTMLElement[] {
  return check.signers.map(({ key, valid }) => {
    const name = `${key.name}+${key.keyId}`;
    const text =
      valid === null
        ? words.cannotTell(name)
        : held.source === 'link'
          ? words.signedByLink(name)
          : words.signedBy(name, held.since === null ? null : format.day(words, held.since));
    return h('p', { class: 'signer' }, text);
  });
}
