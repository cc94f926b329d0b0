// What the policy makes of answers and receipts: who has to have seen them, and who may say so.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mock, test } from 'node:test';
import { type Bytes, FormatError, utf8 } from '../src/log/bytes';
import { parseWitnessKey, remembering, seenAt } from '../src/log/cosignature';
import { parseNote } from '../src/log/note';
import { maxPolicyLength, parsePolicy } from '../src/log/policy';
import type { Digest } from '../src/receipt/digest';
import type { Answer, Keys } from '../src/service/answers';
import { Service, ServiceFailure } from '../src/service/http';
import type { Judgement } from '../src/service/judge';
import { Verifier } from '../src/service/verifier';
import { Memory } from '../src/trust/memory';
import { Oversight } from '../src/trust/oversight';
import { Trust } from '../src/trust/trust';
import { hexOf, Register } from './register';
import { Witness } from './witness';

const register = new Register();
const { now } = register;
const issued = register.issue('statement');
const sound = register.seal().answer('statement', 'verified', register.receipt(issued));
const digest: Digest = { algorithm: 'sha-256', hex: hexOf('statement') };

const [shenzhen, hongkong, stranger] = [new Witness('sz.example', now), new Witness('hk.example', now), new Witness('stranger.example', now)];
const policyOf = (...lines: string[]): Bytes => utf8(`witness 深圳 ${shenzhen.line}\nwitness 香港 ${hongkong.line}\ngroup both all 深圳 香港\n${lines.map((line) => `${line}\n`).join('')}`);
const both = policyOf('quorum both');

const textOf = (note: string): string => note.slice(0, note.lastIndexOf('\n\n') + 1);
const checkpointOf = (receipt: string): string => receipt.slice(receipt.indexOf('\n\n') + 2);

/** An answer whose checkpoint, and those of whose receipts, have these lines more. */
function cosigned(inNote: (text: string) => string, inReceipts = inNote): Answer {
  const of = (receipt: string): string => receipt + inReceipts(textOf(checkpointOf(receipt)));
  const results = sound.results.map((result) => ({ ...result, receipt: of(result.receipt), ...(result.issueReceipt !== undefined && { issueReceipt: of(result.issueReceipt) }) }));
  return { ...sound, results, checkpoint: { ...sound.checkpoint, note: sound.checkpoint.note + inNote(textOf(sound.checkpoint.note)) } };
}

const seenByBoth = cosigned((text) => shenzhen.over(text, 120) + hongkong.over(text));

class FakeService extends Service {
  constructor(
    public answer: Answer,
    public shown: Bytes | null | ServiceFailure,
  ) {
    super('');
  }

  override keys(): Promise<Keys> {
    return Promise.reject(new ServiceFailure('busy', 'not asked here'));
  }

  override policy(): Promise<Bytes | null> {
    return this.shown instanceof ServiceFailure ? Promise.reject(this.shown) : Promise.resolve(this.shown);
  }

  override verifyMany(): Promise<readonly Answer[]> {
    return Promise.resolve([this.answer]);
  }
}

async function open(service: Service, memory = Memory.ofThisRun(), given?: Bytes): Promise<Verifier> {
  const trust = (await memory.keys()) === null ? await Trust.give(register.line, memory) : await Trust.load([], memory);
  return new Verifier(service, memory, trust, given === undefined ? await Oversight.load(memory) : await Oversight.give(given, [], memory));
}

async function ask(verifier: Verifier): Promise<Judgement> {
  mock.timers.enable({ apis: ['Date'], now });
  try {
    return (await verifier.verify([digest]))[0]!;
  } finally {
    mock.timers.reset();
  }
}

const outcomeOf = async (answer: Answer, policy: Bytes | null = both): Promise<string> => {
  const { verdict, fault } = await ask(await open(new FakeService(answer, policy)));
  return verdict ?? fault!.kind;
};

test('a verdict stands on a checkpoint that the quorum has seen, and who saw it and when is told', async () => {
  const { verdict, sightings } = await ask(await open(new FakeService(seenByBoth, both)));
  assert.equal(verdict, 'verified');
  const seconds = Math.floor(now / 1000);
  assert.deepEqual(sightings.map(({ witness, at }) => [witness.name, at / 1000]), [['深圳', seconds - 120], ['香港', seconds - 60]]);
});

test('without a policy everything is as before, and nobody has seen anything', async () => {
  const { verdict, sightings } = await ask(await open(new FakeService(seenByBoth, null)));
  assert.deepEqual([verdict, sightings], ['verified', []]);
});

