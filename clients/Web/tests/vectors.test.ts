// The vectors that every client is held to, without a browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import answers from '../../../tests/Vectors/answers.json';
import cosignatures from '../../../tests/Vectors/cosignatures.json';
import keyChains from '../../../tests/Vectors/keys.json';
import notes from '../../../tests/Vectors/notes.json';
import policies from '../../../tests/Vectors/policies.json';
import receipts from '../../../tests/Vectors/receipts.json';
import { type Bytes, FormatError, utf8 } from '../src/log/bytes';
import { parseWitnessKey, seenAt } from '../src/log/cosignature';
import { parseNote } from '../src/log/note';
import { parsePolicy, type Policy, weigh } from '../src/log/policy';
import { checkReceipt, openCheckpoint, parseKeys } from '../src/receipt/check';
import type { Answer } from '../src/service/answers';
import { judgeAnswer } from '../src/service/judge';
import { walkKeys } from '../src/trust/chain';

const bytesOf = (base64: string): Bytes => new Uint8Array(Buffer.from(base64, 'base64'));

for (const { name, receipt, sha256, expect } of receipts.cases) {
  test(`a receipt: ${name}`, async () => {
    const { holds, steps, fault } = await checkReceipt(utf8(receipt), { algorithm: 'sha-256', hex: sha256 }, await parseKeys(receipts.keys));
    assert.equal(holds ? 'holds' : 'refused', expect);
    // Every step but the last one told holds, and the last as the whole does; a fault is told where there is one.
    assert.deepEqual(steps.map((step) => step.holds), steps.map((_, i) => holds || i < steps.length - 1));
    assert.equal(fault === null, holds);
  });
}

for (const { name, note, expect } of notes.cases) {
  test(`a checkpoint: ${name}`, async () => {
    const keys = await parseKeys(notes.keys);
    if (expect === 'holds') await openCheckpoint(utf8(note), keys);
    else await assert.rejects(openCheckpoint(utf8(note), keys), FormatError);
  });
}

for (const { name, known, announced, served, expect } of keyChains.cases) {
  test(`keys: ${name}`, async () => {
    const { keys, fault } = await walkKeys(await parseKeys(known), announced, served);
    if (Array.isArray(expect)) assert.deepEqual([fault, keys.map(({ line }) => line).sort()], [null, expect.toSorted()]);
    else assert.notEqual(fault, null);
  });
}

for (const { name, answer, sha256, now, seen, expect } of answers.cases) {
  test(`an answer: ${name}`, async () => {
    const log: Record<string, string> = answers.log;
    const { verdict, fault } = await judgeAnswer(answer as unknown as Answer, { algorithm: 'sha-256', hex: sha256 }, {
      keys: await parseKeys(answers.keys),
      seen: seen ?? null,
      now: Date.parse(now),
      read: (path) => Promise.resolve(bytesOf(log[path]!)),
    });
    assert.equal(verdict ?? fault?.kind, expect);
  });
}

for (const { name, key, note, time } of cosignatures.cases) {
  test(`a cosignature that another implementation made: ${name}`, async () => {
    assert.equal(await seenAt(parseNote(utf8(note)), await parseWitnessKey(key)), time * 1000);
  });
}

for (const { name, policy: file, note, expect } of policies.cases) {
  test(`a policy: ${name}`, async () => {
    let policy: Policy;
    try {
      policy = await parsePolicy(utf8(file));
    } catch (error) {
      assert.ok(error instanceof FormatError);
      assert.equal(error.message, expect);
      return;
    }
    const weighed = weigh(parseNote(utf8(note!)), policy, policies.now * 1000);
    if (expect === 'refused') {
      await assert.rejects(weighed, FormatError);
      return;
    }
    const { isMet, sightings, fault } = await weighed;
    assert.equal([isMet ? 'met' : 'unmet', ...sightings.map(({ witness, at }) => `${witness.name} ${at / 1000}`)].join(' '), expect);
    assert.equal(fault === null, isMet);
  });
}
