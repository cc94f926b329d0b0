// The consent by itself, the secrets of a handover, and what is believed of receivers and traces.

import assert from 'node:assert/strict';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Consent, consentLanguages, declineReasons, maxPurposeText, maxText, parseConsent, purposes, writeConsent } from '../src/handover/consent';
import { documentName, maxDocuments, nameFault, sameKey } from '../src/handover/limits';
import { consentProofOf, createSecret, formatSecret, idOf, lockOf, opens, parseSecret, withdrawKeyOf } from '../src/handover/locks';
import { repeatedMember } from '../src/handover/members';
import { proveReceivers } from '../src/handover/receivers';
import { takeRoom } from '../src/handover/room';
import { type HandoverState, proveTrace, type Trace } from '../src/handover/trace';
import { Service } from '../src/service/http';
import { Verifier } from '../src/service/verifier';
import { utf8 } from '../src/log/bytes';
import { verdicts } from '../src/service/answers';
import { Memory } from '../src/trust/memory';
import { Oversight } from '../src/trust/oversight';
import { Trust } from '../src/trust/trust';
import { draftOf, makeIdentity, refusedBy } from './package';
import { commitmentOf, Register } from './register';

const hash = (label: string, content: Uint8Array): string => createHash('sha256').update(`${label}\0`).update(content).digest('hex');
const hashHex = (hex: string): string => createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex');