test('a service without a policy is asked for one again after a while, and not for every batch', async () => {
  const service = new FakeService(seenByBoth, null);
  const asked = mock.method(service, 'policy');
  const verifier = await open(service);
  await ask(verifier);
  await ask(verifier);
  assert.equal(asked.mock.callCount(), 1);
  mock.timers.enable({ apis: ['Date'], now: now + 61_000 });
  service.shown = both;
  await verifier.ask([digest]);
  mock.timers.reset();
  assert.deepEqual([asked.mock.callCount(), verifier.oversight.held.source], [2, 'service']);
  await ask(verifier);
  assert.equal(asked.mock.callCount(), 3);
});

test('stripped cosignatures are no verdict, and what was stripped is not remembered as seen', async () => {
  const memory = Memory.ofThisRun();
  const { verdict, fault, seen } = await ask(await open(new FakeService(sound, both), memory));
  assert.deepEqual([verdict, fault?.kind, seen, await memory.seen()], [null, 'unwitnessed', null, null]);
  assert.match(fault!.text, /深圳, 香港/);
  assert.equal(await outcomeOf(cosigned((text) => shenzhen.over(text))), 'unwitnessed');
  // In the receipts alone, too: what is saved must hold by itself.
  assert.equal(await outcomeOf(cosigned((text) => shenzhen.over(text) + hongkong.over(text), () => '')), 'unwitnessed');
  assert.equal(await outcomeOf(cosigned(() => '', (text) => shenzhen.over(text) + hongkong.over(text))), 'unwitnessed');
});

test('a witness that signs twice is one witness, and a stranger none', async () => {
  assert.equal(await outcomeOf(cosigned((text) => shenzhen.over(text) + shenzhen.over(text, 30) + shenzhen.over(text))), 'unwitnessed');
  assert.equal(await outcomeOf(cosigned((text) => shenzhen.over(text) + stranger.over(text))), 'unwitnessed');
});

test('a false cosignature, and one of another tree or log, is a proof that does not hold', async () => {
  const otherTree = sound.checkpoint.note.split('\n').with(2, createHash('sha256').update('x').digest('base64')).join('\n');
  const otherLog = sound.checkpoint.note.replace(/^[^\n]+/, 'other.example');
  for (const other of [otherTree, otherLog, sound.checkpoint.note.replace(/\n\d+\n/, '\n999999\n')]) {
    assert.equal(await outcomeOf(cosigned((text) => shenzhen.over(text) + hongkong.over(textOf(other)))), 'proof');
    // Where the quorum is met without it as well: a witness whose signature is wrong is not left out.
    assert.equal(await outcomeOf(cosigned((text) => shenzhen.over(text) + hongkong.over(textOf(other))), policyOf('quorum 深圳')), 'proof');
  }
  const flip = (line: string): string => line.replace(/(.)(.{6})\n$/, (_, at: string, rest: string) => `${at === 'A' ? 'B' : 'A'}${rest}\n`);
  assert.equal(await outcomeOf(cosigned((text) => shenzhen.over(text) + flip(hongkong.over(text)))), 'proof');
});

test('a cosignature of the future counts for nothing', async () => {
  assert.equal(await outcomeOf(cosigned((text) => shenzhen.over(text) + hongkong.over(text, -301))), 'unwitnessed');
  assert.equal(await outcomeOf(cosigned((text) => shenzhen.over(text) + hongkong.over(text, -290))), 'verified');
});

test('what enough witnesses saw more than an hour ago, or than was chosen, is no answer of now, though a receipt may be as old as it is', async () => {
  const hour = 60 * 60;
  assert.equal(await outcomeOf(cosigned((text) => shenzhen.over(text, 3 * hour) + hongkong.over(text))), 'unwitnessed');
  assert.equal(await outcomeOf(cosigned((text) => shenzhen.over(text, hour - 5) + hongkong.over(text, 3))), 'verified');
  assert.equal(await outcomeOf(cosigned((text) => shenzhen.over(text, hour + 5) + hongkong.over(text, hour + 5)), policyOf('quorum none')), 'verified');
  for (const [hours, expected] of [[4, 'verified'], [2, undefined]] as const) {
    const chosen = await open(new FakeService(cosigned((text) => shenzhen.over(text, 3 * hour) + hongkong.over(text)), both));
    chosen.maxAge = hours * hour * 1000;
    assert.equal((await ask(chosen)).verdict ?? undefined, expected);
  }
  const verifier = await open(new FakeService(sound, null), Memory.ofThisRun(), both);
  const { results } = cosigned((text) => shenzhen.over(text, 300 * 24 * hour) + hongkong.over(text, 300 * 24 * hour));
  assert.ok((await verifier.checkReceipt(utf8(results[0]!.receipt), digest)).holds);
});

