// Holds the service to what it says: an answer counts only if its receipts prove it, and what is shown is what they prove.

import { encodeBase64, equal, FormatError, utf8 } from '../log/bytes.js';
import type { Checkpoint } from '../log/checkpoint.js';
import { parseNote, type VerifierKey } from '../log/note.js';
import { defaultMaxAge, type Policy, presenceFault, type Sighting, weigh } from '../log/policy.js';
import type { ReadFile } from '../log/tiles.js';
import { checkReceipt, openCheckpoint, type ReceiptCheck } from '../receipt/check.js';
import { type Digest, formatDigest } from '../receipt/digest.js';
import { type ActKind, type Entry, sameNames } from '../receipt/entry.js';
import { contradiction } from '../receipt/standing.js';
import { clockFault, type Fault, goOn, isFault, type Seen } from '../trust/continuity.js';
import type { Answer, Issuer, Result, Verdict } from './answers.js';

/** What one institution says of the document, taken from the entries that are proven. */
export interface Finding {
  readonly issuer: Issuer;
  readonly verdict: Verdict;
  /** Since when: RFC 3339. */
  readonly since: string;
  /** When the document was issued; the last time, if more than once. */
  readonly issued: string;
  readonly validFrom?: string;
  readonly expires?: string;
  readonly reason?: string;
  readonly note?: string;
  readonly successor?: Digest;
  /** Proof of the act that decides, then of the issue where that is another. */
  readonly checks: readonly ReceiptCheck[];
}

export interface Judgement {
  /** Null where the answer does not count. */
  readonly verdict: Verdict | null;
  /** One an institution, in the order of the answer; empty where the answer does not count. */
  readonly findings: readonly Finding[];
  /** Every receipt up to the first that does not hold. */
  readonly checks: readonly ReceiptCheck[];
  /** Who has seen the checkpoint that the answer stands on, of the witnesses that the policy knows. */
  readonly sightings: readonly Sighting[];
  /** Null where everything holds; else what does not. */
  readonly fault: Fault | null;
  /** The largest checkpoint that was seen, to be remembered. */
  readonly seen: Seen | null;
}

/** What an answer is held to. */
export interface Yardstick {
  /** The keys in force, not empty. */
  readonly keys: readonly VerifierKey[];
  /** Whose witnesses have to have seen the checkpoint; none where there is no policy. */
  readonly policy?: Policy | null;
  /** How long ago they may have seen it, in milliseconds; an hour where it is not said. */
  readonly maxAge?: number;
  /** The largest checkpoint that was seen. */
  readonly seen: Seen | null;
  /** This computer's clock, milliseconds since 1970. */
  readonly now: number;
  /** Reads the log's tiles, to see whether it goes on from what was seen. */
  readonly read: ReadFile;
}

/** What is wrong with an answer. */
class Refusal extends Error {
  constructor(readonly fault: Fault) {
    super(fault.text);
  }
}