test('secrets and locks are those of the format', async () => {
  const secret = new Uint8Array(Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex'));
  assert.equal(await idOf(secret), hash('truecopy/handover/v1', secret));
  const key = await withdrawKeyOf(secret);
  assert.equal(key, hash('truecopy/withdraw/v1', secret));
  assert.equal(await lockOf(key), hashHex(key));
  assert.equal(await consentProofOf(utf8('{}')), hash('truecopy/consent/v1', utf8('{}')));
  assert.deepEqual([await opens(key, hashHex(key)), await opens(key.toUpperCase(), hashHex(key)), await opens(key, key), await opens(undefined, hashHex(key))], [true, false, false, false]);
});

test('a trace secret has one spelling', () => {
  const secret = createSecret();
  const text = formatSecret(secret);
  assert.deepEqual(parseSecret(text), secret);
  const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  // The bits that mean nothing are zero.
  for (const wrong of [`${text}=`, text.slice(1), `${text}A`, '', text.slice(0, -1) + last.charAt(last.indexOf(text.slice(-1)) + 1)]) assert.equal(parseSecret(wrong), null, wrong);
});

test('what is written is read, and is what was agreed to', async () => {
  const draft = draftOf(await makeIdentity());
  const { consent, bytes } = writeConsent(draft, 'ab'.repeat(32), new Date('2026-11-26T12:00:00.123Z'));
  assert.deepEqual(parseConsent(bytes), consent);
  assert.equal(consent.givenAt, '2026-11-26T12:00:00Z');
  for (const name of ['log', 'receiver', 'purpose', 'scope', 'until', 'language', 'documents'] as const) assert.deepEqual(consent[name], draft[name]);
  assert.notEqual(writeConsent(draft, 'ab'.repeat(32), new Date()).consent.nonce, consent.nonce);
});

const changes: [string, (consent: Consent) => object][] = [
  ['another version', (all) => ({ ...all, v: 2 })],
  ['an unknown member', (all) => ({ ...all, more: true })],
  ['an id of capitals', (all) => ({ ...all, handover: 'AB'.repeat(32) })],
  ['a short nonce', (all) => ({ ...all, nonce: 'ab' })],
  ['an unknown purpose', (all) => ({ ...all, purpose: 'marketing' })],
  ['another purpose without words', (all) => ({ ...all, purpose: 'other' })],
  ['a long purpose', (all) => ({ ...all, purposeText: 'x'.repeat(maxPurposeText + 1) })],
  ['an empty scope', (all) => ({ ...all, scope: '' })],
  ['a scope that is null', (all) => ({ ...all, scope: null })],
  ['a scope with space at its end', (all) => ({ ...all, scope: 'all ' })],
  ['conditions that turn the direction of writing', (all) => ({ ...all, conditions: 'a\u202Eb' })],
  ['a purpose of two lines', (all) => ({ ...all, purposeText: 'a\nb' })],
  ['a time of another zone', (all) => ({ ...all, until: '2027-05-26T12:00:00+08:00' })],
  ['a day that is none', (all) => ({ ...all, until: '2027-13-26T12:00:00Z' })],
  ['an end before it was given', (all) => ({ ...all, until: all.givenAt })],
  ['another language', (all) => ({ ...all, language: 'fr' })],
  ['no documents', (all) => ({ ...all, documents: [] })],
  ['a key with a letter wrong', (all) => ({ ...all, receiver: { ...all.receiver, encryptionKey: all.receiver.encryptionKey.replace(/.$/, (last) => (last === 'q' ? 'p' : 'q')) } })],
  ['a receiver of an impossible id', (all) => ({ ...all, receiver: { ...all.receiver, id: 'Lender' } })],
  ['a receiver with more', (all) => ({ ...all, receiver: { ...all.receiver, more: 1 } })],
  ['an index below zero', (all) => ({ ...all, receiver: { ...all.receiver, logIndex: -1 } })],
  ...([
    ['an unknown verdict', { verdict: 'fine' }],
    ['a digest of another algorithm', { digest: `sm3:${'ab'.repeat(32)}` }],
    ['a digest of capitals', { digest: `sha-256:${'AB'.repeat(32)}` }],
    ['a length that is no number', { length: '12' }],
    ['insistence where it is verified', { insisted: true }],
    ['no insistence where it is not', { verdict: 'revoked' }],
    ['a receipt of maybe', { receipt: 1 }],
  ] as const).map(([what, more]): [string, (consent: Consent) => object] => [what, (all) => ({ ...all, documents: all.documents.map((document, i) => (i === 0 ? { ...document, ...more } : document)) })]),
];

for (const [what, change] of changes) {
  test(`a consent is refused that has ${what}`, async () => {
    const { consent } = writeConsent(draftOf(await makeIdentity()), 'ab'.repeat(32), new Date('2026-11-26T12:00:00Z'));
    const refused = (value: object) => refusedBy('consentMalformed', Promise.resolve().then(() => parseConsent(utf8(JSON.stringify(value)))));
    await refused(change(consent));
    // For that reason, and no other.
    parseConsent(utf8(JSON.stringify(consent)));
  });
}

test('a member that is there twice is found wherever it is, and a text that looks like one is not', () => {
  for (const [text, found] of [['{"a":1,"a":2}', 'a'], ['{"a":{"b":[{"c":1,"\\u0063":2}]}}', 'c'], ['{"a":{"a":{"a":[]}},"b":["a","a"]}', null], ['{"a":"\\"a\\":1,","b":"{\\"b\\":1}"}', null], ['[{"a":1},{"a":1}]', null]] as const) {
    assert.equal(repeatedMember(text), found, text);
  }
});

test('the words and lengths are those of the published schema', () => {
  const schema = JSON.parse(readFileSync('../../docs/consent.schema.json', 'utf8')) as { properties: Record<string, { enum?: string[]; maxLength?: number; maxItems?: number; items?: { properties: Record<string, { enum?: string[] }> } }> };
  const { properties } = schema;
  assert.deepEqual(properties.purpose!.enum, purposes);
  assert.deepEqual(properties.language!.enum, consentLanguages);
  assert.deepEqual([properties.purposeText!.maxLength, properties.scope!.maxLength, properties.conditions!.maxLength, properties.documents!.maxItems], [maxPurposeText, maxText, maxText, maxDocuments]);
  assert.deepEqual(new Set(properties.documents!.items!.properties.verdict!.enum), new Set([...verdicts, 'noAnswer']));
  const format = readFileSync('../../docs/handover-format.md', 'utf8');
  assert.ok(format.replace(/\s+/g, ' ').includes(`Reasons to decline: ${declineReasons.map((reason) => `\`${reason}\``).join(', ')}.`));
});

test('whatever a file is called, its name in the package is one that every computer takes, and its own', () => {
  const taken = new Set<string>();
  for (const given of ['statement.pdf', 'Statement.PDF', 'folder/statement.pdf', 'con.txt', 'a<b>.pdf', '..', '.', ' ', 'x. ', `${'长'.repeat(300)}.pdf`, 'fdp.\u202Eexe', 'C:\\x\\y.pdf', '\uD800.pdf', '']) {
    const name = documentName(given, taken);
    assert.equal(nameFault(name), null, `${given}: ${name}`);
    assert.ok(!taken.has(sameKey(name)), name);
    taken.add(sameKey(name));
  }
  assert.equal(documentName('对账单 2026.pdf', taken), '对账单 2026.pdf');
});

test('where a browser has no files a package has as much room as is said, and no more', async () => {
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  const room = await takeRoom(10, 10);
  await room.write(new Uint8Array(10));
  await refusedBy('noRoom', room.write(new Uint8Array(1)));
  await refusedBy('noRoom', takeRoom(11, 10));
  assert.equal((await (await takeRoom(0, 10)).finish()).size, 0);
});

const commitment = (opening: Buffer): object => ({ algorithm: 'sha-256', commitment: commitmentOf(opening, 'cd'.repeat(32)) });

/** A log with a receiver, and one handover of it. */
class Scene {
  readonly register = new Register();
  readonly secret = createSecret();
  readonly proof = 'ab'.repeat(32);
  readonly events: { act: string; index: number; note?: string }[] = [];
  readonly receiver: number;
  constructor(readonly recipient: string, more: object = {}) {
    this.receiver = this.register.append({ act: 'receiver', receiver: 'lender', legalName: 'Lender', jurisdiction: 'HK', encryptionKey: recipient, purposes: ['credit'], keepsDays: 30, ...more });
  }

  act(act: string, more: object = {}, note?: string): void {
    const opening = randomBytes(32);
    const index = this.register.append({ act, ...(this.events[0] && { target: this.events[0].index }), ...commitment(opening), ...(note !== undefined && { noteCommitment: createHmac('sha256', opening).update(`note\0${note}`).digest('hex') }), ...more });
    this.register.hide(index, opening);
    this.events.push({ act, index, ...(note !== undefined && { note }) });
  }

  async handover(more: object = {}): Promise<this> {
    this.act('handover', { lock: hashHex(this.proof), withdrawLock: hashHex(await withdrawKeyOf(this.secret)), ...more });
    return this;
  }

  trace(state: HandoverState): Trace {
    const text = (index: number, note?: string): string => new TextDecoder().decode(this.register.receipt(index, { status: false, more: note === undefined ? {} : { note } }));
    return { id: 'ab'.repeat(32), receiver: 'lender', state, events: this.events.map(({ act, index, note }) => ({ act: act as 'handover', at: this.register.at, logIndex: index, receipt: text(index, note) })) };
  }

  async verifier(): Promise<Verifier> {
    const memory = Memory.ofThisRun();
    const { register } = this;
    const service = new (class extends Service {
      override readonly logFile = (path: string) => Promise.resolve(register.tiles().find(([own]) => own === path)?.[1] ?? utf8(''));
    })('');
    return new Verifier(service, memory, await Trust.give(register.line, memory), await Oversight.load(memory));
  }

  async listed(index = this.receiver, logIndex = index) {
    const proof = this.register.proof(index, { entry: this.register.entries[index]!.toString('base64'), status: this.register.status(index) });
    return proveReceivers({ receivers: [{ id: 'lender', logIndex, proof }] }, await this.verifier());
  }
}

test('a receiver is what the log says of it now', async () => {
  const { recipient } = await makeIdentity();
  const scene = new Scene(recipient);
  scene.register.seal();
  const { receivers, fault } = await scene.listed();
  assert.equal(fault, null);
  assert.deepEqual(receivers.map(({ id, encryptionKey, purposes: own, keepsDays, logIndex }) => [id, encryptionKey, own, keepsDays, logIndex]), [['lender', recipient, ['credit'], 30, 1]]);
});

test('a receiver of before, of another index, without a key, or an entry that is no receiver is not believed', async () => {
  const { recipient } = await makeIdentity();
  const replaced = new Scene(recipient);
  replaced.register.codes[1] = 4;
  replaced.register.seal();
  assert.equal((await replaced.listed()).fault?.kind, 'standing');
  const right = new Scene(recipient);
  right.register.seal();
  assert.equal((await right.listed(1, 2)).fault?.kind, 'proof');
  assert.equal((await right.listed(0, 0)).fault?.kind, 'standing');
  for (const more of [{ encryptionKey: 'age1pq' }, { purposes: [] }, { receiver: 'other' }, { keepsDays: undefined }]) {
    const scene = new Scene(recipient, more);
    scene.register.seal();
    assert.equal((await scene.listed()).fault?.kind, 'proof', JSON.stringify(more));
  }
});

const known = (scene: Scene) => ({ secret: scene.secret, lock: hashHex(scene.proof), digest: 'cd'.repeat(32) });

test('a handover is traced through all that becomes of it', async () => {
  const scene = await new Scene((await makeIdentity()).recipient).handover();
  scene.act('received', { proof: scene.proof });
  scene.act('used', {}, '{"purpose":"credit"}');
  scene.act('withdrawn', { proof: await withdrawKeyOf(scene.secret) });
  scene.register.seal();
  const { events, state, fault } = await proveTrace(scene.trace('withdrawn'), known(scene), await scene.verifier());
  assert.equal(fault, null);
  assert.equal(state, 'withdrawn');
  assert.deepEqual(events.map(({ act, note }) => [act, note?.purpose]), [['handover', undefined], ['received', undefined], ['used', 'credit'], ['withdrawn', undefined]]);
});

const forgeries: [string, HandoverState, (scene: Scene) => Promise<void> | void, object?][] = [
  ['received without the opened consent', 'received', (scene) => scene.act('received', { proof: 'ef'.repeat(32) })],
  ['received without any proof', 'received', (scene) => scene.act('received')],
  ['withdrawn by somebody else', 'withdrawn', (scene) => scene.act('withdrawn', { proof: scene.proof })],
  ['declined with a proof that is none', 'declined', (scene) => scene.act('declined', { proof: 'ef'.repeat(32) })],
  ['used before it was received', 'received', (scene) => scene.act('used')],
  ['of another handover', 'expired', (scene) => scene.act('expired', { target: 0 })],
  ['received after it was declined', 'received', (scene) => { scene.act('declined'); scene.act('received', { proof: scene.proof }); }],
  ['in a state that nothing proves', 'received', () => undefined],
  ['of a lock of the operator’s', 'sent', () => undefined, { lock: 'ef'.repeat(32) }],
  ['of another holder', 'sent', () => undefined, { withdrawLock: 'ef'.repeat(32) }],
];

for (const [what, state, forge, more] of forgeries) {
  test(`a trace is not believed that is ${what}`, async () => {
    const scene = await new Scene((await makeIdentity()).recipient).handover(more);
    await forge(scene);
    scene.register.seal();
    assert.equal((await proveTrace(scene.trace(state), known(scene), await scene.verifier())).fault?.kind, 'proof');
  });
}

test('a trace is not believed that is of another package, or has another note', async () => {
  const scene = await new Scene((await makeIdentity()).recipient).handover();
  scene.act('declined', {}, '{"reason":"other"}');
  scene.register.seal();
  const trace = scene.trace('declined');
  assert.equal((await proveTrace(trace, known(scene), await scene.verifier())).fault, null);
  assert.equal((await proveTrace(trace, { ...known(scene), digest: 'ef'.repeat(32) }, await scene.verifier())).fault?.kind, 'proof');
  scene.events[1]!.note = '{"reason":"expired"}';
  const changed = scene.trace('declined');
  for (const digest of ['cd'.repeat(32), null]) assert.equal((await proveTrace(changed, { ...known(scene), digest }, await scene.verifier())).fault?.kind, 'proof');
});
