import { encode } from 'uqr';
import { svg } from './dom';

/** A code that leads to an address when it is scanned. */
export function code(address: string, label = address): SVGElement {
  const { data, size } = encode(address, { ecc: 'M', border: 4 });
  const dark = data.flatMap((row, y) => row.map((on, x) => (on ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return svg('svg', { viewBox: `0 0 ${size} ${size}`, class: 'code', role: 'img', 'aria-label': label }, svg('rect', { width: size, height: size, class: 'light' }), svg('path', { d: dark, class: 'dark' }));
}
