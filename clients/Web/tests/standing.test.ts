// How a document stands is what the log's last entry commits to: by answers, by receipts, and by what is kept on a computer.

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { Item } from '../src/check/item';
import { type Bytes, utf8 } from '../src/log/bytes';
import { parseNote } from '../src/log/note';
import { checkReceipt, parseKeys } from '../src/receipt/check';
import type { Digest } from '../src/receipt/digest';
import type { Answer, Keys, StatusAnswer } from '../src/service/answers';
import { Service, ServiceFailure } from '../src/service/http';
import { judgeAnswer, type Judgement } from '../src/service/judge';
import { Verifier } from '../src/service/verifier';
import { currentOf, isRecent, verdictBy } from '../src/status/current';
import { Kept } from '../src/status/kept';
import { decodePages, encodePages, rootOf as rootOfPages, statusAt, withChanges } from '../src/status/pages';
import { Memory, statusPlace } from '../src/trust/memory';
import { Oversight } from '../src/trust/oversight';
import { Trust } from '../src/trust/trust';
import { saying } from '../src/view/account';
import { en } from '../src/words/en';
import { encodedPages, hexOf, pagesOf, type Parts, Register, rootOf } from './register';
import { Witness } from './witness';

const digestOf = (document: string): Digest => ({ algorithm: 'sha-256', hex: hexOf(document) });

/** A register with 300 other documents, `statement` in the middle of them. */
function registerOf(code = 0): { register: Register; index: number } {
  const register = new Register();
  for (let i = 0; i < 150; i++) register.append({ act: 'issue' });
  const index = register.issue('statement');
  for (let i = 0; i < 150; i++) register.append({ act: 'issue' }, i % 5);
  register.codes[index] = code;
  return { register: register.seal(), index };
}

async function judge(register: Register, answer: Answer): Promise<Judgement> {
  return judgeAnswer(answer, digestOf('statement'), { keys: await parseKeys([register.line]), seen: null, now: register.now, read: () => Promise.reject(new Error('nothing was seen')) });
}

const said = ({ verdict, fault }: Judgement): string => verdict ?? fault!.kind;

test('an answer counts only with the status that the last entry commits to', async () => {
  for (const [code, expected] of [[0, 'verified'], [1, 'standing'], [2, 'standing'], [3, 'standing'], [4, 'standing'], [5, 'standing'], [15, 'standing']] as const) {
    const { register, index } = registerOf(code);
    assert.equal(said(await judge(register, register.answer('statement', 'verified', register.receipt(index)))), expected, `${code}`);
  }
  for (const [act, verdict, right] of [['suspend', 'suspended', 1], ['supersede', 'superseded', 2], ['revoke', 'revoked', 3]] as const) {
    for (const code of [0, 1, 2, 3, 4, 9]) {
      const { register, index } = registerOf();
      const acted = register.act(act, index, 'statement', code);
      register.seal();
      const answer = register.answer('statement', verdict, register.receipt(acted, { status: false }), register.receipt(index));
      assert.equal(said(await judge(register, answer)), code === right ? verdict : 'standing', `${act} ${code}`);
    }
  }
});

test('an answer about an expired document, or one that is not valid yet, stands on the same status as any other', async () => {
  for (const [validity, verdict, at] of [[{ expires: '2026-11-26T08:00:00Z' }, 'expired', '2026-11-26T08:00:00Z'], [{ validFrom: '2026-11-27T00:00:00Z' }, 'notYetValid', '2026-11-27T00:00:00Z']] as const) {
    for (const code of [0, 3]) {
      const register = new Register();
      const index = register.issue('statement', validity);
      register.codes[index] = code;
      register.seal();
      const judged = await judge(register, register.answer('statement', verdict, register.receipt(index), undefined, { since: at, ...validity }));
      assert.equal(said(judged), code === 0 ? verdict : 'standing');
    }
  }
});

test('a revocation that was kept back is found out: the issue alone, its status of before, a page of another tree', async () => {
  const { register, index } = registerOf();
  const before = { page: pagesOf(register.codes.slice(0, -1))[1]!, entry: register.entries.at(-1)! };
  const old = register.receipt(index);
  register.act('revoke', index, 'statement', 3);
  register.seal();
  const answer = (wrong?: Parts): Answer => register.answer('statement', 'verified', register.receipt(index, wrong ? { wrong } : { status: false }));
  assert.equal(said(await judge(register, answer())), 'standing');
  assert.equal(said(await judge(register, answer({}))), 'standing');
  assert.equal(said(await judge(register, answer({ page: before.page }))), 'standing');
  assert.equal(said(await judge(register, answer({ entry: before.entry }))), 'standing');
  // The whole old receipt under the new checkpoint: two checkpoints in one answer.
  assert.equal(said(await judge(register, { ...register.answer('statement', 'verified', register.receipt(index)), results: register.answer('statement', 'verified', old).results })), 'proof');
});

