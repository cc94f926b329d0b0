// How long a service is waited for.

import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mock, test } from 'node:test';
import { Service, ServiceFailure } from '../src/service/http';

/** Asks for a policy of which the first half has come, and returns what ends its waits, in the order in which they began. */
async function halfway(): Promise<{ limits: readonly AbortController[]; answer: Promise<unknown>; goOn: () => void; close: () => void }> {
  const limits: AbortController[] = [];
  const begun = mock.method(AbortSignal, 'timeout', () => {
    limits.push(new AbortController());
    return limits[limits.length - 1]!.signal;
  });
  let response!: ServerResponse;
  const server = createServer((_, answering) => {
    response = answering;
    response.write('quorum ');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const answer = new Service(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).policy().catch((error: unknown) => error);
  while (limits.length < 2) await new Promise((turn) => setImmediate(turn));
  return {
    limits,
    answer,
    goOn: () => response.end('none\n'),
    close: () => {
      begun.mock.restore();
      server.closeAllConnections();
      server.close();
    },
  };
}

test('an answer of which parts come takes as long as it takes', { timeout: 60_000 }, async () => {
  const { limits, answer, goOn, close } = await halfway();
  limits[0]!.abort(new DOMException('', 'TimeoutError'));
  goOn();
  assert.equal(new TextDecoder().decode((await answer) as Uint8Array), 'quorum none\n');
  close();
});

test('an answer of which nothing comes any more is none', { timeout: 60_000 }, async () => {
  const { limits, answer, close } = await halfway();
  limits[limits.length - 1]!.abort(new DOMException('', 'TimeoutError'));
  const failure = await answer;
  assert.ok(failure instanceof ServiceFailure);
  assert.equal(failure.kind, 'unreachable');
  close();
});
