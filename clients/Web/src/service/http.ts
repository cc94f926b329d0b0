// A service, asked over HTTP. What it says is held to nothing here but to its shape and length.

import { type Bytes, concat } from '../log/bytes.js';
import { maxPolicyLength } from '../log/policy.js';
import type { ReadFile } from '../log/tiles.js';
import { type Digest, parseDigest } from '../receipt/digest.js';
import type { KeysEntry } from '../trust/chain.js';
import type { Act, Answer, Issuer, Keys, Result, StatusAnswer, Upload, Uploads } from './answers.js';

export type FailureKind = 'unreachable' | 'busy' | 'notForYou' | 'refused' | 'garbled';

/** The service did not answer. This says nothing about any document. */
export class ServiceFailure extends Error {
  constructor(
    readonly kind: FailureKind,
    detail: string,
    /** Of HTTP; null where nothing came. */
    readonly status: number | null = null,
  ) {
    super(detail);
  }
}

/** How long a service may be silent, in milliseconds: a long answer over a slow line takes as long as it takes. */
const maxSilence = 20_000;

// Node's types do not know of caches: it has none.
const fresh: RequestInit & { cache: 'no-cache' } = { cache: 'no-cache' };

/** The longest answer that is read: the service's own limit, which is for its answer to a batch. */
const maxAnswerLength = 16 * 1024 * 1024;

/** The longest status that is read: that of a hundred million entries, each on a page that is not all zero. */
const maxStatusLength = 96 * 1024 * 1024;

/** The most digests that one request may hold. */
export const maxBatch = 1000;

/** The most uploads in one answer. */
export const maxUploads = 100;

/** The longest reference that a document may have, in characters. */
export const maxReference = 256;

/** Which uploads: empty texts leave nothing out. */
export interface UploadQuery {
  readonly issuer: string;
  readonly prefix: string;
  readonly contains: string;
  readonly state: Upload['state'] | '';
}

export class Service {
  /** @param address Scheme, host and path, as `https://truecopy.example`; empty: where the page comes from. */
  constructor(private readonly address: string) {}