test('of a document from before the log kept status no standing is proven, and what was done to it still is', async () => {
  const { register, index } = registerOf();
  register.from = index + 1;
  register.seal();
  const judged = await judge(register, register.answer('statement', 'verified', register.receipt(index)));
  assert.deepEqual([said(judged), judged.checks.at(-1)?.standing?.status], ['standing', 'before']);
  const acted = register.act('revoke', index, 'statement', 3);
  register.seal();
  assert.equal(said(await judge(register, register.answer('statement', 'revoked', register.receipt(acted, { status: false }), register.receipt(index)))), 'revoked');
});

const faults: readonly (readonly [string, (register: Register) => Parts, RegExp])[] = [
  ['another entry than the last', (register) => ({ entry: register.entries[3]! }), /not that/],
  ['a path cut off', () => ({ path: [] }), /not that/],
  ['another page', () => ({ page: Buffer.alloc(64) }), /not of the status/],
  ['another path of the page', () => ({ pagePath: [Buffer.alloc(32)] }), /not of the status/],
  ['a page too short', () => ({ page: Buffer.alloc(63) }), /64 bytes/],
  ['half a hash', () => ({ path: [Buffer.alloc(16)] }), /hashes of 32 bytes/],
  ['a path without end', () => ({ path: Array<Buffer>(64).fill(Buffer.alloc(32)) }), /at most 63/],
];

for (const [name, wrong, text] of faults) {
  test(`a receipt whose status has ${name} is refused`, async () => {
    const { register, index } = registerOf();
    const { holds, fault } = await checkReceipt(register.receipt(index, { wrong: wrong(register) }), digestOf('statement'), await parseKeys([register.line]));
    assert.equal(holds, false);
    assert.match(fault!, text);
  });
}

test('a last entry that is no status of all before it proves nothing', async () => {
  for (const [more, text] of [[{ covers: 3 }, /covers/], [{ root: 'AB'.repeat(32) }, /64 lower-case/], [{ root: 'ab' }, /64 lower-case/], [{ root: '00'.repeat(32) }, /not of the status/], [{ from: 0 }, /from which/], [{ from: 9999 }, /from which/], [{ act: 'issue' }, /not the status/]] as const) {
    const register = new Register();
    const index = register.issue('statement');
    register.seal(more);
    const { fault } = await checkReceipt(register.receipt(index), digestOf('statement'), await parseKeys([register.line]));
    assert.match(fault!, text, JSON.stringify(more));
  }
});

test('the receipt of an act has no status, and one that has is refused', async () => {
  const { register, index } = registerOf();
  const acted = register.act('revoke', index, 'statement', 3);
  register.seal();
  const keys = await parseKeys([register.line]);
  assert.deepEqual([(await checkReceipt(register.receipt(acted, { status: false }), digestOf('statement'), keys)).holds, (await checkReceipt(register.receipt(acted), digestOf('statement'), keys)).holds], [true, false]);
});

test('a receipt without a status holds and proves no standing', async () => {
  const { register, index } = registerOf();
  const check = await checkReceipt(register.receipt(index, { status: false }), digestOf('statement'), await parseKeys([register.line]));
  assert.deepEqual([check.holds, check.standing, currentOf(check, null)], [true, null, null]);
});

test('pages that are all zero are as if they were there, and the root is that of RFC 9162', async () => {
  for (const count of [1, 127, 128, 129, 256, 300, 1000, 4097]) {
    const codes = Array.from({ length: count }, (_, i) => (i % 301 === 7 ? 3 : 0));
    const pages = pagesOf(codes);
    const sparse = new Map([...pages.entries()].filter(([, page]) => page.some((byte) => byte !== 0)).map(([i, page]) => [i, new Uint8Array(page)] as const));
    const leaf = (page: Buffer): Promise<ArrayBuffer> => crypto.subtle.digest('SHA-256', Buffer.concat([Buffer.of(0), page]));
    const leaves = await Promise.all(pages.map(async (page) => new Uint8Array(await leaf(page))));
    assert.deepEqual(Buffer.from(await rootOfPages(sparse, count)), rootOf(leaves), `${count}`);
    for (const index of [0, 7, 308, count - 1]) if (index < count) assert.equal(statusAt(sparse, index, 0), codes[index] === 3 ? 'revoked' : 'stands');
  }
});

