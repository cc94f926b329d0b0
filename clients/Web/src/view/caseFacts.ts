// What evidence says beside the report: whose case, by which clocks, on which state of the log.

import type { Item } from '../check/item';
import { encodeBase64 } from '../log/bytes';
import type { HeldPolicy } from '../trust/oversight';
import type { Held } from '../trust/trust';
import type { Words } from '../words/en';
import { type Child, h } from './dom';
import type { Case } from './evidenceForm';
import { type Fact, list } from './facts';
import * as format from './format';
import { policySource, sightedInFull, sightingsOf } from './witnesses';

export function caseFacts(words: Words, item: Item, { caseNumber, officer }: Case): Child {
  const { outcome, at } = item;
  const said = words.evidence.report;
  const facts: Fact[] = [];
  if (caseNumber !== '') facts.push([said.caseNumber, caseNumber]);
  if (officer !== '') facts.push([said.officer, officer]);
  facts.push([said.device, instant(words, at)], [said.service, outcome.kind === 'answered' ? instant(words, outcome.answer.checkedAt) : said.noService]);
  const checkpoint = outcome.kind === 'offline' ? outcome.check.checkpoint : null;
  const [size, root] = outcome.kind === 'answered' ? [outcome.answer.checkpoint.size, outcome.answer.checkpoint.root] : checkpoint ? [checkpoint.size, encodeBase64(checkpoint.root)] : [];
  if (size !== undefined && root !== undefined) facts.push([said.checkpoint, said.checkpointOf(format.count(words, size), root)]);
  if (outcome.kind === 'answered' || outcome.kind === 'offline') facts.push([said.key, keySource(words, outcome.held)], ...witnessFacts(words, item, outcome.watched));
  return [h('h4', {}, said.heading), list(facts)];
}

/** Where there are no witnesses, the report says so in a sentence. */
function witnessFacts(words: Words, item: Item, watched: HeldPolicy): Fact[] {
  const said = words.witnesses.facts;
  if (watched.policy === null) return [];
  return [[said.seen, sightedInFull(words, sightingsOf(item) ?? [])], [said.policy, policySource(words, watched)]];
}

export function fingerprintFact(words: Words, fingerprint: string): Child {
  return list([[words.evidence.report.fingerprint, h('code', { class: 'hex' }, format.groups(fingerprint))]]);
}

function keySource(words: Words, { isNew, source, since }: Held): string {
  const said = words.evidence.report.keys;
  if (source === 'link') return said.link;
  return isNew || since === null ? said.first : said.remembered(format.time(words, since));
}

/** In words, and so that it can be sorted and computed with. */
function instant(words: Words, iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : `${format.time(words, iso)} (${time.toISOString()})`;
}