/** Judges an answer about a document. */
export async function judgeAnswer(answer: Answer, digest: Digest, { keys, policy = null, maxAge = defaultMaxAge, seen, now, read }: Yardstick): Promise<Judgement> {
  const checks: ReceiptCheck[] = [];
  let sightings: readonly Sighting[] = [];
  try {
    if (answer.algorithm !== digest.algorithm || answer.digest !== digest.hex) throw unproven('The answer is about another document.');
    const late = clockFault(answer.checkedAt, now);
    if (late !== null) throw new Refusal(late);
    const { checkpoint } = await openCheckpoint(utf8(answer.checkpoint.note), keys);
    const stated = answer.checkpoint;
    if (checkpoint.origin !== stated.origin || checkpoint.size !== BigInt(stated.size) || encodeBase64(checkpoint.root) !== stated.root) {
      throw unproven('The answer states another checkpoint than the one that is signed.');
    }
    if (policy !== null) {
      const weighed = await weigh(parseNote(utf8(stated.note)), policy, now);
      ({ sightings } = weighed);
      const absent = presenceFault(weighed, now, maxAge);
      if (absent !== null) throw new Refusal({ kind: 'unwitnessed', text: absent });
    }
    const proveOne = async (text: string): Promise<Proven> => prove(await checkReceipt(utf8(text), digest, keys, policy, now), checkpoint, checks);
    const findings: Finding[] = [];
    for (const result of answer.results) findings.push(await find(result, proveOne, Date.parse(answer.checkedAt), now));
    checkOrder(findings);
    if (answer.verdict !== overall(answer.results)) throw unproven('The answer says something else than its own results.');
    const next = await goOn(seen, checkpoint, stated.note, now, read);
    if (isFault(next)) throw new Refusal(next);
    return { verdict: overall(findings), findings, checks, sightings, fault: null, seen: next };
  } catch (error) {
    if (error instanceof Refusal) return { verdict: null, findings: [], checks, sightings, fault: error.fault, seen };
    if (error instanceof FormatError) return { verdict: null, findings: [], checks, sightings, fault: { kind: 'proof', text: error.message }, seen };
    throw error;
  }
}

/** What is wrong with a receipt; null if it holds. */
export function faultOf({ fault, isUnwitnessed, steps }: ReceiptCheck): Fault<'proof' | 'standing' | 'unwitnessed'> | null {
  if (fault === null) return null;
  const isOfStanding = steps.some(({ name, holds }) => name === 'standing' && !holds);
  return { kind: isUnwitnessed ? 'unwitnessed' : isOfStanding ? 'standing' : 'proof', text: fault };
}

/** The verdict that a receipt alone supports at a time: what happened after it, it cannot know. */
export function verdictOf(entry: Entry, now: number): Verdict {
  switch (entry.act) {
    case 'revoke':
      return 'revoked';
    case 'suspend':
      return 'suspended';
    case 'supersede':
      return 'superseded';
    default:
      if (entry.expires !== undefined && now >= Date.parse(entry.expires)) return 'expired';
      return entry.validFrom !== undefined && now < Date.parse(entry.validFrom) ? 'notYetValid' : 'verified';
  }
}

async function find(result: Result, proveOne: (receipt: string) => Promise<Proven>, checkedAt: number, now: number): Promise<Finding> {
  const deciding = await proveOne(result.receipt);
  if ((deciding.entry.act === 'issue') !== (result.issueReceipt === undefined)) throw unproven('The answer lacks the receipt of the issue, or has one too many.');
  const issue = result.issueReceipt === undefined ? deciding : await proveOne(result.issueReceipt);
  if (!decidingKinds.includes(deciding.entry.act) || issue.entry.act !== 'issue') throw unproven('The receipt tells of another act than the answer.');
  if (issue.entry.issuer === undefined || issue.entry.legalName === undefined || issue.entry.jurisdiction === undefined) throw unproven('The issue names no institution.');
  if (deciding !== issue && (deciding.entry.issuer !== issue.entry.issuer || BigInt(deciding.entry.target ?? -1) !== issue.receipt.proof.index)) {
    throw unproven('The receipt is of an act on another issue than the answer.');
  }

  // The service went by its own clock; what it says must fit that, and what is shown goes by ours.
  const then = findingAt(checkedAt, deciding, issue);
  const difference = differenceOf(result, then);
  if (difference !== null) throw unproven(difference);
  const other = contradiction(then.verdict, issue.standing);
  if (other !== null) throw new Refusal({ kind: 'standing', text: other });
  return findingAt(now, deciding, issue);
}

type Proven = ReceiptCheck & { entry: Entry; receipt: NonNullable<ReceiptCheck['receipt']> };

const decidingKinds: readonly ActKind[] = ['issue', 'revoke', 'suspend', 'supersede'];

