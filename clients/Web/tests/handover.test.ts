// Packages by themselves: what this page seals the stock tools open, and what others seal it holds to the rules.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Encrypter } from 'age-encryption';
import { type Bytes, utf8 } from '../src/log/bytes';
import { type Consent, type ConsentReader, requireForUs, writeConsent } from '../src/handover/consent';
import { readIdentity } from '../src/handover/identity';
import { OpenedPackage } from '../src/handover/open';
import type { RefusalRule } from '../src/handover/refusal';
import { Sealed } from '../src/handover/sealed';
import { seal } from '../src/handover/seal';
import { documents, draftOf, makeIdentity, origin, refusedBy, sealed, sealedZip, zipOf } from './package';

const folder = mkdtempSync(join(tmpdir(), 'truecopy-'));
after(() => rmSync(folder, { recursive: true }));
const text = new TextDecoder();
const has = (program: string, ...args: readonly string[]): boolean => spawnSync(program, args).error === undefined;
const missing = (program: string): string | false => !has(program, '--help') && `${program} is not installed here`;

async function contentOf(opened: OpenedPackage, index: number): Promise<string> {
  const pieces: Bytes[] = [];
  await opened.read(index, (piece) => void pieces.push(piece));
  return text.decode(Buffer.concat(pieces));
}

test('what is sealed is opened again, byte for byte, with its receipts and the exact consent', async () => {
  const identity = await makeIdentity();
  const { file, bytes, length, digest, progress } = await sealed(identity);
  assert.equal(file.size, length);
  assert.equal(digest, createHash('sha256').update(Buffer.from(await file.arrayBuffer())).digest('hex'));
  const opened = await OpenedPackage.open(file, identity);
  assert.deepEqual(opened.consentBytes, bytes);
  assert.deepEqual(opened.consent.documents.map(({ name }) => name), documents.map(([name]) => name));
  for (const [i, [, content]] of documents.entries()) assert.equal(await contentOf(opened, i), content);
  assert.equal(text.decode(opened.receiptOf(0)!), 'the receipt of the first');
  assert.equal(opened.receiptOf(1), null);
  assert.equal(progress, documents.reduce((all, [, content]) => all + utf8(content).length, 0));
});

test('a document of many pieces comes back whole, and any part of it can be read', async () => {
  const identity = await makeIdentity();
  const content = Buffer.alloc(1_000_003, 'many pieces ');
  const { file } = await sealed(identity, [['large.bin', content.toString()]]);
  const opened = await OpenedPackage.open(file, identity);
  assert.equal(await contentOf(opened, 0), content.toString());
  const zip = await Sealed.open(file, identity);
  const whole = Buffer.from(await zip.readUint8Array(0, zip.size));
  for (const [from, length] of [[0, 1], [65_535, 2], [65_536, 65_536], [zip.size - 5, 100], [200_000, 300_000]] as const) {
    assert.deepEqual(Buffer.from(await zip.readUint8Array(from, length)), whole.subarray(from, from + length));
  }
});

test('age opens what is sealed here, and unzip and Python find all of it', { skip: missing('age') || missing('unzip') || missing('python3') }, async () => {
  const identity = await makeIdentity();
  const { file } = await sealed(identity);
  writeFileSync(join(folder, 'key.txt'), `# created by a test\n${identity.secret}\n`);
  writeFileSync(join(folder, 'a.truecopy'), Buffer.from(await file.arrayBuffer()));
  const run = (program: string, ...args: readonly string[]): Buffer => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder });
    assert.equal(status, 0, stderr.toString());
    return stdout;
  };
  writeFileSync(join(folder, 'a.zip'), run('age', '-d', '-i', 'key.txt', 'a.truecopy'));
  run('unzip', '-q', '-d', 'out', 'a.zip');
  for (const [name, content] of documents) assert.equal(readFileSync(join(folder, 'out/documents', name), 'utf8'), content);
  assert.match(readFileSync(join(folder, 'out/READ-ME.txt'), 'utf8'), /By hand[^]*人工核对[^]*人手核對/);
  const listed = run('python3', '-c', 'import zipfile; z = zipfile.ZipFile("a.zip"); assert z.testzip() is None; print("\\n".join(z.namelist()))').toString();
  assert.deepEqual(listed.trimEnd().split('\n'), ['consent.json', 'READ-ME.txt', 'documents/statement.pdf', 'receipts/statement.pdf.tlog-proof', 'documents/对账单.txt']);
});