test('the first policy is taken and remembered, and a later one is told and not believed by itself', async () => {
  const memory = Memory.ofThisRun();
  const service = new FakeService(seenByBoth, both);
  const first = await open(service, memory);
  await ask(first);
  assert.deepEqual([first.oversight.held.source, first.oversight.held.isNew, first.oversight.doubt], ['service', true, null]);

  // Swapped for one that asks for less, with an answer that meets no more than that.
  service.shown = policyOf('quorum 深圳');
  service.answer = cosigned((text) => shenzhen.over(text));
  const next = await open(service, memory);
  assert.equal(next.oversight.held.isNew, false);
  assert.equal((await ask(next)).fault?.kind, 'unwitnessed');
  assert.equal(next.oversight.doubt?.kind, 'changed');
  service.answer = seenByBoth;
  assert.equal((await ask(next)).verdict, 'verified');
  assert.equal(next.oversight.doubt.kind, 'changed');

  // Once the user has confirmed it elsewhere it counts, and it is what is remembered.
  service.answer = cosigned((text) => shenzhen.over(text));
  next.holdPolicy(await next.oversight.accept());
  assert.deepEqual([(await ask(next)).verdict, (next.oversight.doubt as unknown)], ['verified', null]);
  assert.equal((await ask(await open(service, memory))).verdict, 'verified');
});

test('a policy that cannot be read, or is oversized, changes nothing that is known and is never taken', async () => {
  for (const shown of [utf8('quorum'), policyOf(`quorum both\nwitness 深圳2 ${shenzhen.line}`), new Uint8Array(maxPolicyLength + 1).fill(10)]) {
    const memory = Memory.ofThisRun();
    await assert.rejects(ask(await open(new FakeService(seenByBoth, shown), memory)), (error) => error instanceof ServiceFailure && error.kind === 'garbled');
    assert.equal(await memory.policy(), null);

    const service = new FakeService(seenByBoth, both);
    const verifier = await open(service, memory);
    await ask(verifier);
    service.shown = shown;
    assert.deepEqual([(await ask(verifier)).verdict, verifier.oversight.doubt?.kind], ['verified', 'damaged']);
    service.answer = sound;
    assert.equal((await ask(verifier)).fault?.kind, 'unwitnessed');
  }
});

test('a service that had a policy and shows none is refused, until the user has settled it', async () => {
  const memory = Memory.ofThisRun();
  const service = new FakeService(seenByBoth, both);
  await ask(await open(service, memory));
  service.shown = null;
  const verifier = await open(service, memory);
  const { verdict, fault } = await ask(verifier);
  assert.deepEqual([verdict, fault?.kind, verifier.oversight.doubt?.kind], [null, 'policy', 'gone']);
  service.shown = both;
  assert.equal((await ask(verifier)).verdict, 'verified');
  service.shown = null;
  await ask(verifier);
  verifier.holdPolicy(await verifier.oversight.accept());
  assert.deepEqual([(await ask(verifier)).verdict, await memory.policy()], ['verified', null]);
});

test('where a service cannot say whether it has a policy there is no answer, unless one is known', async () => {
  const memory = Memory.ofThisRun();
  const service = new FakeService(seenByBoth, new ServiceFailure('busy', '', 503));
  await assert.rejects(ask(await open(service, memory)), ServiceFailure);
  service.shown = both;
  await ask(await open(service, memory));
  service.shown = new ServiceFailure('busy', '', 503);
  assert.equal((await ask(await open(service, memory))).verdict, 'verified');
  service.answer = sound;
  assert.equal((await ask(await open(service, memory))).fault?.kind, 'unwitnessed');
});

test('a policy that was given wins, whatever the service shows', async () => {
  for (const shown of [null, policyOf('quorum none'), utf8('quorum')]) {
    const verifier = await open(new FakeService(cosigned((text) => shenzhen.over(text)), shown), Memory.ofThisRun(), both);
    assert.deepEqual([(await ask(verifier)).fault?.kind, verifier.oversight.doubt, verifier.oversight.held.source], ['unwitnessed', null, 'file']);
  }
});

test('a policy of other logs is none of this one', async () => {
  const ofLog = (name: string): Bytes => {
    const typed = Buffer.concat([Buffer.of(1), Buffer.alloc(32, 9)]);
    const id = createHash('sha256').update(`${name}\n`).update(typed).digest('hex').slice(0, 8);
    return policyOf('quorum both', `log ${name}+${id}+${typed.toString('base64')}`);
  };
  const other = ofLog('other.example');
  const memory = Memory.ofThisRun();
  await assert.rejects(ask(await open(new FakeService(seenByBoth, other), memory)), ServiceFailure);
  const verifier = await open(new FakeService(seenByBoth, both), memory, other);
  assert.deepEqual([(await ask(verifier)).fault?.kind, verifier.oversight.doubt?.kind], ['policy', 'otherLog']);
  await assert.rejects(Oversight.give(other, verifier.keys, memory), FormatError);
  verifier.holdPolicy(await verifier.oversight.forget());
  assert.equal((await ask(verifier)).verdict, 'verified');
  assert.equal(await outcomeOf(seenByBoth, policyOf('quorum both', `log ${register.line}`)), 'verified');

  // Keys from before a rotation in the service's own say nothing; whoever gives a policy means its keys.
  const before = ofLog(register.line.split('+')[0]!);
  assert.equal(await outcomeOf(seenByBoth, before), 'verified');
  await assert.rejects(Oversight.give(before, verifier.keys, memory), FormatError);
});

