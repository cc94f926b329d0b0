import type { Checker } from '../check/checker';
import { chosenFiles } from '../check/dropped';
import { type Item, isPending, stateOf } from '../check/item';
import { parsePasted } from '../check/pasted';
import type { StateName, Words } from '../words/en';
import { isFirstUse, saying } from './account';
import { card, type CardActions, emptyCard } from './card';
import { h } from './dom';
import { visible } from './foreign';
import * as format from './format';
import { isUnwatched } from './witnesses';

/** Up to so many documents are shown whole, and told of one by one. */
const few = 3;
/** The most cards that one frame draws: the page stays quick however many there are. */
const cardsPerFrame = 40;

/** The first tab: drop zone and results. */
export class VerifyView {
  readonly element = h('div', {});
  private readonly cards = new Map<number, HTMLElement>();
  private readonly opened = new Map<number, boolean>();
  /** Cards that are to be drawn. */
  private readonly stale = new Set<Item>();
  private drawing = false;
  private readonly said = h('p', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  private list = h('div', {});
  private counts = h('div', {});
  private totals: HTMLElement = h('section', {});
  private notes = h('div', {});
  private progress = h('div', {});
  private again = h('button', {});

  constructor(
    private words: Words,
    private readonly checker: Checker,
    private readonly actions: CardActions,
  ) {}

  /** Draws everything anew, as after a change of language. */
  draw(words: Words): void {
    this.words = words;
    this.list = h('div', { class: 'cards' });
    this.counts = h('div', { class: 'counts' });
    this.progress = h('div', { class: 'progress' });
    this.notes = h('div', { class: 'notes', role: 'status' });
    // Buttons stay while the counts change: one that is replaced between press and release is not pressed.
    this.again = h('button', { type: 'button', class: 'again', click: () => void this.checker.retryAll() }, words.retryAll);
    this.totals = h(
      'section',
      { class: 'totals', 'aria-label': words.results },
      h('div', { class: 'row' }, this.counts, h('div', { class: 'commands' }, this.again, h('button', { type: 'button', class: 'clear', click: () => this.clear() }, words.clear))),
      this.progress,
    );
    this.element.replaceChildren(
      h('h1', {}, words.question),
      h(
        'div',
        { class: 'drop' },
        h('p', { class: 'invite' }, words.drop),
        this.picker('files', words.choose, {}),
        ' ',
        this.picker('folder', words.chooseFolder, { webkitdirectory: true }),
        h('p', { class: 'privacy' }, words.privacy),
        h('p', { class: 'hint' }, words.offlineHint),
        this.pasteForm(),
      ),
      this.notes,
      this.totals,
      this.list,
      this.said,
    );
    this.cards.clear();
    this.update(null);
  }

  /** Draws what changed: one document, or which there are. */
  update(item: Item | null): void {
    if (item === null) this.arrange();
    else if (this.cards.has(item.id)) this.stale.add(item);
    this.drawSoon();
  }

  private drawSoon(): void {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => this.drawFrame());
  }

  private drawFrame(): void {
    this.drawing = false;
    let room = cardsPerFrame;
    for (const item of this.stale) {
      if (room-- === 0) break;
      this.stale.delete(item);
      this.drawCard(item);
    }
    this.drawTotals();
    if (this.stale.size > 0) this.drawSoon();
  }

  /** Puts the cards into the order of the documents, empty where they are new. */
  private arrange(): void {
    let at = this.list.firstElementChild;
    for (const item of this.checker.items) {
      let own = this.cards.get(item.id);
      if (!own) {
        this.cards.set(item.id, (own = emptyCard()));
        this.stale.add(item);
      }
      if (own === at) at = at.nextElementSibling;
      else this.list.insertBefore(own, at);
    }
    while (at) {
      const next: Element | null = at.nextElementSibling;
      at.remove();
      at = next;
    }
    this.list.classList.toggle('many', this.checker.items.length > cardsPerFrame);
    this.drawNotes();
  }

