// Packages that somebody means ill with, for a receiver of the fake service; and one that is right.

import { type Consent, type ConsentDraft, writeConsent } from '../src/handover/consent';
import type { Identity } from '../src/handover/identity';
import { consentProofOf, lockOf } from '../src/handover/locks';
import { type Bytes, utf8 } from '../src/log/bytes';
import { draftOf, sealedZip, sha256, zipOf } from './package';

export const document = '%PDF-1.7 a statement that was issued';

export const abuses = [
  'right', 'traversal', 'duplicate', 'bomb', 'oversizedConsent', 'malformedConsent', 'repeatedMember', 'wrongReceipt', 'otherReceiver', 'otherLog', 'otherHandover', 'ended', 'purpose', 'nothingStands', 'cut', 'plain', 'otherKey',
] as const;
export type Abuse = (typeof abuses)[number];

export interface Made {
  readonly sealed: Bytes;
  readonly lock: string;
}

/** @param receipt Of {@link document}. */
export async function abuse(kind: Abuse, identity: Identity, other: Identity, handover: string, receipt: Bytes, now: Date): Promise<Made> {
  const content = kind === 'nothingStands' ? 'never issued' : document;
  const draft: ConsentDraft = {
    ...draftOf(identity, []),
    receiver: { id: kind === 'otherReceiver' ? 'demo-insurer' : 'demo-lender', legalName: 'Demo Lender (Hong Kong) Limited', encryptionKey: identity.recipient, logIndex: 1 },
    log: kind === 'otherLog' ? 'other.example' : 'register.example',
    purpose: kind === 'purpose' ? 'insurance' : 'credit',
    until: new Date(now.getTime() + (kind === 'ended' ? -1 : 30) * 86_400_000).toISOString(),
    documents: [{ name: 'statement.pdf', length: utf8(content).length, digest: `sha-256:${sha256(content)}`, verdict: 'verified', receipt: true }],
  };
  const { bytes } = writeConsent(draft, kind === 'otherHandover' ? 'ef'.repeat(32) : handover, new Date(now.getTime() - (kind === 'ended' ? 2 : 0) * 86_400_000));
  const consent = changed(kind, bytes);
  const zip = await zipOf([
    ['consent.json', consent],
    ['READ-ME.txt', 'by hand'],
    ['documents/statement.pdf', kind === 'bomb' ? content.repeat(1000) : content],
    ['receipts/statement.pdf.tlog-proof', kind === 'wrongReceipt' ? utf8('c2sp.org/tlog-proof@v1\nindex 0\n\nnothing') : receipt],
    ...(kind === 'traversal' ? ([['documents/../../../.ssh/authorized_keys', 'x']] as const) : []),
    ...(kind === 'duplicate' ? ([['documents/Statement.PDF', 'x']] as const) : []),
  ]);
  const sealed = kind === 'plain' ? zip : new Uint8Array(await (await sealedZip(kind === 'otherKey' ? other : identity, zip)).arrayBuffer());
  return { sealed: kind === 'cut' ? sealed.slice(0, -1) : sealed, lock: await lockOf(await consentProofOf(consent)) };
}

function changed(kind: Abuse, bytes: Bytes): Bytes {
  const text = new TextDecoder().decode(bytes);
  if (kind === 'oversizedConsent') return utf8(text + ' '.repeat(65_536));
  if (kind === 'repeatedMember') return utf8(text.replace('{', '{"purpose":"legal",'));
  return kind === 'malformedConsent' ? utf8(JSON.stringify({ ...(JSON.parse(text) as Consent), more: 'than is known' })) : bytes;
}
