// `@truecopy/verify` as whoever installs it finds it: packed, and installed from the file alone into a folder that is empty.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, mock, test } from 'node:test';
import ts from 'typescript';
import type * as Package from '../src/verify';
import answers from '../../../tests/Vectors/answers.json';
import keyChains from '../../../tests/Vectors/keys.json';
import notes from '../../../tests/Vectors/notes.json';
import policies from '../../../tests/Vectors/policies.json';
import receipts from '../../../tests/Vectors/receipts.json';

const verify = resolve('../Verify');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'truecopy-')));
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
  for (const library of ['hash-wasm', 'noble']) assert.ok(readFileSync(join(installed, `dist/${library}.LICENSE`), 'utf8').includes('Permission is hereby granted'));
  assert.ok(statSync(join(installed, 'dist/verify.js')).size < 160 * 1024);
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
  for (const { name, policy: file, note, expect } of policies.cases) {
    const said = await ours.parsePolicy(utf8(file)).then(
      (policy) => ours.weigh(ours.parseNote(utf8(note!)), policy, policies.now * 1000).then(
        ({ isMet, sightings }) => [isMet ? 'met' : 'unmet', ...sightings.map(({ witness, at }) => `${witness.name} ${at / 1000}`)].join(' '),
        () => 'refused',
      ),
      (error: unknown) => (error as Error).message,
    );
    assert.equal(said, expect, name);
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
  assert.equal(snippets.length, 4);
  const files = snippets.map((_, i) => join(folder, `snippet${i}.ts`));
  for (const [i, snippet] of snippets.entries()) writeFileSync(files[i]!, snippet);
  const { ModuleKind, ModuleResolutionKind, ScriptTarget } = ts;
  const options = { target: ScriptTarget.ES2022, types: ['node'], typeRoots: [resolve('node_modules/@types')], strict: true, noUncheckedIndexedAccess: true, outDir: join(folder, 'out') };
  compile(files, { ...options, lib: ['lib.es2023.d.ts'], module: ModuleKind.NodeNext });
  compile(files, { ...options, lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.asynciterable.d.ts'], module: ModuleKind.ESNext, moduleResolution: ModuleResolutionKind.Bundler, noEmit: true });
});

/** As tsc does, but all in this process, and of the types of libraries those of the package alone are checked. */
function compile(files: readonly string[], options: ts.CompilerOptions): void {
  const program = ts.createProgram(files, options);
  const sources = program.getSourceFiles().filter(({ fileName }) => files.includes(fileName));
  const ours = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(installed));
  assert.deepEqual([sources.length, ours.length > 0], [files.length, true]);
  const said = [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()];
  for (const file of [...ours, ...sources]) said.push(...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file));
  for (const file of sources) said.push(...program.emit(file).diagnostics);
  assert.equal(ts.formatDiagnostics(said, { getCanonicalFileName: (name) => name, getCurrentDirectory: () => folder, getNewLine: () => '\n' }), '');
}

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

async function withService(listener: RequestListener, use: (address: string) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

const digest = { algorithm: 'sha-256', hex: '00'.repeat(32) } as const;

test('a service that does not answer, or not as one, is a failure of its own kind and never a verdict', async () => {
  const answered: readonly (readonly [string, number, string])[] = [
    ['busy', 503, '{"title":"Not now"}'],
    ['busy', 429, 'null'],
    ['notForYou', 403, '<html>'],
    ['refused', 400, '{"detail":"No."}'],
    ['unreachable', 302, ''],
    ['garbled', 200, 'no JSON'],
    ['garbled', 200, 'null'],
    ['garbled', 200, '{"results":[]}'],
    ['garbled', 200, '{"results":[null]}'],
    ['garbled', 200, `"${'x'.repeat(16 * 1024 * 1024)}"`],
  ];
  for (const [kind, status, body] of answered) {
    const listener: RequestListener = (_, response) => response.writeHead(status, { Location: '/elsewhere' }).end(body);
    await withService(listener, async (address) => {
      await assert.rejects(new ours.Service(address).verifyMany([digest]), (error) => error instanceof ours.ServiceFailure && error.kind === kind, `${kind} ${status} ${body.slice(0, 20)}`);
      await assert.rejects((await ours.Verifier.open(address)).verify([digest]), ours.ServiceFailure);
    });
  }
  await assert.rejects(new ours.Service('http://127.0.0.1:1').verifyMany([digest]), (error) => error instanceof ours.ServiceFailure && error.kind === 'unreachable');
});

test('a service is held to its key, and to what was seen of its log before', async () => {
  const log: Record<string, string> = answers.log;
  const judged = answers.cases.find(({ seen, expect }) => expect === 'verified' && !seen)!;
  let answer: unknown = judged.answer;
  const listener: RequestListener = (request, response) => {
    const file = request.url!.startsWith('/log/') ? log[request.url!.slice('/log/'.length)] : undefined;
    if (request.url === '/v1/verify') response.end(JSON.stringify({ results: [answer] }));
    else if (file !== undefined) response.end(bytesOf(file));
    else response.writeHead(request.url === '/v1/policy' ? 404 : 503).end();
  };
  mock.timers.enable({ apis: ['Date'], now: Date.parse(judged.now) });
  try {
    await withService(listener, async (address) => {
      const kept = new Map<string, string | null>();
      const memory = new ours.Memory({ read: (place) => kept.get(place) ?? null, write: (place, text) => void kept.set(place, text) });
      const verifier = await ours.Verifier.open(address, answers.keys[0], memory);
      const [judgement] = await verifier.verify([{ algorithm: 'sha-256', hex: judged.sha256 }]);
      assert.deepEqual([judgement?.verdict, judgement?.fault], ['verified', null]);
      assert.equal((await memory.seen())?.note, judged.answer.checkpoint.note);

      const otherKey = keyChains.cases.flatMap(({ known }) => known).find((line) => !answers.keys.includes(line))!;
      const [ofAnother] = await (await ours.Verifier.open(address, otherKey)).verify([{ algorithm: 'sha-256', hex: judged.sha256 }]);
      assert.deepEqual([ofAnother?.verdict, ofAnother?.fault?.kind], [null, 'proof']);

      const larger = answers.cases.find(({ expect }) => expect === 'rollback')!;
      await memory.rememberSeen(larger.seen!);
      answer = larger.answer;
      const [rolledBack] = await (await ours.Verifier.open(address, undefined, memory)).verify([{ algorithm: 'sha-256', hex: larger.sha256 }]);
      assert.deepEqual([rolledBack?.verdict, rolledBack?.fault?.kind], [null, 'rollback']);
    });
  } finally {
    mock.timers.reset();
  }
});