test('what age seals and Python zips is opened here', { skip: missing('age') || missing('python3') }, async () => {
  const identity = await makeIdentity();
  const { bytes } = writeConsent(draftOf(identity), 'ab'.repeat(32), new Date('2026-11-26T12:00:00Z'));
  writeFileSync(join(folder, 'consent.json'), bytes);
  const script = `
import sys, zipfile
with zipfile.ZipFile(sys.stdout.buffer, "w", zipfile.ZIP_STORED) as z:
    z.writestr("consent.json", open("consent.json", "rb").read())
    z.writestr("READ-ME.txt", "by hand")
    z.writestr("documents/statement.pdf", ${JSON.stringify(documents[0]![1])})
    z.writestr("receipts/statement.pdf.tlog-proof", "the receipt of the first")
    z.writestr("documents/对账单.txt", ${JSON.stringify(documents[1]![1])})
`;
  const zipped = spawnSync('python3', ['-c', script], { cwd: folder });
  assert.equal(zipped.status, 0, zipped.stderr.toString());
  const sealing = spawnSync('age', ['-r', identity.recipient], { cwd: folder, input: zipped.stdout });
  assert.equal(sealing.status, 0, sealing.stderr.toString());
  const opened = await OpenedPackage.open(new Blob([new Uint8Array(sealing.stdout)]), identity);
  assert.equal(await contentOf(opened, 0), documents[0]![1]);
  assert.equal(await contentOf(opened, 1), documents[1]![1]);
});

test('an identity file is that of age-keygen, and nothing else', async () => {
  const identity = await makeIdentity();
  const read = (content: string) => readIdentity(new Blob([content]));
  assert.deepEqual(await read(`# created: 2026-11-26\n# public key: ${identity.recipient}\r\n${identity.secret}\n`), identity);
  for (const content of ['', 'no key', `${identity.secret}\n${identity.secret}`, identity.recipient, `${identity.secret.slice(0, -1)}Q`, `AGE-SECRET-KEY-PQ-1${'Q'.repeat(50)}`]) {
    await assert.rejects(read(content), { message: /^identity: / });
  }
});

test('a package that is cut, changed or for somebody else is refused in its own words', async () => {
  const [identity, other] = [await makeIdentity(), await makeIdentity()];
  const { file } = await sealed(identity, [['large.bin', 'x'.repeat(200_000)]]);
  const all = new Uint8Array(await file.arrayBuffer());
  const open = (bytes: Bytes, by = identity) => OpenedPackage.open(new Blob([bytes]), by);
  await refusedBy('otherKey', open(all, other));
  await refusedBy('notSealed', open(utf8('PK\x03\x04 a zip that nobody sealed')));
  await refusedBy('notSealed', open(new Uint8Array()));
  for (const length of [30, 150, 200, 220, all.length - 1, all.length - 16, all.length - 65_552]) await refusedBy('damaged', open(all.slice(0, length)));
  await refusedBy('damaged', open(new Uint8Array([...all, 0])));
  for (const at of [60, 140, 205, all.length - 1]) {
    const changed = all.slice();
    changed[at]! ^= 1;
    await assert.rejects(open(changed), (error: { rule?: RefusalRule }) => error.rule === 'damaged' || error.rule === 'otherKey');
  }
  // A piece in the middle is found when it is read.
  const changed = all.slice();
  changed[100_000]! ^= 1;
  const opened = await open(changed);
  await refusedBy('damaged', opened.read(0, () => undefined));
});

test('a header without end or of too many stanzas is not read on', async () => {
  const identity = await makeIdentity();
  const open = (content: string) => OpenedPackage.open(new Blob([content]), identity);
  await refusedBy('damaged', open(`age-encryption.org/v1\n${'-> X25519 a\n'.repeat(10_000)}`));
  const encrypter = new Encrypter();
  for (let i = 0; i < 21; i++) encrypter.addRecipient(identity.recipient);
  await refusedBy('damaged', OpenedPackage.open(new Blob([new Uint8Array(await encrypter.encrypt('x'))]), identity));
});

const entries = (): [string, string | Bytes][] => [
  ['consent.json', ''],
  ['READ-ME.txt', 'by hand'],
  ['documents/statement.pdf', documents[0]![1]],
  ['receipts/statement.pdf.tlog-proof', 'the receipt of the first'],
  ['documents/对账单.txt', documents[1]![1]],
];

