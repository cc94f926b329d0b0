// Handing over and taking in: the code of these tabs comes when it is first asked for; most who come check a document.

import type { Hasher } from '../hashing/hasher';
import type { HandoverTabs, Place } from '../handover/view/tab';
import type { Service } from '../service/http';
import type { Verifier } from '../service/verifier';
import type { Words } from '../words/en';
import type { Language } from '../words/language';
import { h } from './dom';

export type { Place } from '../handover/view/tab';

export class HandoverPlace {
  readonly element = h('div', { class: 'handover-place' });
  private tabs: HandoverTabs | null = null;
  /** What was asked for last. */
  private asked: readonly [Place, Words, Language] | null = null;
  private dropped: readonly { readonly view: Place['view']; readonly files: readonly File[] }[] = [];

  constructor(
    private readonly hasher: Hasher,
    private readonly verifier: Verifier,
    private readonly service: Service,
  ) {}

  async draw(place: Place, words: Words, language: Language): Promise<void> {
    this.asked = [place, words, language];
    this.element.toggleAttribute('aria-busy', this.tabs === null);
    if (!(await this.load(words))) return;
    // What was asked for since is what is to be seen.
    const [now, ...speech] = this.asked;
    const { element, title } = this.tabs!.draw(now, ...speech);
    this.element.removeAttribute('aria-busy');
    if (this.element.firstChild !== element) this.element.replaceChildren(element);
    document.title = `${title} · ${words.product}`;
    this.give();
  }

  /** Gives files to a tab, as soon as it is there. */
  take(view: Place['view'], files: readonly File[]): void {
    this.dropped = [...this.dropped, { view, files }];
    if (this.tabs) this.give();
  }

  private give(): void {
    const now = this.asked![0].view;
    const own = this.dropped.filter(({ view }) => view === now);
    this.dropped = this.dropped.filter(({ view }) => view !== now);
    for (const { view, files } of own) this.tabs!.take(view, files);
  }

  private async load(words: Words): Promise<boolean> {
    if (this.tabs) return true;
    try {
      const { HandoverTabs } = await import('../handover/view/tab');
      this.tabs ??= new HandoverTabs({ hasher: this.hasher, verifier: this.verifier, service: this.service });
      return true;
    } catch (error) {
      // What browsers throw where a module does not come.
      if (!(error instanceof TypeError)) throw error;
      this.element.replaceChildren(h('h1', {}, words.tabs.handover), h('p', { class: 'failure', role: 'alert' }, words.cannotLoad));
      return false;
    }
  }
}
