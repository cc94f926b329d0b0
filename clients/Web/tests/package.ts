// Packages for the tests, made right and wrong.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { configure, TextReader, Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js/lib/zip-core-custom.js';
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { type ConsentDraft, writeConsent } from '../src/handover/consent';
import type { Identity } from '../src/handover/identity';
import { PackageRefusal, type RefusalRule } from '../src/handover/refusal';
import { seal } from '../src/handover/seal';
import { type Bytes, utf8 } from '../src/log/bytes';

configure({ useWebWorkers: false });

export const origin = 'register.example';
export const documents: readonly (readonly [string, string])[] = [
  ['statement.pdf', '%PDF-1.7 the first'],
  ['对账单.txt', '第二份'],
];

export async function makeIdentity(): Promise<Identity> {
  const secret = await generateX25519Identity();
  return { secret, recipient: await identityToRecipient(secret) };
}

export const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');

export function draftOf({ recipient }: Identity, all = documents): ConsentDraft {
  return {
    log: origin,
    receiver: { id: 'lender', legalName: 'Lender Ltd', encryptionKey: recipient, logIndex: 7 },
    purpose: 'credit',
    scope: 'statements of 2026',
    until: '2027-05-26T12:00:00Z',
    language: 'en',
    documents: all.map(([name, content], i) => ({
      name,
      length: utf8(content).length,
      digest: `sha-256:${sha256(content)}`,
      verdict: i === 0 ? 'verified' : 'unknown',
      receipt: i === 0,
      ...(i > 0 && { insisted: true as const }),
    })),
  };
}

/** A package as the page makes it. */
export async function sealed(identity: Identity, all = documents) {
  const { consent, bytes } = writeConsent(draftOf(identity, all), 'ab'.repeat(32), new Date('2026-11-26T12:00:00Z'));
  const pieces: Bytes[] = [];
  let progress = 0;
  const packed = all.map(([, content], i) => ({ file: new Blob([content]), receipt: i === 0 ? utf8('the receipt of the first') : null }));
  const { length, digest } = await seal(consent, bytes, packed, { write: (piece) => Promise.resolve(void pieces.push(piece.slice())) }, (done) => (progress = done));
  return { file: new Blob(pieces), bytes, consent, length, digest, progress };
}

/** A zip as somebody else would make it. */
export async function zipOf(entries: readonly (readonly [string, string | Bytes])[], options: { readonly level?: number } = {}, comment?: string): Promise<Bytes> {
  const zip = new ZipWriter(new Uint8ArrayWriter(), { level: 0, extendedTimestamp: false, dataDescriptor: false, ...options });
  for (const [name, content] of entries) {
    if (name.endsWith('/')) await zip.add(name, undefined, { directory: true });
    else await zip.add(name, typeof content === 'string' ? new TextReader(content) : new Uint8ArrayReader(content));
  }
  return new Uint8Array(await zip.close(comment === undefined ? undefined : utf8(comment)));
}

export async function sealedZip({ recipient }: Identity, zip: Bytes): Promise<Blob> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return new Blob([new Uint8Array(await encrypter.encrypt(zip))]);
}

export function refusedBy(rule: RefusalRule, doing: Promise<unknown>): Promise<void> {
  return assert.rejects(doing, (error) => {
    assert.ok(error instanceof PackageRefusal, String(error));
    assert.equal(error.rule, rule, error.message);
    return true;
  });
}