const malformed: [string, RefusalRule, (entries: [string, string | Bytes][]) => [string, string | Bytes][]][] = [
  ['its consent is not first', 'noConsent', (all) => [...all.slice(1), all[0]!]],
  ['there is no consent', 'noConsent', (all) => all.slice(1)],
  ['a document is missing', 'missing', (all) => all.slice(0, 4)],
  ['a receipt is missing', 'missing', (all) => all.filter(([name]) => !name.startsWith('receipts'))],
  ['a document is there that the consent does not name', 'unnamed', (all) => [...all, ['documents/more.pdf', 'x']]],
  ['a receipt is there that the consent does not name', 'unnamed', (all) => [...all, ['receipts/对账单.txt.tlog-proof', 'x']]],
  ['a document has another content', 'altered', (all) => all.map(([name, content]) => [name, name === 'documents/statement.pdf' ? 'X'.repeat(content.length) : content])],
  ['a document is longer than the consent states', 'altered', (all) => all.map(([name, content]) => [name, name === 'documents/statement.pdf' ? `${text.decode(utf8(content as string))}!` : content])],
  ['a receipt is too long', 'receiptTooLong', (all) => all.map(([name, content]) => [name, name.startsWith('receipts') ? 'x'.repeat(65_537) : content])],
  ['there is a file that no package has', 'foreignEntry', (all) => [...all, ['autorun.inf', 'x']]],
  ['a name leads out of the folder', 'name', (all) => [...all, ['documents/../../.bashrc', 'x']]],
  ['a name leads out of the folder from the top', 'name', (all) => [...all, ['../evil', 'x']]],
  ['a name has a backslash', 'name', (all) => [...all, ['documents/..\\evil', 'x']]],
  ['a name is that of a device', 'name', (all) => [...all, ['documents/con.pdf', 'x']]],
  ['a name turns the direction of writing', 'name', (all) => [...all, ['documents/fdp.\u202Eexe', 'x']]],
  ['two names differ in case only', 'duplicate', (all) => [...all, ['documents/STATEMENT.pdf', 'x']]],
  ['there is a folder by itself', 'foreignEntry', (all) => [...all, ['documents/folder/', '']]],
];

for (const [what, rule, change] of malformed) {
  test(`a package is refused where ${what}`, async () => {
    const identity = await makeIdentity();
    const { bytes } = writeConsent(draftOf(identity), 'ab'.repeat(32), new Date('2026-11-26T12:00:00Z'));
    const own = change(entries().map(([name, content]) => [name, name === 'consent.json' ? bytes : content]));
    const file = await sealedZip(identity, await zipOf(own));
    const opening = OpenedPackage.open(file, identity).then((opened) => opened.read(0, () => undefined));
    await refusedBy(rule, opening);
  });
}

test('the same package without any of these changes is opened', async () => {
  const identity = await makeIdentity();
  const { bytes } = writeConsent(draftOf(identity), 'ab'.repeat(32), new Date('2026-11-26T12:00:00Z'));
  const file = await sealedZip(identity, await zipOf(entries().map(([name, content]) => [name, name === 'consent.json' ? bytes : content])));
  assert.equal(await contentOf(await OpenedPackage.open(file, identity), 0), documents[0]![1]);
});

test('a zip that is packed by itself, or in which something lies between, before or after its files, is refused', async () => {
  const identity = await makeIdentity();
  const { bytes } = writeConsent(draftOf(identity), 'ab'.repeat(32), new Date('2026-11-26T12:00:00Z'));
  const own = entries().map(([name, content]): [string, string | Bytes] => [name, name === 'consent.json' ? bytes : content]);
  const refused = async (zip: Bytes) => refusedBy('damaged', OpenedPackage.open(await sealedZip(identity, zip), identity));
  await refused(await zipOf(own, { level: 6 }));
  await refused(await zipOf(own, {}, 'a comment'));
  const plain = await zipOf(own);
  await refused(new Uint8Array([0, ...plain]));
  await refused(new Uint8Array([...plain, 0]));
  const buffer = Buffer.from(plain);
  const directory = buffer.readUInt32LE(buffer.length - 6);
  const between = Buffer.concat([buffer.subarray(0, directory), Buffer.from('hidden'), buffer.subarray(directory)]);
  between.writeUInt32LE(directory + 6, between.length - 6);
  await refused(new Uint8Array(between));
});

test('a file that changed since it was checked is not sealed', async () => {
  const identity = await makeIdentity();
  const { consent, bytes } = writeConsent(draftOf(identity), 'ab'.repeat(32), new Date());
  const packed = documents.map(([, content]) => ({ file: new Blob([content.toUpperCase()]), receipt: utf8('receipt') }));
  await refusedBy('altered', seal(consent, bytes, packed, { write: () => Promise.resolve() }, () => undefined));
});

test('a consent is held to whoever opened it', async () => {
  const [identity, other] = [await makeIdentity(), await makeIdentity()];
  const { consent } = writeConsent(draftOf(identity), 'ab'.repeat(32), new Date('2026-11-26T12:00:00Z'));
  const ours: ConsentReader = { id: 'lender', encryptionKey: identity.recipient, purposes: ['credit'], log: origin, handover: 'ab'.repeat(32) };
  const at = Date.parse('2026-12-01T00:00:00Z');
  requireForUs(consent, ours, at);
  requireForUs(consent, { ...ours, id: null, handover: null }, at);
  const refused = (rule: RefusalRule, reader: Partial<ConsentReader>, now = at, of: Consent = consent) =>
    assert.throws(() => requireForUs(of, { ...ours, ...reader }, now), (error: { rule?: RefusalRule }) => error.rule === rule);
  refused('otherReceiver', { id: 'insurer' });
  refused('otherReceiver', { encryptionKey: other.recipient });
  refused('otherLog', { log: 'other.example' });
  refused('otherHandover', { handover: 'cd'.repeat(32) });
  refused('purpose', { purposes: ['insurance'] });
  refused('ended', {}, Date.parse(consent.until));
});
