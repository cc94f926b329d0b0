// Elements are made, never parsed: no text ever becomes markup. Every text passes the filter of foreign.ts on its way.

import { visible } from './foreign';

export type Child = Node | string | number | null | undefined | false | readonly Child[];
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  return dress(document.createElement(tag), attributes, children);
}

export function svg(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  return dress(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function dress<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, name === 'value' ? `${value}` : visible(`${value}`));
  }
  append(element, children);
  return element;
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child instanceof Node ? child : visible(`${child as string | number}`));
  }
}

/** What somebody else wrote: its direction of writing does not reach what is around it. */
export function foreign(text: string): HTMLElement {
  return h('bdi', {}, text);
}

/** A sentence about somebody, whose name stands by itself. */
export function sentence(about: (who: string) => string, who: string): Child[] {
  const hole = '\uE000';
  return about(hole)
    .split(hole)
    .flatMap((part, i) => (i === 0 ? [part] : [foreign(who), part]));
}

/** A text for the user to save. */
export function save(name: string, content: string): void {
  saveFile(name, new Blob([content], { type: 'text/plain' }));
}

/** A file for the user to save. */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  h('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
