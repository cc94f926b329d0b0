import type { Checker } from '../check/checker';
import { type Item, stateOf } from '../check/item';
import type { StateName, Words } from '../words/en';
import { card, type CardActions, saying } from './card';
import { h } from './dom';
import { visible } from './foreign';

/** Up to so many documents are shown whole. */
const few = 3;

/** The first tab: drop zone and results. */
export class VerifyView {
  readonly element = h('div', {});
  private readonly cards = new Map<number, HTMLElement>();
  private readonly opened = new Map<number, boolean>();
  private readonly said = h('p', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  private list = h('div', {});
  private counts = h('div', {});
  private totals = h('div', {});

  constructor(
    private words: Words,
    private readonly checker: Checker,
    private readonly actions: CardActions,
  ) {}

  /** Draws everything anew, as after a change of language. */
  draw(words: Words): void {
    this.words = words;
    const input = h('input', {
      type: 'file',
      id: 'files',
      multiple: true,
      class: 'unseen',
      change: () => {
        void this.checker.add([...(input.files ?? [])]);
        input.value = '';
      },
    });
    this.list = h('div', { class: 'cards' });
    this.counts = h('div', { class: 'counts' });
    // The button stays while the counts change: one that is replaced between press and release is not pressed.
    this.totals = h('div', { class: 'totals' }, this.counts, h('button', { type: 'button', class: 'clear', click: () => this.clear() }, words.clear));
    this.element.replaceChildren(
      h('h1', {}, words.question),
      h(
        'div',
        { class: 'drop' },
        h('p', { class: 'invite' }, words.drop),
        input,
        h('label', { for: 'files', class: 'choose' }, words.choose),
        h('p', { class: 'privacy' }, words.privacy),
        h('p', { class: 'hint' }, words.offlineHint),
      ),
      this.totals,
      this.list,
      this.said,
    );
    this.cards.clear();
    this.update(null);
  }

  /** Draws what changed: one document, or which there are. */
  update(item: Item | null): void {
    if (item === null) {
      const cards = this.checker.items.map((each) => this.cards.get(each.id) ?? this.make(each));
      this.list.replaceChildren(...cards);
    } else if (this.cards.has(item.id)) {
      const old = this.cards.get(item.id)!;
      const focused = old.contains(document.activeElement);
      const focusedId = document.activeElement?.id;
      const made = this.make(item);
      old.replaceWith(made);
      // What had the focus keeps it where it is there again: a choice goes on by arrow keys.
      if (focused) ((focusedId === undefined ? null : document.getElementById(focusedId)) ?? made).focus();
      const state = stateOf(item);
      if (state !== null) this.said.textContent = visible(this.words.announce(item.name ?? this.words.noFile, saying(this.words, item, state).title));
    }
    this.drawTotals();
  }

  private make(item: Item): HTMLElement {
    const open = this.checker.items.length <= few ? null : (this.opened.get(item.id) ?? false);
    const made = card(this.words, item, open, (now) => this.opened.set(item.id, now), this.actions);
    this.cards.set(item.id, made);
    return made;
  }

  private clear(): void {
    this.checker.clear();
    this.cards.clear();
    // The button that had the focus is gone; what comes next is another document.
    document.getElementById('files')?.focus();
  }

  private drawTotals(): void {
    const { items } = this.checker;
    const counts = new Map<string, { readonly state: StateName; count: number }>();
    for (const item of items) {
      const state = stateOf(item);
      if (state === null) continue;
      const { title } = saying(this.words, item, state);
      const so = counts.get(title) ?? { state, count: 0 };
      so.count++;
      counts.set(title, so);
    }
    this.totals.hidden = items.length === 0;
    this.counts.replaceChildren(
      h('h2', {}, this.words.summary(items.length)),
      ...(items.length > 1 ? [h('ul', {}, [...counts].map(([title, { state, count }]) => h('li', { class: `state-${state}` }, `${title}: ${count}`)))] : []),
    );
  }
}