function prove(check: ReceiptCheck, { size, root }: Checkpoint, checks: ReceiptCheck[]): Proven {
  checks.push(check);
  const { entry, receipt, checkpoint } = check;
  const fault = faultOf(check);
  if (fault !== null) throw new Refusal(fault);
  if (!entry || !receipt || !checkpoint) throw unproven('The receipt has no entry.');
  if (checkpoint.size !== size || !equal(checkpoint.root, root)) throw unproven('The receipt stands on another checkpoint than the answer.');
  return { ...check, entry, receipt };
}

function findingAt(now: number, deciding: Proven, issue: Proven): Finding {
  const { entry } = issue;
  const verdict = deciding === issue ? verdictOf(entry, now) : verdictOf(deciding.entry, now);
  const since = verdict === 'expired' ? entry.expires! : verdict === 'notYetValid' ? entry.validFrom! : deciding.entry.at;
  const { note, successor } = deciding.receipt;
  return {
    issuer: {
      id: entry.issuer ?? '',
      legalName: entry.legalName ?? '',
      ...(entry.legalNames !== undefined && { legalNames: entry.legalNames }),
      jurisdiction: entry.jurisdiction ?? '',
    },
    verdict,
    since,
    issued: entry.at,
    ...(entry.validFrom !== undefined && { validFrom: entry.validFrom }),
    ...(entry.expires !== undefined && { expires: entry.expires }),
    ...(deciding.entry.reason !== undefined && { reason: deciding.entry.reason }),
    ...(note !== null && { note }),
    ...(successor !== null && { successor }),
    checks: deciding === issue ? [issue] : [deciding, issue],
  };
}

function differenceOf(result: Result, proven: Finding): string | null {
  const { issuer } = result;
  if (issuer.domain !== undefined || issuer.id !== proven.issuer.id || issuer.legalName !== proven.issuer.legalName || issuer.jurisdiction !== proven.issuer.jurisdiction || !sameNames(issuer.legalNames, proven.issuer.legalNames)) {
    return 'The receipt names another issuer than the answer.';
  }
  if (result.verdict !== proven.verdict || result.reason !== proven.reason) return 'The receipt tells of another act than the answer.';
  if (!sameTime(result.since, proven.since)) return 'The receipt tells of another time than the answer.';
  if (!sameTime(result.expires, proven.expires) || !sameTime(result.validFrom, proven.validFrom)) return 'The receipt has another validity than the answer.';
  if (result.note !== proven.note) return 'The receipt has another note than the answer.';
  const successor = result.successor && `${result.successor.algorithm}:${result.successor.digest}`;
  return successor === (proven.successor && formatDigest(proven.successor)) ? null : 'The receipt names another successor than the answer.';
}

/** One result an institution, the earliest issuance first. */
function checkOrder(findings: readonly Finding[]): void {
  for (const [i, { issuer }] of findings.entries()) {
    if (findings.slice(i + 1).some((other) => other.issuer.id === issuer.id)) throw unproven('The answer has two results of one institution.');
    const next = findings[i + 1];
    if (next && isBefore(next, findings[i]!)) throw unproven('The answer does not name the earliest issuance first.');
  }
}

function isBefore(a: Finding, b: Finding): boolean {
  const apart = Date.parse(a.issued) - Date.parse(b.issued);
  return apart < 0 || (apart === 0 && indexOf(a) < indexOf(b));
}

function indexOf({ checks }: Finding): bigint {
  return checks[checks.length - 1]!.receipt!.proof.index;
}

function overall(results: readonly { readonly verdict: Verdict }[]): Verdict {
  const words = new Set(results.map(({ verdict }) => verdict));
  return words.size === 0 ? 'unknown' : words.size === 1 ? [...words][0]! : 'conflicting';
}

function unproven(text: string): Refusal {
  return new Refusal({ kind: 'proof', text });
}

function sameTime(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && Date.parse(a) === Date.parse(b));
}

