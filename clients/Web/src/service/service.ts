import type { Bytes } from '../log/bytes';
import { type Digest, parseDigest } from '../receipt/digest';
import type { KeysEntry } from '../trust/chain';
import type { Act, Answer, Issuer, Keys, Result, Upload, Uploads } from './answers';

export type FailureKind = 'unreachable' | 'busy' | 'notForYou' | 'refused' | 'garbled';

/** The service did not answer. This says nothing about any document. */
export class ServiceFailure extends Error {
  constructor(
    readonly kind: FailureKind,
    detail: string,
  ) {
    super(detail);
  }
}

const timeout = 20_000;

/** The most digests that one request may hold. */
export const maxBatch = 1000;

export async function verifyMany(digests: readonly Digest[]): Promise<readonly Answer[]> {
  const body = JSON.stringify({ digests: digests.map(({ algorithm, hex }) => ({ algorithm, digest: hex })) });
  const answer = await json<{ results: readonly Answer[] }>('/v1/verify', { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
  if (!Array.isArray(answer.results) || answer.results.length !== digests.length || !answer.results.every(isAnswer)) {
    throw new ServiceFailure('garbled', 'The answer is not what was asked for.');
  }
  return answer.results;
}

export async function keys(): Promise<Keys> {
  // Not from the browser's cache: answers are held to the keys of now.
  const answer = await json<Partial<Keys> | null>('/v1/keys', { cache: 'no-cache' });
  const { origin = '', verifierKeys, entries = [] } = answer ?? {};
  const isLines = Array.isArray(verifierKeys) && verifierKeys.every((line) => typeof line === 'string');
  const areEntries = Array.isArray(entries) && entries.every((entry: Partial<KeysEntry> | null) => Number.isSafeInteger(entry?.logIndex) && typeof entry?.receipt === 'string');
  if (!isLines || !areEntries) throw new ServiceFailure('garbled', 'The answer is not what was asked for.');
  return { origin, verifierKeys, entries };
}

export const issuers = async (): Promise<readonly Issuer[]> => (await json<{ issuers: readonly Issuer[] }>('/v1/issuers')).issuers;

/** Which uploads: empty texts leave nothing out. */
export interface UploadQuery {
  readonly issuer: string;
  readonly prefix: string;
  readonly contains: string;
  readonly state: Upload['state'] | '';
}

/** The most uploads in one answer. */
export const maxUploads = 100;

export function uploads({ issuer, prefix, contains, state }: UploadQuery, offset: number): Promise<Uploads> {
  const query = new URLSearchParams({ prefix, contains, offset: `${offset}`, limit: `${maxUploads}`, ...(state !== '' && { state }) });
  return json<Uploads>(`/v1/issuers/${encodeURIComponent(issuer)}/uploads?${query}`);
}

/** The longest reference that a document may have, in characters. */
export const maxReference = 256;

/** Digests of the documents that an issuer filed under exactly this reference. */
export async function documents(issuer: string, reference: string): Promise<readonly Digest[]> {
  const answer = await json<{ documents: readonly Partial<Answer>[] }>(`/v1/issuers/${encodeURIComponent(issuer)}/documents?${new URLSearchParams({ reference })}`);
  return answer.documents.map((each) => parseDigest(`${each.algorithm}:${each.digest}`)).filter((digest) => digest !== null);
}

export const checkpoint = (): Promise<Bytes> => bytes('/log/checkpoint');

export const logFile = (path: string): Promise<Bytes> => bytes(`/log/${path}`);

async function json<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await get(path, init);
  try {
    return (await response.json()) as T;
  } catch {
    throw new ServiceFailure('garbled', 'The answer is not JSON.');
  }
}

async function bytes(path: string): Promise<Bytes> {
  return new Uint8Array(await (await get(path)).arrayBuffer());
}

async function get(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, signal: AbortSignal.timeout(timeout), credentials: 'same-origin', redirect: 'error' });
  } catch (error) {
    throw new ServiceFailure('unreachable', error instanceof Error ? error.message : '');
  }
  if (response.ok) return response;
  const kind = response.status === 401 || response.status === 403 ? 'notForYou' : response.status >= 500 || response.status === 429 ? 'busy' : 'refused';
  throw new ServiceFailure(kind, await detailOf(response));
}

async function detailOf(response: Response): Promise<string> {
  try {
    const problem = (await response.json()) as { detail?: string; title?: string };
    return problem.detail ?? problem.title ?? `HTTP ${response.status}`;
  } catch {
    return `HTTP ${response.status}`;
  }
}

// As much shape as is relied on before the receipts, which are checked by themselves.
function isAnswer(value: unknown): value is Answer {
  const answer = value as Partial<Answer> | null;
  return (
    typeof answer?.verdict === 'string' &&
    typeof answer.digest === 'string' &&
    typeof answer.checkedAt === 'string' &&
    typeof answer.checkpoint?.note === 'string' &&
    Number.isSafeInteger(answer.checkpoint.size) &&
    Array.isArray(answer.results) &&
    answer.results.every(isResult)
  );
}

function isResult(value: unknown): boolean {
  const { receipt, issueReceipt, issuer, unproven } = (value ?? {}) as Partial<Result>;
  const acts: readonly (Partial<Act> | null)[] = unproven?.acts ?? [];
  const texts = [receipt, issueReceipt ?? '', issuer?.legalName, unproven?.type ?? ''];
  return texts.every((text) => typeof text === 'string') && acts.every((act) => typeof act?.kind === 'string' && typeof act.at === 'string');
}
