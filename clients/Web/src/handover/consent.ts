// What the holder agrees to: consent.json, first in the package. Its exact bytes count, so it is written once and never again.

import { Encrypter } from 'age-encryption';
import { type Bytes, decodeUtf8, encodeHex, FormatError, utf8 } from '../log/bytes';
import { parseDigest } from '../receipt/digest';
import { type Verdict, verdicts } from '../service/answers';
import { isHex } from './locks';
import { maxConsentLength, requireNames, unseen } from './limits';
import { PackageRefusal } from './refusal';
import { repeatedMember } from './members';

export const purposes = ['accountOpening', 'credit', 'insurance', 'employment', 'admission', 'tenancy', 'immigration', 'licensing', 'dueDiligence', 'legal', 'other'] as const;
export type Purpose = (typeof purposes)[number];

export const declineReasons = ['notRequested', 'unreadable', 'notVerified', 'consentUnfit', 'expired', 'other'] as const;
export type DeclineReason = (typeof declineReasons)[number];

export const consentLanguages = ['en', 'zh-Hans', 'zh-Hant'] as const;
export type ConsentLanguage = (typeof consentLanguages)[number];

/** The longest texts that a holder may write, in characters. */
export const maxPurposeText = 200;
export const maxText = 2000;

/** What the holder's client was told of a document. */
export type StatedVerdict = Verdict | 'noAnswer';

export interface ConsentDocument {
  readonly name: string;
  readonly length: number;
  /** `sha-256:` and hex. */
  readonly digest: string;
  readonly verdict: StatedVerdict;
  /** Whether its receipt is in the package. */
  readonly receipt: boolean;
  /** It does not stand, and the holder wanted it sent all the same. */
  readonly insisted?: true;
}

export interface Consent {
  readonly v: 1;
  readonly handover: string;
  readonly nonce: string;
  /** The log's origin. */
  readonly log: string;
  readonly receiver: { readonly id: string; readonly legalName: string; readonly encryptionKey: string; readonly logIndex: number };
  readonly purpose: Purpose;
  readonly purposeText?: string;
  readonly scope?: string;
  readonly conditions?: string;
  /** RFC 3339. */
  readonly givenAt: string;
  readonly until: string;
  readonly language: ConsentLanguage;
  readonly documents: readonly ConsentDocument[];
}

/** What is agreed to, before it is: everything but what is drawn and told at the moment of agreeing. */
export type ConsentDraft = Omit<Consent, 'v' | 'handover' | 'nonce' | 'givenAt'>;

/** @throws PackageRefusal It is longer than a package may have it. */
export function writeConsent(draft: ConsentDraft, handover: string, givenAt: Date): { readonly consent: Consent; readonly bytes: Bytes } {
  const { log, receiver, purpose, purposeText, scope, conditions, until, language, documents } = draft;
  const consent: Consent = {
    v: 1,
    handover,
    nonce: encodeHex(crypto.getRandomValues(new Uint8Array(32))),
    log,
    receiver,
    purpose,
    ...(purposeText !== undefined && { purposeText }),
    ...(scope !== undefined && { scope }),
    ...(conditions !== undefined && { conditions }),
    givenAt: givenAt.toISOString().replace(/\.\d+Z$/, 'Z'),
    until,
    language,
    documents,
  };
  const bytes = utf8(`${JSON.stringify(consent, null, 2)}\n`);
  // What is written is held to the rules that it is read by.
  return { consent: parseConsent(bytes), bytes };
}

/** @throws PackageRefusal */
export function parseConsent(bytes: Bytes): Consent {
  if (bytes.length > maxConsentLength) throw new PackageRefusal('consentTooLong', `the consent is longer than ${maxConsentLength} bytes`);
  const value = readJson(bytes);
  const root = new Members(value, 'consent');
  if (root.take('v') !== 1) throw malformed('v is 1');
  if (!isHex(root.take('handover'))) throw malformed('handover is 64 lower-case hex digits');
  if (!isHex(root.take('nonce'))) throw malformed('nonce is 64 lower-case hex digits');
  root.text('log', 255);
  const receiver = new Members(root.take('receiver'), 'receiver');
  if (!/^[a-z0-9-]{1,54}$/.test(receiver.text('id', 54))) throw malformed('id is that of a receiver');
  receiver.text('legalName', 256);
  if (!isRecipient(receiver.text('encryptionKey', 62))) throw malformed('encryptionKey is an X25519 key of age');
  requireCount(receiver.take('logIndex'), 'logIndex');
  receiver.end();
  const purpose = root.one('purpose', purposes);
  const purposeText = root.optionalText('purposeText', maxPurposeText);
  if (purpose === 'other' && purposeText === undefined) throw malformed('the purpose other has a purposeText');
  root.optionalText('scope', maxText, true);
  root.optionalText('conditions', maxText, true);
  const [givenAt, until] = [root.time('givenAt'), root.time('until')];
  if (until <= givenAt) throw malformed('until is after givenAt');
  root.one('language', consentLanguages);
  const documents = root.take('documents');
  if (!Array.isArray(documents) || documents.length === 0) throw malformed('documents is a list of at least one');
  const names = documents.map((each) => documentOf(each));
  root.end();
  requireNames(names);
  return value as Consent;
}

