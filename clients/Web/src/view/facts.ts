import type { Item } from '../check/item';
import { formatDigest } from '../receipt/digest';
import type { Entry } from '../receipt/entry';
import { type DomainOutcome, type Unproven, verdicts } from '../service/answers';
import type { Finding } from '../service/judge';
import type { Words } from '../words/en';
import { type Child, foreign, h, sentence } from './dom';
import { visible } from './foreign';
import * as format from './format';

export type Fact = readonly [string, Child];

/** What one institution says of the document, as it is proven: who, since when, why. */
export function factsOfFinding(words: Words, finding: Finding): Fact[] {
  const { facts } = words;
  const { verdict, issuer } = finding;
  const out: Fact[] = [];
  // What was done to the document since, when, by whom and why goes first; it decides.
  const since = facts.since[verdict];
  if (since !== undefined) out.push([since, h('strong', {}, format.time(words, finding.since))]);
  if (verdict === 'expired' || verdict === 'notYetValid') {
    out.push([verdict === 'expired' ? facts.expired : facts.validFrom, h('strong', {}, format.time(words, finding.since))]);
  }
  const by = facts.by[verdict];
  if (by !== undefined) out.push([by, foreign(format.institution(words, issuer))]);
  if (finding.reason !== undefined) out.push([facts.reason, named(words.reasons, finding.reason)]);
  if (finding.note !== undefined) out.push([facts.note, h('q', {}, foreign(finding.note))]);
  if (finding.successor) out.push([facts.successor, fingerprint(formatDigest(finding.successor))]);
  out.push([facts.issuer, institution(words, issuer)], [facts.jurisdiction, foreign(format.jurisdiction(words, issuer.jurisdiction))]);
  out.push([facts.issued, format.time(words, finding.issued)]);
  if (finding.validFrom !== undefined && verdict !== 'notYetValid') out.push([facts.validFrom, format.time(words, finding.validFrom)]);
  if (finding.expires !== undefined && verdict !== 'expired') out.push([facts.expires, format.time(words, finding.expires)]);
  return out;
}

/** What the service adds, and no receipt proves: the kind of document, how its successor stands, further acts. */
export function factsOfService(words: Words, finding: Finding, unproven: Unproven): Fact[] {
  const { facts } = words;
  const out: Fact[] = [];
  if (unproven.domain?.domain !== undefined) out.push([facts.domain, domain(words, unproven.domain.domain, unproven.domain)]);
  if (unproven.type !== undefined) out.push([facts.type, foreign(unproven.type)]);
  const { successorVerdict } = unproven;
  if (successorVerdict !== undefined && finding.successor) {
    const known = verdicts.find((verdict) => verdict === successorVerdict);
    out.push([facts.successorState, known ? words.states[known].title : foreign(successorVerdict)]);
  }
  const proven = finding.checks.map(({ receipt }) => `${receipt!.proof.index}`);
  for (const act of (unproven.acts ?? []).filter(({ logIndex }) => !proven.includes(`${logIndex}`))) {
    out.push([facts.further, [named(words.acts, act.kind), ' · ', foreign(format.time(words, act.at))]]);
  }
  return out;
}

/** What a receipt alone says. */
export function factsOfEntry(words: Words, entry: Entry): Fact[] {
  const { facts } = words;
  const out: Fact[] = [];
  if (entry.legalName !== undefined) out.push([facts.issuer, institution(words, entry)]);
  if (entry.jurisdiction !== undefined) out.push([facts.jurisdiction, foreign(format.jurisdiction(words, entry.jurisdiction))]);
  const acted = { revoke: 'revoked', suspend: 'suspended', supersede: 'superseded' }[entry.act as string];
  out.push([(acted === undefined ? undefined : facts.since[acted]) ?? facts.issued, format.time(words, entry.at)]);
  if (entry.validFrom !== undefined) out.push([facts.validFrom, format.time(words, entry.validFrom)]);
  if (entry.expires !== undefined) out.push([facts.expires, format.time(words, entry.expires)]);
  if (entry.reason !== undefined) out.push([facts.reason, named(words.reasons, entry.reason)]);
  return out;
}

export function factsOfItem(words: Words, item: Item): Fact[] {
  const { facts } = words;
  const out: Fact[] = [];
  if (item.source && item.name !== null) out.push([facts.file, foreign(item.name)]);
  if (item.source) out.push([facts.size, format.size(words, item.size())]);
  for (const digest of item.digests) out.push([facts.fingerprint, fingerprint(formatDigest(digest))]);
  return out;
}

/** The name in the page's language, with the one that the institution goes by on a line of its own. */
function institution(words: Words, named: Parameters<typeof format.otherName>[1]): Child {
  const other = format.otherName(words, named);
  return [h('strong', {}, foreign(format.institution(words, named))), other !== undefined && h('div', { class: 'other-name' }, foreign(other))];
}

/** What an institution's own domain said to the service, where in the log that stands, and who vouches for what by it. */
function domain(words: Words, name: string, { outcome, since, logIndex }: DomainOutcome): Child {
  const said = words.domain;
  const word = Object.hasOwn(said.words, outcome) ? said.words[outcome]! : outcome;
  const line = sentence((who) => said.said(who, visible(word), format.day(words, since)), name);
  return [outcome === 'contradicted' ? h('strong', {}, line) : line, h('div', { class: 'hint' }, said.help(format.count(words, logIndex)))];
}

/** Our word for a code; a code that we have none for stays as it is. */
function named(table: Record<string, string>, code: string): Child {
  return Object.hasOwn(table, code) ? table[code] : foreign(code);
}

export function list(facts: readonly Fact[]): HTMLElement {
  return h('dl', { class: 'facts' }, facts.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value))));
}

export function fingerprint(text: string): HTMLElement {
  const [algorithm, hex] = text.split(':') as [string, string];
  return h('code', { class: 'hex' }, `${algorithm}: `, format.groups(hex));
}
