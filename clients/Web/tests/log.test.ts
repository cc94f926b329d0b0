// The log's mathematics, against trees that are made here by the definition of RFC 9162 alone.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { type Bytes, concat, decodeAnyBase64, decodeBase64, decodeHex, encodeHex, equal, FormatError, parseDecimal, utf8 } from '../src/log/bytes';
import { extendsTree } from '../src/log/consistency';
import { includes, leafHash } from '../src/log/merkle';
import { isKeyName, rawOfDer } from '../src/log/note';

const sha256 = (...parts: Uint8Array[]): Bytes => new Uint8Array(createHash('sha256').update(concat(...parts)).digest());
const leaves = (size: number): Bytes[] => Array.from({ length: size }, (_, i) => sha256(Uint8Array.of(0), utf8(`${i}`)));
const half = (size: number): number => 2 ** Math.ceil(Math.log2(size) - 1);

function rootOf(tree: readonly Bytes[]): Bytes {
  return tree.length === 1 ? tree[0]! : sha256(Uint8Array.of(1), rootOf(tree.slice(0, half(tree.length))), rootOf(tree.slice(half(tree.length))));
}

function pathOf(index: number, tree: readonly Bytes[]): Bytes[] {
  if (tree.length === 1) return [];
  const middle = half(tree.length);
  return index < middle
    ? [...pathOf(index, tree.slice(0, middle)), rootOf(tree.slice(middle))]
    : [...pathOf(index - middle, tree.slice(middle)), rootOf(tree.slice(0, middle))];
}

test('a leaf is not a node: its hash begins with another byte', async () => {
  assert.ok(equal(await leafHash(utf8('7')), leaves(8)[7]!));
});

test('every leaf of every small tree is in it, at its own index alone and by its whole path alone', async () => {
  for (let size = 1; size <= 17; size++) {
    const tree = leaves(size);
    const root = rootOf(tree);
    for (const [index, leaf] of tree.entries()) {
      const path = pathOf(index, tree);
      const holds = (at: number, of: number, by: readonly Bytes[]): Promise<boolean> => includes(leaf, BigInt(at), BigInt(of), by, root);
      assert.ok(await holds(index, size, path), `${index} of ${size}`);
      for (let other = 0; other <= size; other++) assert.ok(other === index || !(await holds(other, size, path)), `${index} of ${size} as ${other}`);
      assert.ok(!(await holds(index, size, [...path, root])));
      if (path.length > 0) assert.ok(!(await holds(index, size, path.slice(1))));
    }
  }
});

test('a tree goes on from every one of its beginnings and from nothing else', async () => {
  for (const size of [1, 2, 3, 7, 8, 255, 256, 257, 300]) {
    const tree = leaves(size);
    const read = (path: string): Promise<Bytes> => Promise.resolve(tileOf(path, tree));
    const whole = { size: BigInt(size), root: rootOf(tree) };
    for (const from of [1, 2, 3, 5, 8, 200, 256, 299].filter((each) => each <= size)) {
      const before = { size: BigInt(from), root: rootOf(tree.slice(0, from)) };
      assert.ok(await extendsTree(before, whole, read), `${from} of ${size}`);
      assert.ok(!(await extendsTree({ ...before, root: sha256(before.root) }, whole, read)), `${from} of ${size}, another root`);
      if (from < size) assert.ok(!(await extendsTree(before, { ...whole, root: sha256(whole.root) }, read)), `${from} of ${size}, into another root`);
    }
    assert.ok(!(await extendsTree({ ...whole, size: whole.size + 1n }, whole, read)));
  }
});

/** A tile of level 0 or 1, as C2SP tlog-tiles has it. */
function tileOf(path: string, tree: readonly Bytes[]): Bytes {
  const match = /^tile\/([01])\/(\d{3})(?:\.p\/(\d+))?$/.exec(path);
  assert.ok(match, path);
  const [level, index, width] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 256)];
  const span = 256 ** level;
  return concat(...Array.from({ length: width }, (_, i) => rootOf(tree.slice((index * 256 + i) * span, (index * 256 + i + 1) * span))));
}

test('base64 has one spelling for each value', () => {
  assert.deepEqual(decodeBase64('AQI=', 'x'), Uint8Array.of(1, 2));
  for (const other of ['AQI', 'AQJ=', ' AQI=', 'AQI=\n', 'AQ==I', 'AQ-_']) assert.throws(() => decodeBase64(other, 'x'), FormatError, other);
  assert.deepEqual(decodeAnyBase64('AQJ=', 'x'), { bytes: Uint8Array.of(1, 2), canonical: false });
});

test('hex is pairs of digits', () => {
  assert.equal(encodeHex(decodeHex('00aBfF')!), '00abff');
  for (const other of ['0', '0g', ' 00', '0x00']) assert.equal(decodeHex(other), null, other);
});

test('a decimal has no sign, space or leading zero, and fits into 63 bits', () => {
  assert.equal(parseDecimal('0'), 0n);
  assert.equal(parseDecimal('9223372036854775807'), 2n ** 63n - 1n);
  for (const other of ['', '00', '01', '+1', '-1', ' 1', '1 ', '1e3', '٣', '9223372036854775808']) assert.equal(parseDecimal(other), null, other);
});

test('a key name has no white space and no plus', () => {
  assert.ok(isKeyName('truecopy.localhost/log'));
  for (const other of ['', 'a b', 'a+b', 'a\u00a0b', 'a\u2028b', 'a\nb']) assert.ok(!isKeyName(other), JSON.stringify(other));
});

test('a signature in DER is read in its shortest form alone', () => {
  const der = (r: number[], s: number[]): Uint8Array => Uint8Array.of(0x30, 4 + r.length + s.length, 2, r.length, ...r, 2, s.length, ...s);
  const raw = rawOfDer(der([0, 0x80], [1]));
  assert.equal(raw?.[31], 0x80);
  assert.equal(raw[63], 1);
  for (const [r, s] of [[[0, 1], [1]], [[0x80], [1]], [[], [1]], [new Array<number>(33).fill(1), [1]]] as [number[], number[]][]) assert.equal(rawOfDer(der(r, s)), null);
  assert.equal(rawOfDer(Uint8Array.of(...der([1], [1]), 0)), null);
});
