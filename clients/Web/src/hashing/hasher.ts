import type { Algorithm, Digest } from '../receipt/digest';
import type { HashReport, HashRequest } from './worker';
import workerAddress from './worker?worker&url';

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown };
}

/** The file could not be read. */
export class UnreadableFile extends Error {}

interface Job {
  readonly progress: (hashed: number) => void;
  readonly done: (digests: readonly Digest[]) => void;
  readonly failed: (error: UnreadableFile) => void;
}

/** The page's end of the worker: files are hashed one after the other. */
export class Hasher {
  private readonly jobs = new Map<number, Job>();
  private readonly worker = new Worker(trusted(workerAddress) as string, { type: 'module' });
  private last = 0;

  constructor() {
    this.worker.addEventListener('message', (message: MessageEvent<HashReport>) => this.read(message.data));
    this.worker.addEventListener('error', (event) => {
      for (const job of this.jobs.values()) job.failed(new UnreadableFile(event.message));
      this.jobs.clear();
    });
  }

  hash(file: File, algorithms: readonly Algorithm[], progress: (hashed: number) => void): Promise<readonly Digest[]> {
    const id = ++this.last;
    return new Promise((done, failed) => {
      this.jobs.set(id, { progress, done, failed });
      this.worker.postMessage({ id, file, algorithms } satisfies HashRequest);
    });
  }

  private read(report: HashReport): void {
    const job = this.jobs.get(report.id);
    if (!job) return;
    if ('hashed' in report) {
      job.progress(report.hashed);
      return;
    }
    this.jobs.delete(report.id);
    if ('digests' in report) job.done(report.digests);
    else job.failed(new UnreadableFile(report.failed));
  }
}

// The one address that may become a script: our own worker's.
function trusted(address: string): unknown {
  const factory = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  return factory ? factory.createPolicy('worker', { createScriptURL: () => address }).createScriptURL(address) : address;
}
