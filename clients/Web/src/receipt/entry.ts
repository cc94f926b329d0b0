import { type Bytes, decodeUtf8, FormatError } from '../log/bytes.js';

export const actKinds = [
  'genesis', 'keys', 'issuer', 'issue', 'revoke', 'suspend', 'reinstate', 'supersede', 'domain', 'status',
  'receiver', 'handover', 'received', 'declined', 'used', 'withdrawn', 'expired',
] as const;
export type ActKind = (typeof actKinds)[number];

/** What an institution is called in law by language, beside the name that it goes by everywhere. */
export type LegalNames = Readonly<Partial<Record<(typeof nameLanguages)[number], string>>>;
export const nameLanguages = ['en', 'zh-Hans', 'zh-Hant'] as const;

/** What the log says of an act; members as in the log's JSON. */
export interface Entry {
  readonly v: 1;
  readonly act: ActKind;
  readonly at: string;
  readonly issuer?: string;
  readonly legalName?: string;
  readonly legalNames?: LegalNames;
  readonly jurisdiction?: string;
  /** The institution's own domain, and what it said when the service asked it: `confirmed`, `contradicted`, `notStated` or `noAnswer`. */
  readonly domain?: string;
  readonly outcome?: string;
  readonly algorithm?: string;
  readonly commitment?: string;
  readonly validFrom?: string;
  readonly expires?: string;
  /** Of an issue: the one of the same document that counted until then, or that goes on counting in its place. */
  readonly replaces?: number;
  readonly yields?: number;
  readonly target?: number;
  readonly reason?: string;
  readonly successorCommitment?: string;
  readonly noteCommitment?: string;
  /** Of an institution that takes packages: its id, what they are sealed to (`age1…`), what for, and for how many days it keeps them. */
  readonly receiver?: string;
  readonly encryptionKey?: string;
  readonly purposes?: readonly string[];
  readonly keepsDays?: number;
  /** Of a handover: what the proofs hash to that it was received and withdrawn; of those: the proof. 64 hex digits each. */
  readonly lock?: string;
  readonly withdrawLock?: string;
  readonly proof?: string;
  readonly origin?: string;
  readonly keys?: readonly string[];
  /** Of a status: how many entries are before it, the root over what is to be said of them, and from which on that is said. */
  readonly covers?: number;
  readonly root?: string;
  readonly from?: number;
}

const texts = [
  'issuer', 'legalName', 'jurisdiction', 'domain', 'outcome', 'algorithm', 'commitment', 'reason', 'successorCommitment', 'noteCommitment', 'origin', 'root',
  'receiver', 'encryptionKey', 'lock', 'withdrawLock', 'proof',
] as const;
const indices = ['target', 'replaces', 'yields', 'covers', 'from', 'keepsDays'] as const;
const lists = ['keys', 'purposes'] as const;

/** Reads an entry of version 1; members that later versions add are left alone. */
export function parseEntry(bytes: Bytes): Entry {
  const value = parseJson(bytes, 'entry');
  if (value.v !== 1) throw new FormatError('entry: not of version 1');
  if (!actKinds.includes(value.act as ActKind)) throw new FormatError('entry: an unknown act');
  if (!isTime(value.at)) throw new FormatError('entry: no time');
  for (const name of ['validFrom', 'expires']) {
    // A validity that cannot be read must not read as one without end.
    if (value[name] !== undefined && !isTime(value[name])) throw new FormatError(`entry: ${name} is not a time`);
  }
  for (const name of texts) {
    if (value[name] !== undefined && typeof value[name] !== 'string') throw new FormatError(`entry: ${name} is not text`);
  }
  if (value.legalNames !== undefined && !isNames(value.legalNames)) throw new FormatError('entry: legalNames is not texts by language');
  for (const name of indices) {
    if (value[name] !== undefined && !Number.isSafeInteger(value[name])) throw new FormatError(`entry: ${name} is not an index`);
  }
  for (const name of lists) {
    const list = value[name];
    if (list !== undefined && !(Array.isArray(list) && list.every((each) => typeof each === 'string'))) throw new FormatError(`entry: ${name} is not a list of texts`);
  }
  return value as unknown as Entry;
}

function isNames(value: unknown): value is LegalNames {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return nameLanguages.every((language) => !Object.hasOwn(value, language) || typeof (value as LegalNames)[language] === 'string');
}

/** Whether both say the same in every language that there is here; others are left alone. */
export function sameNames(a: LegalNames | undefined, b: LegalNames | undefined): boolean {
  return (a === undefined) === (b === undefined) && nameLanguages.every((language) => a?.[language] === b?.[language]);
}

/** An instant of RFC 3339. */
function isTime(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value));
}

export function parseJson(bytes: Bytes, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(decodeUtf8(bytes, what));
  } catch (error) {
    throw error instanceof FormatError ? error : new FormatError(`${what}: not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FormatError(`${what}: not a JSON object`);
  return value as Record<string, unknown>;
}
