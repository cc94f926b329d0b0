// Whether a log only grew: both roots are made of the same hashes, read from the log's own tiles.

import { type Bytes, equal, FormatError } from './bytes.js';
import type { Checkpoint } from './checkpoint.js';
import { nodeHash } from './merkle.js';
import { type ReadFile, split, tilePath, tileWidth } from './tiles.js';

const tileHeight = 8;

type Tree = Pick<Checkpoint, 'size' | 'root'>;

/** Whether the tree of `larger` begins with all entries of `smaller`, as the tiles of `larger` show. */
export async function extendsTree(smaller: Tree, larger: Tree, read: ReadFile): Promise<boolean> {
  const [from, to] = [countOf(smaller.size), countOf(larger.size)];
  if (from > to) return false;
  if (from === to) return equal(smaller.root, larger.root);
  if (from === 0) return true;

  // Whole subtrees that the old tree consists of, then those that were added. Each is a node of the new tree as well.
  const tiles = new Map<string, Promise<Bytes[]>>();
  const nodes = new Map<number, Bytes>();
  for (const [start, end] of [[0, from], [from, to]] as const) {
    for (let begin = start; begin < end; ) {
      const width = widthAt(begin, end);
      nodes.set(begin, await subtree(begin, width, to, tiles, read));
      begin += width;
    }
  }
  const rootOf = async (begin: number, end: number, limit: number): Promise<Bytes> => {
    const node = nodes.get(begin);
    if (node !== undefined && end - begin === widthAt(begin, begin < from ? from : limit)) return node;
    const middle = begin + 2 ** Math.ceil(Math.log2(end - begin) - 1);
    return nodeHash(await rootOf(begin, middle, limit), await rootOf(middle, end, limit));
  };
  return equal(await rootOf(0, from, from), smaller.root) && equal(await rootOf(0, to, to), larger.root);
}

/** The widest whole subtree that begins at `begin` and ends before `end`. */
function widthAt(begin: number, end: number): number {
  let width = 1;
  while (begin % (2 * width) === 0 && begin + 2 * width <= end) width *= 2;
  return width;
}

async function subtree(begin: number, width: number, size: number, tiles: Map<string, Promise<Bytes[]>>, read: ReadFile): Promise<Bytes> {
  const height = Math.log2(width);
  const level = Math.floor(height / tileHeight);
  const hashWidth = tileWidth ** level;
  const first = begin / hashWidth;
  const index = Math.floor(first / tileWidth);
  const path = tilePath(level, index, Math.min(tileWidth, Math.floor(size / hashWidth) - index * tileWidth));
  const tile = tiles.get(path) ?? read(path).then(split);
  tiles.set(path, tile);
  const offset = first - index * tileWidth;
  let hashes = (await tile).slice(offset, offset + width / hashWidth);
  if (hashes.length !== width / hashWidth) throw new FormatError('tile: fewer hashes than its path says');
  while (hashes.length > 1) {
    const below = hashes;
    hashes = await Promise.all(Array.from({ length: below.length / 2 }, (_, i) => nodeHash(below[2 * i]!, below[2 * i + 1]!)));
  }
  return hashes[0]!;
}

function countOf(size: bigint): number {
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw new FormatError('checkpoint: a log too large for this browser');
  return Number(size);
}