  private drawCard(item: Item): void {
    const old = this.cards.get(item.id);
    if (!old) return;
    const focused = old.contains(document.activeElement);
    const focusedId = document.activeElement?.id;
    const open = this.checker.items.length <= few ? null : (this.opened.get(item.id) ?? false);
    const made = card(this.words, item, open, (now) => this.opened.set(item.id, now), this.actions);
    this.cards.set(item.id, made);
    old.replaceWith(made);
    // What had the focus keeps it where it is there again: a choice goes on by arrow keys.
    if (focused) ((focusedId === undefined ? null : document.getElementById(focusedId)) ?? made).focus();
    const state = stateOf(item);
    if (state !== null && this.checker.items.length <= few) this.say(this.words.announce(item.name ?? this.words.noFile, saying(this.words, item, state).title));
  }

  private clear(): void {
    this.cards.clear();
    this.opened.clear();
    this.stale.clear();
    this.checker.clear();
    // The button that had the focus is gone; what comes next is another document.
    document.getElementById('files')?.focus();
  }

  private drawTotals(): void {
    const { items } = this.checker;
    const { words } = this;
    const counts = new Map<string, { readonly state: StateName; count: number }>();
    let done = 0;
    for (const item of items) {
      if (!isPending(item)) done++;
      const state = stateOf(item);
      if (state === null) continue;
      const { title } = saying(words, item, state);
      const so = counts.get(title) ?? { state, count: 0 };
      so.count++;
      counts.set(title, so);
    }
    this.totals.hidden = items.length === 0;
    const each = [...counts].map(([title, { state, count }]) => [state, `${title}${words.colon}${format.count(words, count)}`] as const);
    const isMany = items.length > few;
    this.counts.replaceChildren(
      h('h2', {}, words.summary(items.length)),
      ...(items.length > 1 ? [h('ul', {}, each.map(([state, text]) => h('li', { class: `state-${state}` }, text)))] : []),
    );
    const progress = words.progress(format.count(words, done), format.count(words, items.length), format.count(words, items.length - done));
    this.progress.replaceChildren(
      ...(done < items.length && items.length > 1 ? [h('p', {}, progress), h('progress', { max: items.length, value: done, 'aria-label': progress })] : []),
      // Where each card is folded, such notes stand beside their verdicts.
      ...(isMany && items.some(isUnwatched) ? [h('p', { class: 'seen-by nobody' }, words.witnesses.nobody)] : []),
      ...(isMany && items.some(isFirstUse) ? [h('p', { class: 'first-use' }, words.trust.firstUse)] : []),
    );
    this.again.hidden = items.filter(({ outcome: { kind } }) => kind === 'outage' || kind === 'unreadable').length < 2;
    // Of many only the end is told.
    if (isMany && done === items.length) this.say([words.summary(items.length), ...each.map(([, text]) => text)].join(words.comma));
  }

  private drawNotes(): void {
    const { tooMany, leftOut, unreadable, nothing, lines } = this.checker.notes;
    const said = this.words.notes;
    const texts = [
      nothing !== null && said.nothing[nothing],
      tooMany && said.tooMany,
      unreadable > 0 && said.unreadable(unreadable),
      leftOut > 0 && said.leftOut(leftOut),
      lines > 0 && said.lines(lines),
    ];
    this.notes.replaceChildren(...texts.filter((text) => text !== false).map((text) => h('p', {}, text)));
  }

  private picker(id: string, label: string, more: { readonly webkitdirectory?: boolean }): HTMLElement[] {
    const input = h('input', {
      type: 'file',
      id,
      multiple: true,
      class: 'unseen',
      change: () => {
        void this.checker.add(chosenFiles(input.files ?? []));
        input.value = '';
      },
      ...more,
    });
    return [input, h('label', { for: id, class: 'choose' }, label)];
  }

  private pasteForm(): HTMLElement {
    const { paste } = this.words;
    const text = h('textarea', { id: 'pasted', rows: 3, autocomplete: 'off', spellcheck: 'false', required: true });
    const form = h(
      'form',
      {
        submit: (event) => {
          event.preventDefault();
          this.checker.addFingerprints(parsePasted(text.value));
          text.value = '';
        },
      },
      h('label', { for: 'pasted' }, paste.label),
      text,
      h('button', { type: 'submit' }, paste.ask),
    );
    return h('details', { class: 'paste' }, h('summary', {}, paste.title), form);
  }

  private say(text: string): void {
    const shown = visible(text);
    if (this.said.textContent !== shown) this.said.textContent = shown;
  }
}
