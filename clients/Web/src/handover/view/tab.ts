// Handing over and taking in: what the page loads when it is first asked for it.

import type { Language } from '../../words/language';
import type { Words } from '../../words/en';
import { handoverWords } from '../words';
import type { Tools } from './frame';
import { GiveView } from './give';
import { ReceiveView } from './receive';
import { TraceView } from './traceView';

/** Which of the tabs, and what the address says of it. */
export type Place = { readonly view: 'handover'; readonly named: string | null } | { readonly view: 'receive' } | { readonly view: 'trace'; readonly link: string };

export class HandoverTabs {
  private readonly give: GiveView;
  private receive: ReceiveView | null = null;
  private readonly trace: TraceView;

  constructor(private readonly tools: Tools) {
    this.give = new GiveView(tools);
    this.trace = new TraceView(tools);
  }

  /** @returns What is to be seen, and what the window is to be called. */
  draw(place: Place, words: Words, language: Language): { readonly element: HTMLElement; readonly title: string } {
    const speech = { words, language, said: handoverWords[language] };
    switch (place.view) {
      case 'handover':
        this.give.named = place.named ?? this.give.named;
        this.give.draw(speech);
        return { element: this.give.element, title: speech.said.give.title };
      case 'receive':
        this.receive ??= new ReceiveView(this.tools);
        this.receive.draw(speech);
        return { element: this.receive.element, title: speech.said.receive.title };
      case 'trace':
        this.trace.draw(speech, place.link);
        return { element: this.trace.element, title: speech.said.trace.title };
    }
  }

  /** Takes what was dropped or pasted. */
  take(view: Place['view'], files: readonly File[]): void {
    if (view === 'handover') this.give.add(files);
    else if (view === 'receive') this.receive?.add(files);
  }
}