test('pages are written as they are read, in one way alone', () => {
  const page = (byte: number): Bytes => new Uint8Array(64).fill(byte);
  const pages = new Map([[300, page(3)], [0, page(1)], [40_000, page(4)], [1, page(2)]]);
  const bytes = encodePages(pages);
  assert.deepEqual(Buffer.from(bytes), encodedPages([[0, page(1)], [1, page(2)], [300, page(3)], [40_000, page(4)]]));
  assert.deepEqual([...decodePages(bytes, 40_001)].sort(([a], [b]) => a - b), [...pages].sort(([a], [b]) => a - b));
  assert.throws(() => decodePages(bytes, 40_000), /beyond/);
  for (const end of [1, 40, 65, 66, bytes.length - 1]) if (end % 65 !== 0) assert.throws(() => decodePages(bytes.slice(0, end), 50_000), /cut off/, `${end}`);
  assert.throws(() => decodePages(Uint8Array.from([0x80, 0, ...page(1)]), 9), /shortest/);
  assert.throws(() => decodePages(new Uint8Array(80).fill(255), 9), /too long/);
  assert.deepEqual([...withChanges(pages, new Map([[0, page(0)], [2, page(9)]])).keys()].sort((a, b) => a - b), [1, 2, 300, 40_000]);
});

class StatusService extends Service {
  asked: number[] = [];
  answers: (StatusAnswer | ServiceFailure)[] = [];
  fresh: Bytes = new Uint8Array();
  log: Record<string, Bytes> = {};

  constructor(private readonly shown: Bytes | null) {
    super('');
  }

  override keys(): Promise<Keys> {
    return Promise.reject(new ServiceFailure('busy', 'not asked here'));
  }

  override policy(): Promise<Bytes | null> {
    return Promise.resolve(this.shown);
  }

  override status(since: number): Promise<StatusAnswer> {
    this.asked.push(since);
    const answer = this.answers.shift()!;
    return answer instanceof ServiceFailure ? Promise.reject(answer) : Promise.resolve(answer);
  }

  override refreshed(): Promise<Bytes> {
    return Promise.resolve(this.fresh);
  }

  override readonly logFile = (path: string): Promise<Bytes> => Promise.resolve(this.log[path] ?? new Uint8Array());
}

async function keeping(register: Register, policy: Bytes | null = null, places = new Map<string, string | null>()) {
  const memory = new Memory({ read: (place) => places.get(place) ?? null, write: (place, text) => void places.set(place, text) });
  const service = new StatusService(policy);
  const verifier = new Verifier(service, memory, await Trust.give(register.line, memory), await Oversight.load(memory));
  return { places, memory, service, verifier, kept: new Kept(service, verifier, memory) };
}

async function at<T>(now: number, act: () => Promise<T>): Promise<T> {
  mock.timers.enable({ apis: ['Date'], now });
  try {
    return await act();
  } finally {
    mock.timers.reset();
  }
}

test('what is kept is fetched whole once and then what changed, and survives the visit', async () => {
  const { register, index } = registerOf();
  const { places, service, kept } = await keeping(register);
  const first = register.codes.slice(0, -1);
  service.answers = [register.statusAnswer()];
  assert.equal(await at(register.now, () => kept.update()), null);
  assert.equal((await kept.known())!.statusOf(BigInt(index)), 'stands');

  // The second visit goes on from there; a page that is all zero again is told too.
  const next = await keeping(register, null, places);
  await next.memory.rememberSeen(null);
  register.act('revoke', index, 'statement', 3);
  register.seal();
  next.service.answers = [register.statusAnswer(first)];
  assert.equal(await at(register.now + 1000, () => next.kept.update()), null);
  const known = (await next.kept.known())!;
  assert.deepEqual([next.service.asked, known.statusOf(BigInt(index)), known.covers, known.asOf, known.isWitnessed], [[first.length], 'revoked', register.entries.length - 1, register.now + 1000, false]);
  assert.equal(known.statusOf(BigInt(register.entries.length)), null);
  const again = await keeping(register, null, places);
  assert.equal((await again.kept.known())!.statusOf(BigInt(index)), 'revoked');
});

