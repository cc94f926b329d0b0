// The service, asked about handovers. Ciphertext goes to storage and comes from there; nothing readable goes anywhere.

import { type Service, ServiceFailure } from '../service/http';
import type { DeclineReason, Purpose } from './consent';
import { isHex } from './locks';
import { maxPackageLength } from './limits';
import type { Receivers } from './receivers';
import { takeRoom, type Room } from './room';
import { type HandoverEvent, type HandoverState, handoverStates, type Trace } from './trace';

export interface Announcement {
  readonly id: string;
  readonly receiver: string;
  readonly lock: string;
  readonly withdrawLock: string;
  /** Of the sealed package, in bytes. */
  readonly length: number;
}

/** A handover as its receiver sees it before opening it. */
export interface Waiting {
  readonly id: string;
  readonly state: HandoverState;
  readonly sentAt: string;
  readonly length: number;
  readonly expires?: string;
}

export interface WaitingList {
  readonly handovers: readonly Waiting[];
  readonly complete: boolean;
}

export type Act =
  | { readonly act: 'received'; readonly proof: string }
  | { readonly act: 'declined'; readonly reason: DeclineReason; readonly text?: string; readonly proof?: string }
  | { readonly act: 'used'; readonly purpose: Purpose; readonly use: string };

const perPage = 100;

/** An act is answered when it is in the log, which the service waits up to 20 seconds for. */
const actSilence = 40_000;

export class Handovers {
  constructor(private readonly service: Service) {}

  /** @throws ServiceFailure */
  async receivers(): Promise<Receivers> {
    const answer = await this.service.json<Partial<Receivers> | null>('/v1/receivers', { cache: 'no-cache' });
    const { receivers } = answer ?? {};
    const areReceivers = Array.isArray(receivers) && receivers.every((each: Partial<Receivers['receivers'][number]> | null) => typeof each?.id === 'string' && typeof each.proof === 'string');
    return areReceivers ? { receivers } : garbled();
  }

  /**
   * Says that a package is about to be sent.
   * @returns The address that takes it, once.
   * @throws ServiceFailure
   */
  async announce(announcement: Announcement): Promise<string> {
    const { upload } = (await this.service.json<{ readonly upload?: unknown } | null>('/v1/handovers', posted(announcement))) ?? {};
    return isAddress(upload) ? upload : garbled();
  }

  /** @returns Null where nobody announced it. @throws ServiceFailure */
  async trace(id: string): Promise<Trace | null> {
    try {
      const trace = await this.service.json<Partial<Trace> | null>(`/v1/handovers/${id}`, { cache: 'no-cache' });
      const isTrace = trace?.id === id && typeof trace.receiver === 'string' && handoverStates.includes(trace.state!) && Array.isArray(trace.events) && trace.events.every(isEvent);
      return isTrace ? (trace as Trace) : garbled();
    } catch (error) {
      if (error instanceof ServiceFailure && error.status === 404) return null;
      throw error;
    }
  }

  /**
   * @param proof The withdraw key.
   * @returns Whether it is in the log already; else it will be.
   * @throws ServiceFailure
   */
  async withdraw(id: string, proof: string): Promise<boolean> {
    return isRecorded(await this.service.json(`/v1/handovers/${id}/withdraw`, posted({ proof }), undefined, actSilence));
  }

  /** Newest first. @throws ServiceFailure */
  async waiting(receiver: string, offset: number): Promise<WaitingList> {
    const list = await this.service.json<Partial<WaitingList> | null>(`/v1/receivers/${encodeURIComponent(receiver)}/handovers?offset=${offset}&limit=${perPage}`, { cache: 'no-cache' });
    const isList = Array.isArray(list?.handovers) && list.handovers.every((each: Partial<Waiting> | null) => isHex(each?.id) && handoverStates.includes(each.state!) && Number.isSafeInteger(each.length) && typeof each.sentAt === 'string');
    return isList ? (list as WaitingList) : garbled();
  }

  /**
   * @returns Whether it is in the log already; else it will be.
   * @throws ServiceFailure
   */
  async act(receiver: string, id: string, act: Act): Promise<boolean> {
    return isRecorded(await this.service.json(`/v1/receivers/${encodeURIComponent(receiver)}/handovers/${id}/acts`, posted(act), undefined, actSilence));
  }

  /**
   * Fetches a package, as it is: sealed.
   * @throws ServiceFailure
   * @throws PackageRefusal There is no room for it.
   */
  async fetch(receiver: string, id: string, progress: (fetched: number, of: number) => void): Promise<{ readonly file: File; readonly room: Room }> {
    const { download, length } = (await this.service.json<{ readonly download?: unknown; readonly length?: unknown } | null>(`/v1/receivers/${encodeURIComponent(receiver)}/handovers/${id}/package`)) ?? {};
    if (!isAddress(download) || !Number.isSafeInteger(length) || (length as number) > maxPackageLength) return garbled();
    const room = await takeRoom(length as number);
    try {
      await this.copy(download, room, length as number, progress);
      return { file: await room.finish(), room };
    } catch (error) {
      await room.free();
      throw error;
    }
  }

  private async copy(address: string, room: Room, length: number, progress: (fetched: number, of: number) => void): Promise<void> {
    let response: Response;
    try {
      response = await fetch(address, { credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store', redirect: 'error' });
    } catch (error) {
      throw new ServiceFailure('unreachable', error instanceof Error ? error.message : '');
    }
    if (!response.ok || !response.body) throw new ServiceFailure(response.status >= 500 ? 'busy' : 'refused', `storage: HTTP ${response.status}`, response.status);
    const reader = response.body.getReader();
    let fetched = 0;
    for (;;) {
      const part = await reader.read().catch((error: unknown) => {
        throw new ServiceFailure('unreachable', error instanceof Error ? error.message : '');
      });
      if (part.done) break;
      fetched += part.value.length;
      if (fetched > length) {
        await reader.cancel();
        return garbled();
      }
      await room.write(part.value);
      progress(fetched, length);
    }
    if (fetched !== length) throw new ServiceFailure('unreachable', `storage: ${fetched} of ${length} bytes came`);
  }
}

/**
 * Puts a sealed package where it is to be put. By the older way of asking, which alone tells how far it has come.
 * @throws ServiceFailure
 */
export function upload(address: string, file: File, progress: (sent: number) => void): Promise<void> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open('PUT', address);
    request.setRequestHeader('x-ms-blob-type', 'BlockBlob');
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.addEventListener('progress', ({ loaded }) => progress(loaded));
    request.addEventListener('load', () => {
      const { status } = request;
      if (status >= 200 && status < 300) done();
      else failed(new ServiceFailure(status >= 500 || status === 429 ? 'busy' : 'refused', `storage: HTTP ${status}`, status));
    });
    request.addEventListener('error', () => failed(new ServiceFailure('unreachable', 'storage')));
    request.send(file);
  });
}

function posted(body: object): RequestInit {
  return { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
}

/** The act with its receipt; nothing, where that takes longer. */
function isRecorded(answer: unknown): boolean {
  return typeof (answer as Partial<HandoverEvent> | null)?.receipt === 'string';
}

function isEvent(value: unknown): value is HandoverEvent {
  const event = value as Partial<HandoverEvent> | null;
  return typeof event?.act === 'string' && typeof event.at === 'string' && Number.isSafeInteger(event.logIndex) && typeof event.receipt === 'string';
}

function isAddress(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//.test(value);
}

function garbled(): never {
  throw new ServiceFailure('garbled', 'The answer is not what was asked for.');
}

/** Of a use: repeated, it is one act. */
export function drawUse(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
