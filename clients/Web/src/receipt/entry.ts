import { type Bytes, decodeUtf8, FormatError } from '../log/bytes';

export const actKinds = ['genesis', 'keys', 'issuer', 'issue', 'revoke', 'suspend', 'reinstate', 'supersede'] as const;
export type ActKind = (typeof actKinds)[number];

/** What the log says of an act; members as in the log's JSON. */
export interface Entry {
  readonly v: 1;
  readonly act: ActKind;
  readonly at: string;
  readonly issuer?: string;
  readonly legalName?: string;
  readonly jurisdiction?: string;
  readonly algorithm?: string;
  readonly commitment?: string;
  readonly validFrom?: string;
  readonly expires?: string;
  readonly target?: number;
  readonly reason?: string;
  readonly successorCommitment?: string;
  readonly noteCommitment?: string;
  readonly origin?: string;
  readonly keys?: readonly string[];
}

const texts = [
  'issuer', 'legalName', 'jurisdiction', 'algorithm', 'commitment', 'validFrom', 'expires', 'reason', 'successorCommitment', 'noteCommitment', 'origin',
] as const;

/** Reads an entry of version 1; members that later versions add are left alone. */
export function parseEntry(bytes: Bytes): Entry {
  const value = parseJson(bytes, 'entry');
  if (value['v'] !== 1) throw new FormatError('entry: not of version 1');
  if (!actKinds.includes(value['act'] as ActKind)) throw new FormatError('entry: an unknown act');
  if (typeof value['at'] !== 'string' || Number.isNaN(Date.parse(value['at']))) throw new FormatError('entry: no time');
  for (const name of texts) {
    if (value[name] !== undefined && typeof value[name] !== 'string') throw new FormatError(`entry: ${name} is not text`);
  }
  return value as unknown as Entry;
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
