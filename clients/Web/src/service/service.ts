import type { Bytes } from '../log/bytes';
import type { Digest } from '../receipt/digest';
import type { Answer, Issuer, Keys, Uploads } from './answers';

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

export const keys = (): Promise<Keys> => json<Keys>('/v1/keys');

export const issuers = async (): Promise<readonly Issuer[]> => (await json<{ issuers: readonly Issuer[] }>('/v1/issuers')).issuers;

export function uploads(issuer: string, prefix: string, offset: number): Promise<Uploads> {
  const query = new URLSearchParams({ prefix, offset: `${offset}` });
  return json<Uploads>(`/v1/issuers/${encodeURIComponent(issuer)}/uploads?${query}`);
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
    response = await fetch(path, { ...init, signal: AbortSignal.timeout(timeout), credentials: 'same-origin' });
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
    Array.isArray(answer.results) &&
    answer.results.every((result) => typeof result?.receipt === 'string' && typeof result.issuer?.legalName === 'string' && Array.isArray(result.acts))
  );
}
