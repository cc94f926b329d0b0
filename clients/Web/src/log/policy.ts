// C2SP tlog-policy: which logs a verifier relies on, and which of their checkpoints: those that enough witnesses have seen.

import { type Bytes, decodeUtf8, FormatError, parseDecimal } from './bytes.js';
import { parseWitnessKey, seenAt, type WitnessKey } from './cosignature.js';
import { parseVerifierKey, type SignedNote, splitKey, type VerifierKey } from './note.js';

/** A log that a policy relies on; the key's name is the origin. */
export type PolicyLog = Pick<VerifierKey, 'line' | 'name'>;

/** A witness that a policy knows. */
export interface PolicyWitness {
  /** What the file calls it, for people. */
  readonly name: string;
  readonly key: WitnessKey;
}

/** Witnesses and groups of which so many have to have seen a checkpoint. */
export interface PolicyGroup {
  readonly name: string;
  readonly threshold: number;
  /** Names of witnesses and of groups. */
  readonly members: readonly string[];
}

export interface Policy {
  /** Byte for byte as it came. */
  readonly file: Bytes;
  /** Any of them may have signed; none where they are known from elsewhere. */
  readonly logs: readonly PolicyLog[];
  /** Whether the quorum needs them or not. */
  readonly witnesses: readonly PolicyWitness[];
  /** Each after its members. */
  readonly groups: readonly PolicyGroup[];
  /** The witness or group that has to have seen a checkpoint; null for `quorum none`. */
  readonly quorum: string | null;
}

/** The longest file, in bytes. */
export const maxPolicyLength = 256 * 1024;
/** The most logs, the most witnesses and the most groups. */
const maxDefinitions = 64;
/** How far ahead of this computer's clock that of a witness may be, in milliseconds; what is later counts for nothing. */
const maxAhead = 5 * 60_000;
/** How long ago enough witnesses may have seen the state of a log that is to be that of now, in milliseconds, unless something else is asked for. */
export const defaultMaxAge = 60 * 60_000;

/** A witness has seen a checkpoint: as of then, it was the largest of the log that the witness knew. */
export interface Sighting {
  readonly witness: PolicyWitness;
  /** By the witness's clock: milliseconds since 1970. */
  readonly at: number;
}

/** What a policy says of a checkpoint. */
export interface Weighed {
  /** Whether enough witnesses have seen it. */
  readonly isMet: boolean;
  /** Who has seen it and when, the earliest first; also witnesses that the quorum does not need. */
  readonly sightings: readonly Sighting[];
  /** The latest time as of which enough have seen it: milliseconds since 1970; null where too few have, or none has to. */
  readonly seenAt: number | null;
  /** Why it is not met; null if it is. For those who run the register. */
  readonly fault: string | null;
}

/**
 * Tells who has seen a checkpoint, and whether that is enough.
 * @param now The reader's clock, milliseconds since 1970.
 * @throws FormatError A signature of a witness that the policy knows is wrong.
 */
export async function weigh(note: SignedNote, policy: Policy, now: number): Promise<Weighed> {
  const sightings: Sighting[] = [];
  for (const witness of policy.witnesses) {
    const at = await seenAt(note, witness.key);
    if (at !== null && at <= now + maxAhead) sightings.push({ witness, at });
  }
  sightings.sort((a, b) => a.at - b.at);
  const seen = namesOf(sightings);
  const isMet = isQuorum(policy, seen);
  const since = policy.quorum === null ? undefined : sightings.findLast(({ at }) => isQuorum(policy, namesOf(sightings.filter((other) => other.at >= at))));
  const missing = policy.witnesses.filter(({ name }) => !seen.has(name)).map(({ name, key }) => (key.verify === null ? `${name} (cannot be verified here)` : name));
  return { isMet, sightings, seenAt: since?.at ?? null, fault: isMet ? null : `The quorum is not met. Not seen by: ${missing.join(', ')}.` };
}

