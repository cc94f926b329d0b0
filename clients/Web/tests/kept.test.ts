// What people take along: tables for spreadsheets, and the manifest and the PDF of evidence.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { manifestOf } from '../src/evidence/manifest';
import { wordsOf } from '../src/evidence/paint';
import { type Page, pdfOf } from '../src/evidence/pdf';
import { plainName, readme } from '../src/evidence/readme';
import { utf8 } from '../src/log/bytes';
import { csv } from '../src/view/csv';

test('a table has a byte order mark, CRLF, and quotes where RFC 4180 asks for them', () => {
  assert.equal(csv([['a', 'b'], ['x,y', 'say "no"'], ['两行\r\n', ' padded ']]), '\uFEFFa,b\r\n"x,y","say ""no"""\r\n"两行\r\n"," padded "\r\n');
  assert.equal(csv([['x;y', 'tab\there']]), '\uFEFF"x;y","tab\there"\r\n');
});

for (const begin of ['=', '+', '-', '@', '\t', '\r', '＝', '＋']) {
  test(`a cell that begins with ${JSON.stringify(begin)} is no formula`, () => {
    const [, row] = csv([['name'], [`${begin}cmd|'/C calc'!A0`]]).split('\r\n');
    assert.match(row!, /^"?'/);
  });
}

test('the manifest lists every file in order, as sha256sum writes it, and depends on each byte', async () => {
  const files = [{ name: 'b.txt', bytes: utf8('b') }, { name: 'folder/a', bytes: utf8('') }];
  const { name, bytes } = await manifestOf(files);
  assert.equal(name, 'SHA256SUMS');
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  assert.equal(new TextDecoder().decode(bytes), `${hash('b')}  b.txt\n${hash('')}  folder/a\n`);
});

const page: Page = {
  pixels: Uint8Array.from({ length: 4 * 3 * 3 }, (_, i) => i),
  width: 4,
  height: 3,
  lines: [
    { text: 'Verified', x: 36, y: 50, size: 10, width: 40 },
    { text: '真确 𠮷 (\\)', x: 36, y: 70, size: 10, width: 60 },
  ],
};

const info = { title: '真确: a.pdf', language: 'zh-Hans', made: '2026-11-26T01:02:03.456Z' };

test('a PDF is the same each time, its cross-references lead to its objects, and its pictures are those that were painted', async () => {
  const bytes = await pdfOf([page, page], info);
  assert.deepEqual(bytes, await pdfOf([page, page], info));
  const file = Buffer.from(bytes).toString('latin1');
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(file)![1]);
  const rows = /^xref\n0 (\d+)\n((?:\d{10} \d{5} [fn] \n)+)trailer/.exec(file.slice(start))!;
  const offsets = rows[2]!.match(/\d{10} \d{5} [fn] \n/g)!;
  assert.equal(offsets.length, Number(rows[1]));
  for (const [i, row] of offsets.entries()) if (i > 0) assert.ok(file.slice(Number(row.slice(0, 10))).startsWith(`${i} 0 obj\n`), `object ${i}`);

  // Every stream is as long as it says.
  for (const [, length, at] of [...file.matchAll(/\/Length (\d+) >>\nstream\n/g)].map((found) => ['', found[1]!, found.index + found[0].length] as const)) {
    assert.ok(file.slice(at + Number(length)).startsWith('\nendstream\n'));
  }
  assert.equal(file.match(/\/Type \/Page\b/g)!.length, 2);
  const image = /\/FlateDecode \/Length (\d+) >>\nstream\n/.exec(file)!;
  const from = image.index + image[0].length;
  assert.deepEqual(new Uint8Array(inflateSync(bytes.subarray(from, from + Number(image[1])))), page.pixels);
  assert.match(file, /\/CreationDate \(D:20261126010203Z\)/);
  assert.ok(file.includes(`/Title <FEFF${Buffer.from(info.title, 'utf16le').swap16().toString('hex').toUpperCase()}>`));
});

test('what a PDF shows can be searched: its codes lead back to the characters, those beyond 256 and outside the BMP too', async () => {
  const many = String.fromCodePoint(...Array.from({ length: 300 }, (_, i) => 0x4e00 + i));
  const shown = [...page.lines, { text: many, x: 0, y: 90, size: 5, width: 500 }];
  const file = Buffer.from(await pdfOf([{ ...page, lines: shown }], info)).toString('latin1');
  const maps = [...file.matchAll(/begincodespacerange[^]+?endcmap/g)].map(
    ([map]) => new Map([...map.matchAll(/^<(..)> <([0-9A-F]+)>$/gm)].map(([, code, text]) => [code!, Buffer.from(text!, 'hex').swap16().toString('utf16le')])),
  );
  assert.equal(maps.length, 2);
  const lines = [...file.matchAll(/^.+ Tz .+ Tj$/gm)].map(([line]) =>
    [...line.matchAll(/\/F(\d+) [\d.]+ Tf <([0-9A-F]+)> Tj/g)].map(([, font, codes]) => codes!.match(/../g)!.map((code) => maps[Number(font)]!.get(code)).join('')).join(''),
  );
  assert.deepEqual(lines, shown.map(({ text }) => text));
});

test('a line of a PDF neither ends in what opens nor begins with what closes', () => {
  for (const [text, words] of [
    ['Fingerprint of the evidence (SHA-256 of the file)', ['Fingerprint ', 'of ', 'the ', 'evidence ', '(SHA-', '256 ', 'of ', 'the ', 'file)']],
    ['a ([b]) “c d” e', ['a ', '([b]) ', '“c ', 'd” ', 'e']],
    ['(', ['(']],
  ] as const) assert.deepEqual(wordsOf(text), words);
  for (const text of ['存证的指纹（文件 SHA256SUMS 的 SHA-256）', '這是列表中「對賬單.pdf」的憑證。', '「（a）」、《b》：c']) {
    const words = wordsOf(text);
    assert.equal(words.join(''), text);
    for (const word of words) {
      assert.doesNotMatch(word, /[\p{Ps}\p{Pi}]\s*$/u);
      assert.doesNotMatch(word, /^[\s\p{Pe}\p{Pf}\p{Po}]/u);
    }
  }
});

test('a name stands in a command only if every shell takes it for a name', () => {
  for (const name of ['statement.pdf', '对账单 2026 (1).pdf']) assert.equal(plainName(name), name);
  for (const name of ['$(reboot).pdf', '-rf', 'a"b', "a'b", 'a`b`', 'a\\b', '%PATH%', 'a!b', 'a\u202Eb', '', '.hidden']) assert.equal(plainName(name), null);
  const text = readme({ document: null, receipts: [{ name: 'receipts/a.tlog-proof', algorithm: 'sm3' }], hasAnswer: false, hasPolicy: false, key: 'k' });
  assert.match(text, /truecopy receipt check DOCUMENT --receipt receipts\/a\.tlog-proof/);
  assert.doesNotMatch(text, /sh check\.sh (?:DOCUMENT|")/);
});
