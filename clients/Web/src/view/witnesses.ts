// Who has seen the state of the register that an answer or a receipt stands on.

import type { Item } from '../check/item';
import type { Policy, PolicyWitness, Sighting } from '../log/policy';
import type { HeldPolicy } from '../trust/oversight';
import type { Words } from '../words/en';
import { type Child, foreign, h } from './dom';
import * as format from './format';

/** The longest name of a witness that is shown whole, in characters. */
const maxName = 60;

/** Of a document's proven state: who has seen the register and when; null where there is none. */
export function sightingsOf({ source, outcome }: Item): readonly Sighting[] | null {
  if (source === null) return null;
  return outcome.kind === 'answered' ? outcome.sightings : outcome.kind === 'offline' ? outcome.check.sightings : null;
}

/** Whether nobody but the operator vouches for the register that it was checked by. */
export function isUnwatched(item: Item): boolean {
  return sightingsOf(item)?.length === 0;
}

/** "Seen by Shenzhen 12:03, Hong Kong 12:03": hours are those of the day of the check, with the day where it was another. */
export function seenBy(words: Words, item: Item): Child {
  const sightings = sightingsOf(item);
  if (sightings === null) return null;
  return h('p', { class: sightings.length > 0 ? 'seen-by' : 'seen-by nobody' }, sightings.length > 0 ? [words.witnesses.seen, sighted(words, sightings, item.at)] : words.witnesses.nobody);
}

/** Names and times, in a sentence. */
export function sighted(words: Words, sightings: readonly Sighting[], beside: string): Child[] {
  return sightings.flatMap(({ witness, at }, i) => [i > 0 && words.witnesses.comma, witnessName(witness), ` ${format.hour(words, new Date(at).toISOString(), beside)}`]);
}

/** Names, and times with their day and clock. */
export function sightedInFull(words: Words, sightings: readonly Sighting[]): Child {
  if (sightings.length === 0) return words.witnesses.facts.nobody;
  return sightings.map(({ witness, at }, i) => [i > 0 && words.witnesses.comma, witnessName(witness), words.aside(format.time(words, new Date(at).toISOString()))]);
}

export function witnessName({ name }: Pick<PolicyWitness, 'name'>): HTMLElement {
  return foreign(shortened(name));
}

function shortened(name: string): string {
  const characters = Array.from(name);
  return characters.length > maxName ? `${characters.slice(0, maxName).join('')}…` : name;
}

/** Whom a policy asks for: "深圳 and 香港", "2 of: a, b, c". Each group is told once, so this is no longer than the policy. */
export function needed(words: Words, { quorum, groups }: Policy): HTMLElement {
  const said = words.witnesses.needed;
  const told = new Map<string, string>();
  for (const { name, threshold, members } of groups) {
    const each = members.map((member) => told.get(member) ?? shortened(member));
    const isWhole = threshold === members.length;
    const text = isWhole || threshold === 1 ? each.join(isWhole ? said.all : said.any) : said.some(threshold, each.join(words.witnesses.comma));
    told.set(name, each.length === 1 ? text : words.aside(text).trim());
  }
  return foreign(quorum === null ? said.nobody : (told.get(quorum)?.replace(/^[(（](.*)[)）]$/u, '$1') ?? shortened(quorum)));
}

/** How the policy is known, in a report. */
export function policySource(words: Words, { source, isNew, since }: HeldPolicy): string {
  const said = words.witnesses.facts.sources;
  if (source === 'file') return said.file;
  return isNew || since === null ? said.first : said.remembered(format.time(words, since));
}
