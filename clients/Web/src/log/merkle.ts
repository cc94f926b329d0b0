// RFC 6962 trees; inclusion proofs as RFC 9162, section 2.1.3.2.

import { type Bytes, concat, equal, sha256 } from './bytes.js';

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

export function leafHash(entry: Bytes): Promise<Bytes> {
  return sha256(concat(leafPrefix, entry));
}

export function nodeHash(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(concat(nodePrefix, left, right));
}

/**
 * Whether `path` places `leaf` at `index` under `root`. The path must have exactly the length that index and size ask
 * for; that is known before any hash is looked at.
 */
export async function includes(leaf: Bytes, index: bigint, size: bigint, path: readonly Bytes[], root: Bytes): Promise<boolean> {
  if (index < 0n || index >= size) return false;

  // Up to `inner` the leaf's subtree is left of the tree's right border; above it only left siblings are left over.
  const inner = bitLength(index ^ (size - 1n));
  const border = popCount(index >> BigInt(inner));
  if (path.length !== inner + border) return false;

  let hash = leaf;
  for (const [level, sibling] of path.entries()) {
    const isLeft = level < inner && ((index >> BigInt(level)) & 1n) === 0n;
    hash = isLeft ? await nodeHash(hash, sibling) : await nodeHash(sibling, hash);
  }
  return equal(hash, root);
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

function popCount(value: bigint): number {
  return value.toString(2).replaceAll('0', '').length;
}