test('a receipt from before there were witnesses is not covered, and one of today is', async () => {
  const verifier = await open(new FakeService(seenByBoth, null), Memory.ofThisRun(), both);
  const check = async ({ results }: Answer) => verifier.checkReceipt(utf8(results[0]!.receipt), digest);
  const [old, fresh] = [await check(sound), await check(seenByBoth)];
  assert.deepEqual([old.holds, old.isUnwitnessed, old.steps.map(({ name }) => name)], [false, true, ['document', 'inclusion', 'signature', 'standing', 'witnesses']]);
  assert.deepEqual([fresh.holds, fresh.isUnwitnessed, fresh.sightings.length], [true, false, 2]);
});

test('what is remembered of a policy and damaged is as if nothing were', async () => {
  const kept = new Map<string, string | null>();
  const memory = new Memory({ read: (place) => kept.get(place) ?? null, write: (place, text) => void kept.set(place, text) });
  await ask(await open(new FakeService(seenByBoth, both), memory));
  const good = kept.get('truecopy.policy')!;
  for (const bad of ['{', 'null', '{}', good.replace(/"file":"...../, '"file":"!!!!!'), good.replace('"service"', '"nobody"'), good.replace(/"since":"/, '"since":"x'), JSON.stringify({ ...(JSON.parse(good) as object), file: 'AAAA' })]) {
    kept.set('truecopy.policy', bad);
    assert.equal((await Oversight.load(memory)).held.policy, null, bad);
  }
  kept.set('truecopy.policy', good);
  assert.deepEqual((await Oversight.load(memory)).held.policy?.file, both);
});

test('a policy has a limit, over the network too', async () => {
  await assert.rejects(parsePolicy(new Uint8Array(maxPolicyLength + 1)), { message: `policy: longer than ${maxPolicyLength} bytes` });
  let body = Buffer.from(both);
  const server = createServer((request, response) => {
    if (request.url === '/v1/policy' && body.length > 0) response.end(body);
    else response.writeHead(404).end('{"type":"no-policy"}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const service = new Service(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    assert.deepEqual(await service.policy(), both);
    body = Buffer.alloc(maxPolicyLength + 1, 10);
    await assert.rejects(service.policy(), (error) => error instanceof ServiceFailure && error.kind === 'garbled');
    body = Buffer.alloc(0);
    assert.equal(await service.policy(), null);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
});

test('where the browser knows no Ed25519, the cosignatures are verified all the same', async () => {
  const [right, wrong] = [seenByBoth.checkpoint.note, cosigned((text) => shenzhen.over(text.replace('\n', 'x\n'))).checkpoint.note];
  const real = crypto.subtle.importKey.bind(crypto.subtle);
  const importKey = mock.method(crypto.subtle, 'importKey', (...given: unknown[]) =>
    given[0] === 'raw' ? Promise.reject(new DOMException('', 'NotSupportedError')) : (real as (...given: unknown[]) => unknown)(...given),
  );
  try {
    const key = await parseWitnessKey(shenzhen.line);
    assert.equal(importKey.mock.callCount(), 1);
    assert.equal(await seenAt(parseNote(utf8(right)), key), (Math.floor(now / 1000) - 120) * 1000);
    await assert.rejects(seenAt(parseNote(utf8(wrong)), key), FormatError);
  } finally {
    importKey.mock.restore();
  }
});

test('of a kind that is slow the same signature over the same checkpoint is verified once, and any other anew', async () => {
  const verified: string[] = [];
  const verify = remembering((message, signature) => {
    verified.push(`${message.length} ${signature.length}`);
    return message.length === signature.length;
  });
  const said: boolean[] = [];
  for (const [message, signature] of [['a', 'a'], ['a', 'a'], ['a', 'bb'], ['a', 'bb'], ['cc', 'bb'], ['a', 'a']] as const) said.push(await verify(utf8(message), utf8(signature)));
  assert.deepEqual(said, [true, true, false, false, true, true]);
  assert.deepEqual(verified, ['1 1', '1 2', '2 2', '1 1']);
});
