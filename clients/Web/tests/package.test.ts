// `@truecopy/verify` as whoever installs it finds it: packed, and installed from the file alone into a folder that is empty.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, test } from 'node:test';
import type * as Package from '../src/verify';
import answers from '../../../tests/Vectors/answers.json';
import keyChains from '../../../tests/Vectors/keys.json';
import notes from '../../../tests/Vectors/notes.json';
import receipts from '../../../tests/Vectors/receipts.json';

const verify = resolve('../Verify');
const folder = mkdtempSync(join(tmpdir(), 'truecopy-'));
const installed = join(folder, 'node_modules/@truecopy/verify');
const start = (program: string, ...args: readonly string[]) => spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
const run = (program: string, ...args: readonly string[]): void => {
  const { status, stdout, stderr } = start(program, ...args);
  assert.equal(status, 0, stdout + stderr);
};
const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(base64, 'base64'));
const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const snippets = [...readFileSync(join(verify, 'README.md'), 'utf8').matchAll(/```ts\n([^]*?)```/g)].map((found) => found[1]!);
let ours: typeof Package;

before(async () => {
  run('npm', 'pack', verify, '--silent', '--pack-destination', folder);
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  assert.ok(file);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  run('npm', 'install', '--offline', '--no-audit', '--no-fund', '--silent', `./${file}`);
  ours = (await import(pathToFileURL(join(installed, 'dist/verify.js')).href)) as typeof Package;
});

after(() => rmSync(folder, { recursive: true }));

test('the package is what a release of this version brings: code, types, licences, and nothing that it needs', () => {
  const described = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string; dependencies?: object };
  const version = /<Version>(.*)<\/Version>/.exec(readFileSync('../../Directory.Build.props', 'utf8'))?.[1];
  assert.equal(described.version, version);
  assert.equal(described.dependencies, undefined);
  assert.deepEqual(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.')), ['@truecopy']);
  assert.deepEqual(readdirSync(installed).sort(), ['LICENSE', 'README.md', 'dist', 'package.json']);
  assert.ok(readFileSync(join(installed, 'dist/hash-wasm.LICENSE'), 'utf8').includes('Permission is hereby granted'));
  assert.ok(statSync(join(installed, 'dist/verify.js')).size < 128 * 1024);
});

test('the package says of every vector what it should', async () => {
  for (const { name, receipt, sha256, expect } of receipts.cases) {
    const { holds } = await ours.checkReceipt(utf8(receipt), { algorithm: 'sha-256', hex: sha256 }, await ours.parseKeys(receipts.keys));
    assert.equal(holds ? 'holds' : 'refused', expect, name);
  }
  for (const { name, note, expect } of notes.cases) {
    const opened = ours.openCheckpoint(utf8(note), await ours.parseKeys(notes.keys));
    if (expect === 'holds') await opened;
    else await assert.rejects(opened, ours.FormatError, name);
  }
  for (const { name, known, announced, served, expect } of keyChains.cases) {
    const { keys, fault } = await ours.walkKeys(await ours.parseKeys(known), announced, served);
    assert.deepEqual(fault === null ? keys.map(({ line }) => line).sort() : 'refused', Array.isArray(expect) ? expect.toSorted() : 'refused', name);
  }
  const log: Record<string, string> = answers.log;
  for (const { name, answer, sha256, now, seen, expect } of answers.cases) {
    const yardstick = { keys: await ours.parseKeys(answers.keys), seen: seen ?? null, now: Date.parse(now), read: (path: string) => Promise.resolve(bytesOf(log[path]!)) };
    const { verdict, fault } = await ours.judgeAnswer(answer as unknown as Package.Answer, { algorithm: 'sha-256', hex: sha256 }, yardstick);
    assert.equal(verdict ?? fault?.kind, expect, name);
  }
});

test('the package hashes bytes and streams alike, as Node does', async () => {
  const bytes = Buffer.alloc(300_000, 'a document');
  for (const [name, algorithm] of [['sha256', 'sha-256'], ['sha384', 'sha-384'], ['sha512', 'sha-512'], ['sm3', 'sm3']] as const) {
    const hex = createHash(name).update(bytes).digest('hex');
    assert.deepEqual(await ours.hash(bytes, algorithm), [{ algorithm, hex }]);
    assert.deepEqual(await ours.hash(new Blob([bytes]).stream() as unknown as AsyncIterable<Uint8Array>, algorithm, 'sha-256'), [{ algorithm, hex }, ...(await ours.hash(bytes, 'sha-256'))]);
  }
});

test('the snippets of the README compile against the types of the package, without the types of a browser', () => {
  assert.equal(snippets.length, 3);
  for (const [i, snippet] of snippets.entries()) writeFileSync(join(folder, `snippet${i}.ts`), snippet);
  const options = { target: 'ES2022', module: 'NodeNext', lib: ['ES2023'], types: ['node'], typeRoots: [resolve('node_modules/@types')], strict: true, noUncheckedIndexedAccess: true, skipLibCheck: false, outDir: 'out' };
  for (const [name, compilerOptions] of [['node', options], ['browser', { ...options, lib: ['ES2023', 'DOM', 'DOM.AsyncIterable'], module: 'ESNext', moduleResolution: 'Bundler', noEmit: true }]] as const) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ compilerOptions, files: snippets.map((_, i) => `snippet${i}.ts`) }));
    run(resolve('node_modules/.bin/tsc'), '-p', `${name}.json`);
  }
});

test('the snippets of the README check a receipt: one that holds, and one of another file', () => {
  const vector = receipts.cases.find(({ expect }) => expect === 'holds')!;
  mkdirSync(join(folder, 'files'));
  // The recorded vector's document is known by its digest alone, so the snippet is given the digest in place of the file.
  const script = join(folder, 'out/recorded.js');
  const ofDigest = readFileSync(join(folder, 'out/snippet1.js'), 'utf8').replace(/await hash\(.*?\), 'sha-256'\)/, "[{ algorithm: 'sha-256', hex: process.argv[4] }]");
  writeFileSync(script, ofDigest);
  const file = join(folder, 'files/statement.pdf');
  writeFileSync(`${file}.tlog-proof`, vector.receipt);
  const holding = start('node', script, receipts.keys[0]!, file, vector.sha256);
  assert.match(holding.stdout, /^issue by /);
  assert.equal(holding.status, 0, holding.stderr);
  const other = start('node', script, receipts.keys[0]!, file, '00'.repeat(32));
  assert.deepEqual([other.status, other.stdout], [1, 'The receipt is not about this document.\n'], other.stderr);
});

test('what is remembered in files is remembered by the next run, and what is damaged is not', async () => {
  const kept = new Map<string, string | null>();
  const memory = (): Package.Memory => new ours.Memory({ read: (place) => Promise.resolve(kept.get(place) ?? null), write: (place, text) => Promise.resolve(void kept.set(place, text)) });
  const first = await ours.Verifier.open('https://truecopy.example/', receipts.keys[0], memory());
  const next = await ours.Verifier.open('https://truecopy.example', undefined, memory());
  assert.deepEqual([next.trust.held.keys.map(({ line }) => line), next.trust.held.source], [first.trust.held.keys.map(({ line }) => line), 'remembered']);
  kept.set('truecopy.keys', '{"keys":');
  assert.equal((await ours.Verifier.open('https://truecopy.example', undefined, memory())).trust.held.source, 'none');
});
