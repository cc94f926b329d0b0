// Working offline and in private: the switch, and what is kept while it is on. The code comes when it is first wanted.

import type { Known, Kept } from '../status/kept';
import { offlineScript } from '../scripts';
import { service, ServiceFailure, type FailureKind } from '../service/service';
import type { Verifier } from '../service/verifier';
import type { Fault } from '../trust/continuity';
import type { Memory } from '../trust/memory';

/** How often what changed is fetched while the page is open, in milliseconds: as often as witnesses see the log anew. */
const fetchEvery = 15 * 60_000;

/** Where they are forbidden there is none. */
const workers = (navigator as Partial<Navigator>).serviceWorker;

/** Why the last fetch brought nothing. */
export type OfflineFailure = { readonly kind: 'failure'; readonly failure: FailureKind; readonly text: string } | { readonly kind: 'fault'; readonly fault: Fault } | { readonly kind: 'code' };

export class Offline {
  isOn = false;
  isFetching = false;
  /** What is kept and holds. */
  known: Known | null = null;
  failure: OfflineFailure | null = null;
  /** Whether the page opens without the network; as far as is known. */
  isPageKept = true;
  private kept: Kept | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;

  constructor(
    private readonly verifier: Verifier,
    private readonly memory: Memory,
    /** Something of the above is another. */
    private readonly changed: () => void,
  ) {}

  /** Goes on where the last visit ended. */
  async start(): Promise<void> {
    if ((await this.memory.status()) === null || !(await this.load())) return;
    this.isOn = true;
    await this.look();
    this.fetchFromTimeToTime();
    await Promise.all([this.update(), this.keepPage()]);
  }

  async turnOn(): Promise<void> {
    if (!(await this.load())) return;
    await this.update();
    if (this.failure !== null) return;
    this.isOn = true;
    this.fetchFromTimeToTime();
    this.changed();
    await this.keepPage();
  }

  async turnOff(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.kept?.forget();
    this.isOn = false;
    this.failure = null;
    await this.look();
    const registration = await workers?.getRegistration('/');
    await registration?.unregister();
    const names = 'caches' in globalThis ? await caches.keys() : [];
    await Promise.all(names.filter((name) => name.startsWith('truecopy-')).map((name) => caches.delete(name)));
  }

  /** Fetches what changed. */
  async update(): Promise<void> {
    const { kept } = this;
    if (kept === null) return;
    this.isFetching = true;
    this.changed();
    try {
      const fault = await kept.update();
      this.failure = fault && { kind: 'fault', fault };
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error;
      this.failure = { kind: 'failure', failure: error.kind, text: error.message };
    }
    this.isFetching = false;
    await this.look();
  }

  /** What is kept, by the keys and the policy of now. */
  async ofNow(): Promise<Known | null> {
    return (await this.kept?.known()) ?? null;
  }

  private async look(): Promise<void> {
    this.known = await this.ofNow();
    this.changed();
  }

  /** Where that is forbidden (a private window, an old browser) the page needs the network to be opened, and for nothing else. */
  private async keepPage(): Promise<void> {
    try {
      await workers?.register(offlineScript, { scope: '/' });
      this.isPageKept = workers !== undefined;
    } catch (error) {
      if (!(error instanceof TypeError) && !(error instanceof DOMException)) throw error;
      this.isPageKept = false;
    }
    this.changed();
  }

  private async load(): Promise<boolean> {
    if (this.kept !== null) return true;
    try {
      const { Kept } = await import('../status/kept');
      this.kept = new Kept(service, this.verifier, this.memory);
      return true;
    } catch (error) {
      // What browsers throw where a module does not come.
      if (!(error instanceof TypeError)) throw error;
      this.failure = { kind: 'code' };
      this.changed();
      return false;
    }
  }

  private fetchFromTimeToTime(): void {
    this.timer ??= setInterval(() => void this.update(), fetchEvery);
  }
}
