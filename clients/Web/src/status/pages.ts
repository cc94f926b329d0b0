// The status of a whole log: its pages, of which only those that are not all zero take room, and the tree over them.

import { type Bytes, FormatError, sha256 } from '../log/bytes.js';
import { leafHash, nodeHash } from '../log/merkle.js';
import { pageLength, pagesOf, type Status, statusIn } from '../receipt/standing.js';

/** By number; those that are not there are all zero. */
export type Pages = ReadonlyMap<number, Bytes>;

const zeroPage = new Uint8Array(pageLength);
/** The longest number of a page, in bytes of LEB128: what a number of JavaScript holds. */
const maxVarint = 7;

/**
 * Reads pages as they are sent and kept: for each its distance from the one before as unsigned LEB128, and its bytes.
 * @param count How many pages the tree has.
 */
export function decodePages(bytes: Bytes, count: number): Map<number, Bytes> {
  const pages = new Map<number, Bytes>();
  let next = 0;
  for (let offset = 0; offset < bytes.length; ) {
    let [gap, scale, length] = [0, 1, 0];
    for (;;) {
      const byte = bytes[offset + length];
      if (byte === undefined || length === maxVarint) throw new FormatError('status: the number of a page is cut off or too long');
      gap += (byte & 127) * scale;
      scale *= 128;
      length++;
      if (byte >= 128) continue;
      if (byte === 0 && length > 1) throw new FormatError('status: the number of a page is not the shortest LEB128 of it');
      break;
    }
    offset += length;
    next += gap;
    if (next >= count) throw new FormatError('status: it has a page beyond the last entry');
    const page = bytes.slice(offset, offset + pageLength);
    if (page.length !== pageLength) throw new FormatError('status: a page is cut off');
    pages.set(next, page);
    next++;
    offset += pageLength;
  }
  return pages;
}

export function encodePages(pages: Pages): Bytes {
  const bytes = new Uint8Array(pages.size * (maxVarint + pageLength));
  let [next, offset] = [0, 0];
  for (const number of numbersOf(pages)) {
    let gap = number - next;
    for (; gap >= 128; gap = Math.floor(gap / 128)) bytes[offset++] = (gap % 128) | 128;
    bytes[offset++] = gap;
    bytes.set(pages.get(number)!, offset);
    offset += pageLength;
    next = number + 1;
  }
  return bytes.slice(0, offset);
}

/** The pages once these have changed. */
export function withChanges(pages: Pages, changed: Pages): Pages {
  const now = new Map(pages);
  for (const [number, page] of changed) {
    if (page.every((byte) => byte === 0)) now.delete(number);
    else now.set(number, page);
  }
  return now;
}

/** The root of the tree over the status of so many entries (RFC 9162 over the pages). */
export function rootOf(pages: Pages, covers: number): Promise<Bytes> {
  const numbers = numbersOf(pages);
  const root = async (begin: number, end: number, from: number, to: number): Promise<Bytes> => {
    if (from === to) return zeroRoot(end - begin);
    if (end - begin === 1) return leafHash(pages.get(begin)!);
    const middle = begin + widthOf(end - begin);
    const cut = firstFrom(numbers, middle, from, to);
    return nodeHash(...(await Promise.all([root(begin, middle, from, cut), root(middle, end, cut, to)])));
  };
  const count = pagesOf(covers);
  return count === 0 ? sha256(new Uint8Array()) : root(0, count, 0, firstFrom(numbers, count, 0, numbers.length));
}

export function statusAt(pages: Pages, index: number, from: number): Status {
  return statusIn(pages.get(Math.floor(index / (2 * pageLength))) ?? zeroPage, index, from);
}

const zeroRoots = new Map<number, Promise<Bytes>>();

/** The root over so many pages that are all zero. */
function zeroRoot(count: number): Promise<Bytes> {
  const known = zeroRoots.get(count);
  if (known) return known;
  const left = widthOf(count);
  const root = count === 1 ? leafHash(zeroPage) : Promise.all([zeroRoot(left), zeroRoot(count - left)]).then(([a, b]) => nodeHash(a, b));
  zeroRoots.set(count, root);
  return root;
}

/** The largest power of two below `count`. */
function widthOf(count: number): number {
  return 2 ** Math.ceil(Math.log2(count) - 1);
}

function numbersOf(pages: Pages): number[] {
  return [...pages.keys()].sort((a, b) => a - b);
}

/** Where in the sorted `numbers`, from `from` to `to`, those from `least` on begin. */
function firstFrom(numbers: readonly number[], least: number, from: number, to: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
