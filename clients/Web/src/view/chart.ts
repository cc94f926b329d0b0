// Small charts in SVG, each with the same numbers as a table for those who do not see it.

import { h, svg } from './dom';

export interface Bar {
  readonly label: string;
  readonly parts: readonly { readonly name: string; readonly value: number; readonly text: string }[];
}

const width = 640;
const height = 120;

/** Stacked bars. */
export function bars(title: string, said: { readonly day: string; readonly numbers: string; readonly most: (count: number) => string }, data: readonly Bar[]): HTMLElement {
  const most = Math.max(1, ...data.map((bar) => bar.parts.reduce((sum, part) => sum + part.value, 0)));
  const step = width / Math.max(data.length, 14);
  const shapes = data.flatMap((bar, i) => {
    let y = height;
    return bar.parts.map((part) => {
      const tall = (part.value / most) * (height - 8);
      y -= tall;
      return svg('rect', { x: i * step + 1, y, width: Math.max(step - 2, 1), height: tall, class: `bar ${part.name}` });
    });
  });
  const names = data[0]?.parts ?? [];
  return h(
    'figure',
    { class: 'chart' },
    h('figcaption', {}, title),
    svg('svg', { viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true', preserveAspectRatio: 'none' }, shapes),
    h('p', { class: 'axis' }, h('span', {}, [...new Set([data[0]?.label, data[data.length - 1]?.label])].join(' – ')), h('span', {}, said.most(most))),
    h('p', { class: 'legend' }, names.map((part) => h('span', { class: `key ${part.name}` }, part.text))),
    h(
      'details',
      {},
      h('summary', {}, said.numbers),
      h(
        'table',
        {},
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, said.day), names.map((part) => h('th', { scope: 'col' }, part.text)))),
        h('tbody', {}, data.map((bar) => h('tr', {}, h('th', { scope: 'row' }, bar.label), bar.parts.map((part) => h('td', {}, part.value))))),
      ),
    ),
  );
}

/** A rising line: points are x and y from 0 to 1. */
export function line(title: string, text: string, points: readonly (readonly [number, number])[]): HTMLElement {
  const at = ([x, y]: readonly [number, number]): string => `${(x * width).toFixed(1)} ${(height - 4 - y * (height - 8)).toFixed(1)}`;
  const path = points.map((point, i) => (i === 0 ? `M${at(point)}` : `H${at(point).split(' ')[0]}V${at(point).split(' ')[1]}`)).join('');
  return h(
    'figure',
    { class: 'chart' },
    h('figcaption', {}, title),
    svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': text, preserveAspectRatio: 'none' }, svg('path', { d: path, class: 'curve' })),
    h('p', { class: 'legend' }, text),
  );
}