  /**
   * @param digests 1 to {@link maxBatch}.
   * @returns One answer a digest, in the order asked.
   * @throws ServiceFailure
   */
  async verifyMany(digests: readonly Digest[]): Promise<readonly Answer[]> {
    const body = JSON.stringify({ digests: digests.map(({ algorithm, hex }) => ({ algorithm, digest: hex })) });
    const answer = await this.json<{ results: readonly Answer[] } | null>('/v1/verify', { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
    const results = answer?.results;
    if (!Array.isArray(results) || results.length !== digests.length || !results.every(isAnswer)) {
      throw new ServiceFailure('garbled', 'The answer is not what was asked for.');
    }
    return results;
  }

  /** @throws ServiceFailure */
  async keys(): Promise<Keys> {
    // Not from the browser's cache: answers are held to the keys of now.
    const answer = await this.json<Partial<Keys> | null>('/v1/keys', fresh);
    const { origin = '', verifierKeys, entries = [] } = answer ?? {};
    const isLines = Array.isArray(verifierKeys) && verifierKeys.every((line) => typeof line === 'string');
    const areEntries = Array.isArray(entries) && entries.every((entry: Partial<KeysEntry> | null) => Number.isSafeInteger(entry?.logIndex) && typeof entry?.receipt === 'string');
    if (!isLines || !areEntries) throw new ServiceFailure('garbled', 'The answer is not what was asked for.');
    return { origin, verifierKeys, entries };
  }

  /**
   * The service's policy, as its file is.
   * @returns Null where it has none.
   * @throws ServiceFailure
   */
  async policy(): Promise<Bytes | null> {
    try {
      return await this.bytes('/v1/policy', fresh, maxPolicyLength);
    } catch (error) {
      if (error instanceof ServiceFailure && error.status === 404) return null;
      throw error;
    }
  }

  /**
   * The status of all documents, or what changed of it.
   * @param since What is known already: how many entries the status of then covers; 0: nothing.
   * @throws ServiceFailure
   */
  async status(since: number): Promise<StatusAnswer> {
    const answer = await this.json<Partial<StatusAnswer> | null>(`/v1/status${since > 0 ? `?since=${since}` : ''}`, fresh, maxStatusLength);
    const { checkpoint, entry, path, since: from, pages } = answer ?? {};
    const isStatus = [checkpoint, entry, path, pages].every((text) => typeof text === 'string') && (from === 0 || from === since);
    if (!isStatus) throw new ServiceFailure('garbled', 'The answer is not what was asked for.');
    return answer as StatusAnswer;
  }

  /**
   * The receipt of the same issue under the log's newest checkpoint, with how it stands.
   * @throws ServiceFailure
   */
  async refreshed(receipt: Bytes): Promise<Bytes> {
    return this.bytes('/v1/receipts/refresh', { method: 'POST', body: receipt, headers: { 'Content-Type': 'text/plain' } });
  }

  /** @throws ServiceFailure */
  async issuers(): Promise<readonly Issuer[]> {
    return (await this.json<{ issuers: readonly Issuer[] }>('/v1/issuers')).issuers;
  }

  /** @throws ServiceFailure */
  uploads({ issuer, prefix, contains, state }: UploadQuery, offset: number): Promise<Uploads> {
    const query = new URLSearchParams({ prefix, contains, offset: `${offset}`, limit: `${maxUploads}`, ...(state !== '' && { state }) });
    return this.json<Uploads>(`/v1/issuers/${encodeURIComponent(issuer)}/uploads?${query}`);
  }

  /**
   * Digests of the documents that an issuer filed under exactly this reference.
   * @throws ServiceFailure
   */
  async documents(issuer: string, reference: string): Promise<readonly Digest[]> {
    const query = new URLSearchParams({ reference });
    const answer = await this.json<{ documents: readonly Partial<Answer>[] }>(`/v1/issuers/${encodeURIComponent(issuer)}/documents?${query}`);
    return answer.documents.map((each) => parseDigest(`${each.algorithm}:${each.digest}`)).filter((digest) => digest !== null);
  }

  /** @throws ServiceFailure */
  checkpoint(): Promise<Bytes> {
    return this.logFile('checkpoint');
  }

  /**
   * A file of the log, by its path below the log's prefix.
   * @throws ServiceFailure
   */
  readonly logFile: ReadFile = (path) => this.bytes(`/log/${path}`);

  /**
   * Asks for anything else: what comes is held to its length, and to being JSON.
   * @param silence How long the service may be silent, in milliseconds.
   * @internal
   * @throws ServiceFailure
   */
  async json<T>(path: string, init?: RequestInit, maxLength?: number, silence?: number): Promise<T> {
    const text = new TextDecoder().decode(await this.bytes(path, init, maxLength, silence));
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new ServiceFailure('garbled', 'The answer is not JSON.');
    }
  }

  private async bytes(path: string, init: RequestInit = {}, maxLength = maxAnswerLength, silence = maxSilence): Promise<Bytes> {
    const patience = new Patience(silence);
    const request: RequestInit = { ...init, signal: patience.signal, credentials: 'same-origin', redirect: 'error' };
    let response: Response;
    let body: Bytes | null;
    try {
      response = await fetch(`${this.address}${path}`, request);
      body = await bodyOf(response, maxLength, patience);
    } catch (error) {
      throw new ServiceFailure('unreachable', error instanceof Error ? error.message : '');
    }
    if (body === null) throw new ServiceFailure('garbled', `The answer is longer than ${maxLength} bytes.`);
    if (response.ok) return body;
    const kind = response.status === 401 || response.status === 403 ? 'notForYou' : response.status >= 500 || response.status === 429 ? 'busy' : 'refused';
    throw new ServiceFailure(kind, detailOf(response.status, body), response.status);
  }
}

/** Ends a request of which nothing was heard for too long. */
class Patience {
  private readonly ending = new AbortController();
  private last: AbortSignal | null = null;

  constructor(private readonly silence: number) {
    this.renew();
  }

  get signal(): AbortSignal {
    return this.ending.signal;
  }

  /** Something was heard. */
  renew(): void {
    const limit = AbortSignal.timeout(this.silence);
    this.last = limit;
    limit.addEventListener('abort', () => {
      if (this.last === limit) this.ending.abort(limit.reason);
    });
  }
}

/** Null where it is too long. */
async function bodyOf(response: Response, maxLength: number, patience: Patience): Promise<Bytes | null> {
  const reader = response.body?.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (let part = await reader?.read(); part?.done === false; part = await reader!.read()) {
    patience.renew();
    length += part.value.length;
    if (length > maxLength) {
      await reader!.cancel();
      return null;
    }
    parts.push(part.value);
  }
  return concat(...parts);
}

function detailOf(status: number, body: Bytes): string {
  try {
    const problem = JSON.parse(new TextDecoder().decode(body)) as { detail?: string; title?: string } | null;
    return problem?.detail ?? problem?.title ?? `HTTP ${status}`;
  } catch {
    return `HTTP ${status}`;
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