test('only what holds is kept, and what is there stays', async () => {
  const { register, index } = registerOf();
  const { service, kept, memory } = await keeping(register);
  const first = register.statusAnswer();
  service.answers = [first];
  await at(register.now, () => kept.update());
  const good = await memory.status();
  const stranger = registerOf().register.statusAnswer();
  register.codes[index] = 3;
  const forged = { ...register.statusAnswer(), entry: first.entry, path: first.path };
  for (const wrong of [forged, stranger, { ...first, pages: '' }, { ...first, path: '' }, { ...first, entry: 'AAAA' }, { ...first, checkpoint: first.checkpoint.replace('\n303\n', '\n304\n') }, { ...first, pages: 'A' }]) {
    service.answers = [wrong];
    const fault = await at(register.now, () => kept.update());
    assert.ok(fault !== null, JSON.stringify(wrong).slice(0, 80));
    assert.equal(await memory.status(), good);
  }
  service.answers = [new ServiceFailure('busy', '')];
  await assert.rejects(at(register.now, () => kept.update()), ServiceFailure);
  assert.equal((await kept.known())!.statusOf(BigInt(index)), 'stands');
  await kept.forget();
  assert.deepEqual([await kept.known(), await memory.status()], [null, null]);
});

test('changes that do not add up are fetched whole, and a smaller status takes nothing back', async () => {
  const { register, index } = registerOf();
  const { service, kept, memory } = await keeping(register);
  const first = register.codes.slice(0, -1);
  const old = register.statusAnswer();
  service.answers = [old];
  await at(register.now, () => kept.update());
  register.act('revoke', index, 'statement', 3);
  register.seal();
  await memory.rememberSeen(null);
  service.answers = [{ ...register.statusAnswer(first), pages: '' }, register.statusAnswer()];
  assert.equal(await at(register.now, () => kept.update()), null);
  assert.deepEqual([service.asked, (await kept.known())!.statusOf(BigInt(index))], [[0, first.length, 0], 'revoked']);

  // Within the half minute that an instance may lag the log itself has nothing against it.
  await memory.rememberSeen(null);
  service.answers = [old];
  assert.equal(await at(register.now, () => kept.update()), null);
  assert.equal((await kept.known())!.statusOf(BigInt(index)), 'revoked');
});

test('what is kept and damaged is as if nothing were', async () => {
  const { register } = registerOf();
  const { places, service, kept } = await keeping(register);
  service.answers = [register.statusAnswer()];
  await at(register.now, () => kept.update());
  const good = places.get(statusPlace)!;
  for (const bad of ['{', 'null', '[]', '{}', good.replace('"fetchedAt":"', '"fetchedAt":"x'), good.replace('"pages":"', '"pages":"AAAA'), good.replace('303', '304')]) {
    places.set(statusPlace, bad);
    assert.equal(await (await keeping(register, null, places)).kept.known(), null, bad.slice(0, 40));
  }
  // That of another register, or by another key, is not used.
  places.set(statusPlace, good);
  assert.equal(await (await keeping(new Register(), null, places)).kept.known(), null);
});

test('with witnesses what is kept is as of when they saw it, and nothing that they have not seen lately is kept', async () => {
  const { register, index } = registerOf();
  const witness = new Witness('sz.example', register.now);
  const policy = utf8(`witness sz ${witness.line}\nquorum sz\n`);
  const seen = (ago: number): StatusAnswer => register.statusAnswer([], register.note((text) => witness.over(text, ago)));
  const { service, kept, verifier } = await keeping(register, policy);
  for (const wrong of [register.statusAnswer(), seen(3700)]) {
    service.answers = [wrong];
    assert.equal((await at(register.now, () => kept.update()))?.kind, 'unwitnessed');
    assert.equal(await kept.known(), null);
  }
  service.answers = [seen(120)];
  assert.equal(await at(register.now, () => kept.update()), null);
  const known = await at(register.now, () => kept.known());
  assert.deepEqual([known!.asOf, known!.isWitnessed], [register.now - 120_000, true]);

  // The same state seen again makes it younger, never older.
  service.answers = [seen(10), seen(60)];
  for (const expected of [10, 10]) {
    assert.equal(await at(register.now, () => kept.update()), null);
    assert.equal((await at(register.now, () => kept.known()))!.asOf, register.now - expected * 1000);
  }

  // A receipt without a status of its own is current by what is kept.
  const receipt = register.receipt(index, { status: false, note: register.note((text) => witness.over(text, 86_400)) });
  const check = await at(register.now, () => verifier.checkReceipt(receipt, digestOf('statement')));
  const current = currentOf(check, known)!;
  assert.deepEqual([check.fault, current.status, current.source, isRecent(current, register.now, 3_600_000), isRecent(current, register.now + 7_200_000, 3_600_000)], [null, 'stands', 'kept', true, false]);
});