/** @returns Its name. */
function documentOf(value: unknown): string {
  const members = new Members(value, 'documents');
  const name = members.take('name');
  if (typeof name !== 'string') throw malformed('name is a text');
  requireCount(members.take('length'), 'length');
  const digest = members.text('digest', 72);
  if (parseDigest(digest)?.algorithm !== 'sha-256' || digest !== digest.toLowerCase()) throw malformed('digest is sha-256: and 64 lower-case hex digits');
  const verdict = members.one<StatedVerdict>('verdict', [...verdicts, 'noAnswer']);
  if (typeof members.take('receipt') !== 'boolean') throw malformed('receipt is true or false');
  const insisted = members.take('insisted');
  if (insisted !== (verdict === 'verified' ? undefined : true)) throw malformed('insisted is true where a document is not verified, and absent where it is');
  members.end();
  return name;
}

function readJson(bytes: Bytes): unknown {
  try {
    const text = decodeUtf8(bytes, 'consent');
    const value: unknown = JSON.parse(text);
    const repeated = repeatedMember(text);
    if (repeated !== null) throw malformed(`the member ${repeated} is there twice`);
    return value;
  } catch (error) {
    if (error instanceof FormatError) throw malformed(error.message);
    if (error instanceof SyntaxError) throw malformed('not JSON');
    throw error;
  }
}

/** The members of an object: each is asked for, and there are no others. */
class Members {
  private readonly left: Map<string, unknown>;

  constructor(
    value: unknown,
    private readonly what: string,
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(`${what} is an object`);
    this.left = new Map(Object.entries(value));
  }

  take(name: string): unknown {
    const value = this.left.get(name);
    this.left.delete(name);
    return value;
  }

  /** @param lines Whether it may have several lines. */
  text(name: string, max: number, lines = false): string {
    const value = this.take(name);
    if (typeof value !== 'string' || value === '' || value.length > max || value.trim() !== value) throw malformed(`${name} is a text of 1 to ${max} characters, with no spaces at its ends`);
    if (unseen.test(lines ? value.replaceAll('\n', ' ') : value)) throw malformed(`${name} has a character that does not show`);
    return value;
  }

  optionalText(name: string, max: number, lines = false): string | undefined {
    return this.left.has(name) ? this.text(name, max, lines) : undefined;
  }

  one<T extends string>(name: string, words: readonly T[]): T {
    const value = this.take(name) as T;
    if (!words.includes(value)) throw malformed(`${name} is one of ${words.join(', ')}`);
    return value;
  }

  time(name: string): number {
    const value = this.text(name, 40);
    const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$/.test(value) ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(at)) throw malformed(`${name} is a time of RFC 3339 in UTC`);
    return at;
  }

  /** What this version does not know it cannot keep to. */
  end(): void {
    for (const name of this.left.keys()) throw malformed(`${this.what} has an unknown member ${name.slice(0, 64)}`);
  }
}

/** Whether packages can be sealed to it: `age1…` of X25519. */
export function isRecipient(text: string): boolean {
  if (!/^age1[02-9ac-hj-np-z]{58}$/.test(text)) return false;
  try {
    new Encrypter().addRecipient(text);
    return true;
  } catch {
    // A letter of it is wrong: what the library says of it adds nothing.
    return false;
  }
}

function requireCount(value: unknown, name: string): void {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw malformed(`${name} is a whole number that is not negative`);
}

function malformed(rule: string): PackageRefusal {
  return new PackageRefusal('consentMalformed', rule);
}

/** Whom a consent is held to on the receiver's side. */
export interface ConsentReader {
  /** The receiver's id, as it signed in or chose; null where only its key is known. */
  readonly id: string | null;
  /** The recipient of the identity that opened the package. */
  readonly encryptionKey: string;
  /** What it takes packages for; null where that is not known, without the network. */
  readonly purposes: readonly string[] | null;
  /** The log that this page relies on. */
  readonly log: string;
  /** The handover that the package was fetched as; null where it was carried otherwise. */
  readonly handover: string | null;
}

/**
 * Holds a consent to whoever opened it: a package that was made for another, or sent on, is not taken.
 * @throws PackageRefusal
 */
export function requireForUs(consent: Consent, reader: ConsentReader, now: number): void {
  const { receiver } = consent;
  if (receiver.encryptionKey !== reader.encryptionKey) throw new PackageRefusal('otherReceiver', 'the consent names another key');
  if (reader.id !== null && receiver.id !== reader.id) throw new PackageRefusal('otherReceiver', `the consent names the receiver ${receiver.id}`);
  if (consent.log !== reader.log) throw new PackageRefusal('otherLog', `the consent names the log ${consent.log}`);
  if (reader.handover !== null && consent.handover !== reader.handover) throw new PackageRefusal('otherHandover', 'the consent names another handover');
  if (reader.purposes?.includes(consent.purpose) === false) throw new PackageRefusal('purpose', `the purpose ${consent.purpose} is not accepted`);
  if (now >= Date.parse(consent.until)) throw new PackageRefusal('ended', `until ${consent.until}`);
}
