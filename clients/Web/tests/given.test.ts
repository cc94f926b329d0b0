// What people give the page: fingerprints in any writing; and how questions are gathered.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSystemFile } from '../src/check/dropped';
import { Gatherer } from '../src/check/gatherer';
import { parsePasted } from '../src/check/pasted';

const hex = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const hex96 = hex + hex.slice(32);
const hex128 = hex + hex;
const grouped = (text: string, by: string): string => text.replace(/(.{4})(?=.)/g, `$1${by}`);

const lines: readonly (readonly [string, readonly string[], string | null])[] = [
  [hex, ['sha-256', 'sm3'], null],
  [hex.toUpperCase(), ['sha-256', 'sm3'], null],
  [hex96, ['sha-384'], null],
  [hex128, ['sha-512'], null],
  [`sha256:${hex}`, ['sha-256'], null],
  [`sha-256:${hex}`, ['sha-256'], null],
  [`SHA-256: ${hex}`, ['sha-256'], null],
  [`SM3 ${hex}`, ['sm3'], null],
  [`sm3:${hex}`, ['sm3'], null],
  [`SHA512=${hex128}`, ['sha-512'], null],
  [`${hex}  statement.pdf`, ['sha-256', 'sm3'], 'statement.pdf'],
  [`${hex} *my statement.pdf`, ['sha-256', 'sm3'], 'my statement.pdf'],
  [`\\${hex}  a\\nb.pdf`, ['sha-256', 'sm3'], 'a\\nb.pdf'],
  [`SHA256 (statement (1).pdf) = ${hex}`, ['sha-256'], 'statement (1).pdf'],
  [`SHA2-256(statement.pdf)= ${hex}`, ['sha-256'], 'statement.pdf'],
  [`SHA256          ${hex.toUpperCase()}       C:\\post\\statement.pdf`, ['sha-256'], 'C:\\post\\statement.pdf'],
  [`sha-256: ${grouped(hex, ' ')}`, ['sha-256'], null],
  [grouped(hex, '-'), ['sha-256', 'sm3'], null],
  [hex.replace(/(..)(?=.)/g, '$1:'), ['sha-256', 'sm3'], null],
  [hex.slice(1), [], null],
  [`${hex}0`, [], null],
  [`sha-512:${hex}`, [], null],
  [`md5:${hex}`, [], null],
  [`sha-256:${hex}${hex}`, [], null],
  ['CertUtil: -hashfile command completed successfully.', [], null],
];

for (const [line, expected, name] of lines) {
  test(`a pasted line: ${line.slice(0, 40)}… (${line.length})`, () => {
    const { fingerprints, leftOut } = parsePasted(`\uFEFF\r\n  ${line} \r\n`);
    assert.deepEqual(fingerprints.flatMap(({ digests }) => digests.map(({ algorithm }) => algorithm)), expected);
    assert.equal(fingerprints.length + leftOut, 1);
    assert.equal(fingerprints[0]?.name ?? null, name);
    for (const { digests } of fingerprints) for (const digest of digests) assert.match(digest.hex, /^9f86d081[0-9a-f]+$/);
  });
}

test('a pasted text has a limit, and what is beyond it is counted', () => {
  const { fingerprints, leftOut } = parsePasted(Array.from({ length: 1500 }, (_, i) => `${hex.slice(4)}${i.toString(16).padStart(4, '0')}`).join('\n'));
  assert.deepEqual([fingerprints.length, leftOut], [1000, 500]);
});

test('a line that nearly is a fingerprint a thousand times over is read in no time', () => {
  assert.equal(parsePasted(`SHA256 (${'ab '.repeat(100_000)}`).leftOut, 1);
  assert.equal(parsePasted('ab-'.repeat(300_000)).leftOut, 1);
});

test('files that systems add are told from those that people made', () => {
  for (const name of ['.DS_Store', 'a/b/Thumbs.db', 'desktop.ini', '__MACOSX/a.pdf', 'x/__MACOSX/._a.pdf', 'a/._b.pdf']) assert.ok(isSystemFile(name), name);
  for (const name of ['DS_Store', 'my Thumbs.db.pdf', '_a.pdf', 'MACOSX/a.pdf', '.hidden']) assert.ok(!isSystemFile(name), name);
});

test('questions are asked at once, then in batches that double, and the last ones when no more is coming', async () => {
  const batches: number[] = [];
  let coming = 1000;
  let release: () => void = () => undefined;
  const gatherer = new Gatherer<number>(
    100,
    () => 1,
    () => coming > 0,
    (batch) => {
      batches.push(batch.length);
      return new Promise((done) => {
        release = done;
      });
    },
    1e6,
  );
  for (; coming > 0; ) {
    coming--;
    gatherer.add(coming);
    release();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
  }
  while (batches.reduce((sum, size) => sum + size, 0) < 1000) {
    release();
    await new Promise((done) => setImmediate(done));
  }
  assert.deepEqual(batches.slice(0, 7), [1, 2, 4, 8, 16, 32, 64]);
  assert.equal(Math.max(...batches), 100);
  assert.ok(batches.length < 20, `${batches.length}`);
});

test('a question does not wait long for company', async () => {
  const batches: number[][] = [];
  await new Promise<void>((done) => {
    const gatherer = new Gatherer<number>(10, () => 1, () => true, (batch) => {
      batches.push([...batch]);
      if (batches.length === 2) done();
      return Promise.resolve();
    }, 1);
    gatherer.add(1);
    gatherer.add(2);
  });
  assert.deepEqual(batches, [[1], [2]]);
});