test('of receipt and kept status the newer counts, and a revocation by either is one', async () => {
  const { register, index } = registerOf();
  const { service, kept, verifier } = await keeping(register);
  service.answers = [register.statusAnswer()];
  await at(register.now, () => kept.update());
  const known = (await kept.known())!;
  register.act('revoke', index, 'statement', 3);
  register.seal();
  const check = await verifier.checkReceipt(register.receipt(index), digestOf('statement'));
  const byReceipt = currentOf(check, known)!;
  assert.deepEqual([byReceipt.status, byReceipt.source, verdictBy(check, byReceipt, register.now)], ['revoked', 'receipt', 'revoked']);
  const older = await verifier.checkReceipt(register.receipt(index, { status: false }), digestOf('statement'));
  assert.equal(currentOf(older, known)!.source, 'kept');
  assert.equal(verdictBy(older, null, register.now), 'verified');
});

test('a receipt is made fresh only into the same one, under a checkpoint that holds, with its status', async () => {
  const { register, index } = registerOf();
  const { service, verifier, memory } = await keeping(register);
  const old = register.receipt(index, { status: false });
  register.act('revoke', index, 'statement', 3);
  register.seal();
  const refresh = () => at(register.now, () => verifier.refresh(old));
  service.fresh = register.receipt(index);
  assert.deepEqual(await refresh(), { receipt: service.fresh, fault: null });
  assert.equal(parseNote(utf8((await memory.seen())!.note)).text.split('\n')[1], `${register.entries.length}`);

  const other = register.issue('statement');
  register.seal();
  const stranger = new Register();
  stranger.issue('statement');
  stranger.seal();
  await memory.rememberSeen(null);
  for (const [fresh, kind] of [[register.receipt(other), 'proof'], [register.receipt(index, { status: false }), 'standing'], [stranger.receipt(1), 'proof'], [utf8('no receipt'), 'proof'], [register.receipt(index, { wrong: { page: Buffer.alloc(64) } }), 'standing']] as const) {
    service.fresh = fresh;
    const { receipt, fault } = await refresh();
    assert.deepEqual([receipt, fault?.kind], [null, kind]);
  }
});

test('a document from before the log kept status is told of in words of its own, and what differs in others', async () => {
  const { register, index } = registerOf();
  const told = async (): Promise<string> => {
    const { fault, checks } = await judge(register, register.answer('statement', 'verified', register.receipt(index)));
    const outcome = { kind: 'distrusted', fault: fault!, checks, offline: false } as unknown as Item['outcome'];
    return saying(en, { outcome } as Item, 'distrusted').title;
  };
  register.from = index + 1;
  register.seal();
  assert.equal(await told(), en.unrecorded.title);
  register.from = 0;
  register.codes[index] = 3;
  register.seal();
  assert.equal(await told(), en.faults.standing.title);
});

test('a fresh receipt that witnesses saw long ago, or from before what was seen of the log, is none', async () => {
  const { register, index } = registerOf();
  const witness = new Witness('sz.example', register.now);
  const seen = (ago: number): string => register.note((text) => witness.over(text, ago));
  const { service, verifier } = await keeping(register, utf8(`witness sz ${witness.line}\nquorum sz\n`));
  const old = register.receipt(index, { note: seen(86_400) });
  const refresh = (after = 0) => at(register.now + after, () => verifier.refresh(old));
  service.fresh = register.receipt(index, { note: seen(3700) });
  assert.equal((await refresh()).fault?.kind, 'unwitnessed');
  const earlier = register.receipt(index, { note: seen(60) });
  service.fresh = earlier;
  assert.equal((await refresh()).fault, null);
  register.append({ act: 'issue' });
  register.seal();
  service.log = Object.fromEntries(register.tiles());
  service.fresh = register.receipt(index, { note: seen(30) });
  assert.equal((await refresh()).fault, null);
  service.fresh = earlier;
  assert.equal((await refresh(60_000)).fault?.kind, 'rollback');
});
