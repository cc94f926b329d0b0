// C2SP tlog-tiles: paths, entry bundles, and the root over the right edge of the tree.

import { type Bytes, equal, FormatError } from './bytes.js';
import { leafHash, nodeHash } from './merkle.js';

export const tileWidth = 256;

/** Where a file of the log is read from: paths are those below the log's prefix. */
export type ReadFile = (path: string) => Promise<Bytes>;

/** Path of a hash tile, or of an entry bundle, below the log's prefix. */
export function tilePath(level: number | 'entries', index: number, width: number): string {
  const text = String(index);
  const groups = text.padStart(Math.ceil(text.length / 3) * 3, '0').match(/.{3}/g)!;
  const path = groups.map((group, i) => (i === groups.length - 1 ? group : `x${group}`)).join('/');
  return `tile/${level}/${path}${width < tileWidth ? `.p/${width}` : ''}`;
}

/** Path of the bundle with the entries from `index` × 256 on, in a log of `size`. */
export function bundlePath(index: number, size: number): string {
  return tilePath('entries', index, Math.min(tileWidth, size - index * tileWidth));
}

/** Splits a bundle: uint16 big-endian length, entry, and so on. */
export function parseBundle(bundle: Bytes): Bytes[] {
  const entries: Bytes[] = [];
  let offset = 0;
  while (offset < bundle.length) {
    if (offset + 2 > bundle.length) throw new FormatError('entry bundle: a length prefix is cut off');
    const end = offset + 2 + bundle[offset]! * 256 + bundle[offset + 1]!;
    if (end > bundle.length) throw new FormatError('entry bundle: an entry is cut off');
    entries.push(bundle.slice(offset + 2, end));
    offset = end;
  }
  return entries;
}

/** Whether the entries of the last bundle are those under `root`; reads the right edge of the tree, one tile a level. */
export async function endsWith(entries: readonly Bytes[], size: number, root: Bytes, read: ReadFile): Promise<boolean> {
  let below = await Promise.all(entries.map(leafHash));
  let count = size;
  const peaks: Bytes[] = [];
  for (let level = 0; ; level++) {
    const width = count % tileWidth || tileWidth;
    if (below.length !== width) return false;
    const full = width === tileWidth;
    if (!full) peaks.unshift(...(await peaksOf(below)));
    const above = Math.floor(count / tileWidth);
    if (above === 0) break;

    const widthAbove = above % tileWidth || tileWidth;
    const tile = split(await read(tilePath(level + 1, Math.floor((above - 1) / tileWidth), widthAbove)));
    // A full tile is the last child of the tile above it.
    if (full && !(tile.length > 0 && equal(tile[tile.length - 1]!, (await peaksOf(below))[0]!))) return false;
    [below, count] = [tile, above];
  }
  let hash = peaks[peaks.length - 1];
  for (const peak of peaks.slice(0, -1).reverse()) hash = await nodeHash(peak, hash!);
  return hash !== undefined && equal(hash, root);
}

/** Roots of the perfect subtrees that hashes of one level make up, the largest first. */
async function peaksOf(hashes: readonly Bytes[]): Promise<Bytes[]> {
  const peaks: Bytes[] = [];
  let offset = 0;
  while (offset < hashes.length) {
    const width = 2 ** Math.floor(Math.log2(hashes.length - offset));
    let level = hashes.slice(offset, offset + width);
    while (level.length > 1) {
      level = await Promise.all(Array.from({ length: level.length / 2 }, (_, i) => nodeHash(level[2 * i]!, level[2 * i + 1]!)));
    }
    peaks.push(level[0]!);
    offset += width;
  }
  return peaks;
}

/** The hashes of a tile. */
export function split(tile: Bytes): Bytes[] {
  if (tile.length % 32 !== 0) throw new FormatError('tile: not a number of whole hashes');
  return Array.from({ length: tile.length / 32 }, (_, i) => tile.slice(32 * i, 32 * i + 32));
}
