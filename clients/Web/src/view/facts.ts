import type { Item } from '../check/item';
import { formatDigest } from '../receipt/digest';
import type { Entry } from '../receipt/entry';
import type { Result } from '../service/answers';
import type { Words } from '../words/en';
import { type Child, h } from './dom';
import * as format from './format';

export type Fact = readonly [string, Child];

/** What one institution says of the document: who, since when, why. */
export function factsOfResult(words: Words, result: Result): Fact[] {
  const { facts } = words;
  const issued = result.acts.findLast((act) => act.kind === 'issue')?.at;
  const out: Fact[] = [];
  // What was done to the document since, when, by whom and why goes first; it decides.
  const since = facts.since[result.verdict];
  if (since !== undefined) out.push([since, h('strong', {}, format.time(words, result.since))]);
  if (result.verdict === 'expired' || result.verdict === 'notYetValid') {
    out.push([result.verdict === 'expired' ? facts.expired : facts.validFrom, h('strong', {}, format.time(words, result.since))]);
  }
  const by = facts.by[result.verdict];
  if (by !== undefined) out.push([by, result.issuer.legalName]);
  if (result.reason !== undefined) out.push([facts.reason, words.reasons[result.reason] ?? result.reason]);
  if (result.note !== undefined) out.push([facts.note, h('q', {}, result.note)]);
  if (result.successor) {
    const { algorithm, digest, verdict } = result.successor;
    out.push([facts.successor, [fingerprint(`${algorithm}:${digest}`), ' ', `(${facts.successorState(words.states[verdict].title)})`]]);
  }
  out.push([facts.issuer, h('strong', {}, result.issuer.legalName)], [facts.jurisdiction, format.jurisdiction(words, result.issuer.jurisdiction)]);
  if (issued !== undefined) out.push([facts.issued, format.time(words, issued)]);
  if (result.type !== undefined) out.push([facts.type, result.type]);
  if (result.validFrom !== undefined && result.verdict !== 'notYetValid') out.push([facts.validFrom, format.time(words, result.validFrom)]);
  if (result.expires !== undefined && result.verdict !== 'expired') out.push([facts.expires, format.time(words, result.expires)]);
  return out;
}

/** What a receipt alone says. */
export function factsOfEntry(words: Words, entry: Entry): Fact[] {
  const { facts } = words;
  const out: Fact[] = [];
  if (entry.legalName !== undefined) out.push([facts.issuer, h('strong', {}, entry.legalName)]);
  if (entry.jurisdiction !== undefined) out.push([facts.jurisdiction, format.jurisdiction(words, entry.jurisdiction)]);
  const acted = { revoke: 'revoked', suspend: 'suspended', supersede: 'superseded' }[entry.act as string];
  out.push([(acted !== undefined && facts.since[acted]) || facts.issued, format.time(words, entry.at)]);
  if (entry.validFrom !== undefined) out.push([facts.validFrom, format.time(words, entry.validFrom)]);
  if (entry.expires !== undefined) out.push([facts.expires, format.time(words, entry.expires)]);
  if (entry.reason !== undefined) out.push([facts.reason, words.reasons[entry.reason] ?? entry.reason]);
  return out;
}

export function factsOfItem(words: Words, item: Item): Fact[] {
  const { facts } = words;
  const out: Fact[] = [];
  if (item.name !== null) out.push([facts.file, item.name]);
  if (item.file) out.push([facts.size, format.size(words, item.file.size)]);
  for (const digest of item.digests) out.push([facts.fingerprint, fingerprint(formatDigest(digest))]);
  if (item.at !== '') out.push([facts.checkedAt, format.time(words, item.at)]);
  return out;
}

export function list(facts: readonly Fact[]): HTMLElement {
  return h('dl', { class: 'facts' }, facts.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value))));
}

export function fingerprint(text: string): HTMLElement {
  const [algorithm, hex] = text.split(':') as [string, string];
  return h('code', { class: 'hex' }, `${algorithm}: `, format.groups(hex));
}
