// One silhouette for each state: they differ in outline, not only in colour.

import type { StateName } from '../words/en';
import { svg } from './dom';

const circle = 'M12 2a10 10 0 1 0 0 20a10 10 0 1 0 0-20z';
const octagon = 'M8 2h8l6 6v8l-6 6H8l-6-6V8z';
const square = 'M3 5a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z';
const diamond = 'M12 1l11 11l-11 11L1 12z';
const shield = 'M12 1l9 3.5V12c0 5.5-4 9.3-9 11c-5-1.700-9-5.500-9-11V4.500z';
const triangle = 'M12 2l11 20H1z';
const hourglass = 'M5 2h14v3l-5 7l5 7v3H5v-3l5-7l-5-7z';
const cloud = 'M7 20a5.500 5.500 0 0 1-.8-10.900a6.500 6.500 0 0 1 12.400 1.600A4.700 4.700 0 0 1 18 20z';
const page = 'M5 2h9l5 5v15H5z';
const hexagon = 'M7 2.500h10l5.500 9.500l-5.500 9.500H7L1.500 12z';
const box = 'M2 4h20v5h-1v12H3V9H2z';
const slip = 'M5 2h14v20l-3.500-2l-3.500 2l-3.500-2l-3.500 2z';
const key = 'M8 7a5 5 0 1 0 4.900 6H16v3h3v-3h3v-3h-9.100A5 5 0 0 0 8 7z';

const shapes: Record<StateName, readonly [string, string]> = {
  verified: [shield, 'M7.500 12l3.200 3.200l6-6.400'],
  revoked: [octagon, 'M8 8l8 8M16 8l-8 8'],
  suspended: [square, 'M9 8v8M15 8v8'],
  superseded: [diamond, 'M7.500 12h8.500M12.800 8.800l3.200 3.200l-3.200 3.200'],
  expired: [hourglass, 'M9 18.500h6'],
  notYetValid: [circle, 'M12 6.500v5.500l4 2.500'],
  conflicting: [hexagon, 'M7.500 9.500h9l-2.700-2.700M16.500 14.500h-9l2.700 2.700'],
  unknown: [circle, 'M9 9.200a3 3 0 1 1 4.300 2.800c-.9.500-1.300 1-1.300 2M12 17.200v.3'],
  proven: [page, 'M8.500 14.200l2.500 2.500l4.500-5'],
  current: [shield, 'M7.500 12l3.200 3.200l6-6.400'],
  stood: [page, 'M12 10v4.500l3.200 1.800'],
  reissued: [slip, 'M8.500 11h7l-2.500-2.500M15.500 11l-2.500 2.500'],
  unconfirmed: [page, 'M9.800 11.800a2.200 2.200 0 1 1 3.300 2c-.800.500-1.100.900-1.100 1.700M12 18.600v.2'],
  fingerprint: [page, 'M9 12h6M9 16h6'],
  unregistered: [page, 'M9 14h6'],
  opened: [box, 'M8 11h8'],
  receipt: [slip, 'M9 8h6M9 12h6'],
  outage: [cloud, 'M9.500 12l5 5M14.500 12l-5 5'],
  distrusted: [triangle, 'M12 9v6M12 18.300v.3'],
  unreadable: [page, 'M9.500 12l5 5M14.500 12l-5 5'],
  noKey: [key, ''],
};

/** Decoration: the words beside it say the same. */
export function stateIcon(state: StateName): SVGElement {
  const [outline, sign] = shapes[state];
  return svg(
    'svg',
    { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true', focusable: 'false' },
    svg('path', { d: outline, class: 'outline' }),
    sign !== '' && svg('path', { d: sign, class: 'sign' }),
  );
}

export function stepIcon(state: 'holds' | 'fails' | 'open' | 'doubted'): SVGElement {
  const sign = { holds: 'M6 12.500l4 4l8-9', fails: 'M7 7l10 10M17 7l-10 10', open: 'M7 12h10', doubted: 'M9 9.200a3 3 0 1 1 4.300 2.800c-.9.500-1.300 1-1.300 2M12 18v.3' }[state];
  return svg('svg', { viewBox: '0 0 24 24', class: `icon step-${state}`, 'aria-hidden': 'true', focusable: 'false' }, svg('path', { d: sign, class: 'sign' }));
}