/**
 * Why a checkpoint is not that of a log as it is now; null if enough witnesses have seen it, and not long ago.
 * @param maxAge How long ago that may be, in milliseconds.
 */
export function presenceFault({ fault, seenAt }: Pick<Weighed, 'fault' | 'seenAt'>, now: number, maxAge = defaultMaxAge): string | null {
  if (fault !== null || seenAt === null || now - seenAt <= maxAge) return fault;
  return `The quorum saw it last on ${new Date(seenAt).toISOString()}: an old state that is shown again, or the witnesses are out of reach.`;
}

function namesOf(sightings: readonly Sighting[]): Set<string> {
  return new Set(sightings.map(({ witness }) => witness.name));
}

/** Whether the witnesses of these names are enough. */
export function isQuorum({ quorum, groups }: Policy, witnesses: ReadonlySet<string>): boolean {
  if (quorum === null) return true;
  const seen = new Set(witnesses);
  // A group comes after its members, so each is known by the time it is asked for.
  for (const { name, threshold, members } of groups) if (members.filter((member) => seen.has(member)).length >= threshold) seen.add(name);
  return seen.has(quorum);
}

/** @throws FormatError It has a mistake; the message tells the line and the rule. */
export async function parsePolicy(file: Bytes): Promise<Policy> {
  if (file.length > maxPolicyLength) throw new FormatError(`policy: longer than ${maxPolicyLength} bytes`);
  const parser = new Parser();
  for (let from = 0; from < file.length; ) {
    const end = file.indexOf(10, from);
    await parser.read(end < 0 ? null : file.subarray(from, end));
    from = end + 1;
  }
  return parser.finish(file);
}

const none = 'none';

// Names are octets, compared as such: kept as text of one character an octet, and shown as the UTF-8 that they should be.
class Parser {
  private readonly logs: PolicyLog[] = [];
  private readonly witnesses: PolicyWitness[] = [];
  private readonly groups: PolicyGroup[] = [];
  /** What each name is called for people. */
  private readonly names = new Map([[none, none]]);
  private readonly members = new Set<string>();
  private quorum: string | null | undefined;
  private line = 0;

  /** @param octets Null: the line has no end. */
  async read(octets: Bytes | null): Promise<void> {
    this.line++;
    if (octets === null) throw this.mistake('the line does not end with a newline, so something may be missing');
    const control = octets.find((octet) => (octet < 0x20 && octet !== 9) || octet === 0x7f);
    if (control !== undefined) throw this.mistake(`it holds the control character 0x${control.toString(16).padStart(2, '0')}`);
    const words = latin1(octets).split(/[ \t]+/).filter((word) => word !== '');
    if (words.length === 0 || words[0]!.startsWith('#')) return;
    try {
      await this.define(words);
    } catch (error) {
      if (!(error instanceof FormatError) || error.message.startsWith('policy: ')) throw error;
      throw this.mistake(error.message);
    }
  }

  finish(file: Bytes): Policy {
    const { logs, witnesses, groups, quorum } = this;
    if (quorum === undefined) throw new FormatError('policy: there is no quorum line; "quorum none" asks for no witness');
    return { file, logs, witnesses, groups, quorum };
  }

  private async define([keyword, ...words]: readonly string[]): Promise<void> {
    if (keyword === 'log' && (words.length === 1 || words.length === 2)) await this.addLog(this.utf8(words[0]!), words[1]);
    else if (keyword === 'witness' && (words.length === 2 || words.length === 3)) await this.addWitness(words[0]!, this.utf8(words[1]!), words[2]);
    else if (keyword === 'group' && words.length >= 3) this.addGroup(words[0]!, words[1]!, words.slice(2));
    else if (keyword === 'quorum' && words.length === 1) this.setQuorum(words[0]!);
    else throw this.mistake('it is none of "log KEY [URL]", "witness NAME KEY [URL]", "group NAME all|any|K MEMBER...", "quorum NAME"');
  }

  private async addLog(line: string, url: string | undefined): Promise<void> {
    this.requireUrl(url);
    this.requireRoom(this.logs);
    const log = await logOf(line);
    if (this.logs.some((other) => isSameKey(other, log))) throw this.mistake('a log with this public key is there already');
    this.logs.push(log);
  }

  private async addWitness(name: string, line: string, url: string | undefined): Promise<void> {
    this.requireUrl(url);
    this.requireRoom(this.witnesses);
    const key = await parseWitnessKey(line);
    if (this.witnesses.some((other) => isSameKey(other.key, key))) throw this.mistake('a witness with this public key is there already');
    this.witnesses.push({ name: this.name(name), key });
  }

  private addGroup(name: string, threshold: string, members: readonly string[]): void {
    this.requireRoom(this.groups);
    for (const member of members) {
      if (member === none) throw this.mistake('"none" is no member of a group');
      this.find(member);
      if (this.members.has(member)) throw this.mistake(`${show(member)} is a member of a group already`);
      this.members.add(member);
    }
    const count = threshold === 'any' ? 1 : threshold === 'all' ? members.length : Number(parseDecimal(threshold) ?? 0);
    if (count < 1 || count > members.length) throw this.mistake(`how many are needed is all, any, or a number from 1 to ${members.length}`);
    this.groups.push({ name: this.name(name), threshold: count, members: members.map((member) => this.find(member)) });
  }

  private setQuorum(name: string): void {
    if (this.quorum !== undefined) throw this.mistake('there is a second quorum');
    this.quorum = name === none ? null : this.find(name);
  }

  private name(name: string): string {
    if (this.names.has(name)) throw this.mistake(`${show(name)} is defined already`);
    // Octets that are no UTF-8 could make two names look alike, and results are told by what they look like.
    const shown = decoded(name) ?? name;
    if ([...this.names.values()].includes(shown)) throw this.mistake(`${show(name)} looks like another name`);
    this.names.set(name, shown);
    return shown;
  }

  private find(name: string): string {
    const shown = this.names.get(name);
    if (shown === undefined) throw this.mistake(`${show(name)} is not defined before this line`);
    return shown;
  }

  private requireRoom(defined: readonly unknown[]): void {
    if (defined.length === maxDefinitions) throw this.mistake(`there are more than ${maxDefinitions} of its kind`);
  }

  private requireUrl(word: string | undefined): void {
    if (word === undefined) return;
    const text = this.utf8(word);
    if (!/^https?:\/\/[^\s/]/i.test(text)) throw this.mistake('the address is not one of https or http; a comment has a line of its own');
  }

  private utf8(word: string): string {
    const text = decoded(word);
    if (text === null) throw this.mistake('a key or an address is not UTF-8');
    return text;
  }

  private mistake(rule: string): FormatError {
    return new FormatError(`policy: line ${this.line}: ${rule}`);
  }
}

/** Logs may sign as witnesses do, by type 0x06; not by 0x04, which says of no log that it is its own. */
async function logOf(line: string): Promise<PolicyLog> {
  try {
    return splitKey(line).typed[0] === 6 ? await parseWitnessKey(line) : await parseVerifierKey(line);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError('the key is not a verifier key of a log: name+id+key, of type 0x01 (Ed25519), 0x02 (ECDSA P-256) or 0x06 (ML-DSA-44)');
  }
}

/** Whatever it is called. */
function isSameKey(one: PolicyLog, other: PolicyLog): boolean {
  const keyOf = ({ line }: PolicyLog): string => line.slice(line.indexOf('+', line.indexOf('+') + 1));
  return keyOf(one) === keyOf(other);
}

function latin1(octets: Bytes): string {
  let text = '';
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}

function decoded(word: string): string | null {
  try {
    return decodeUtf8(Uint8Array.from(word, (octet) => octet.charCodeAt(0)), 'policy');
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

/** Names go into messages: at most so much, and nothing but what is plain. */
function show(name: string): string {
  return `"${name.slice(0, 64).replace(/[^!-~]/g, '?')}"`;
}
