// A package on the receiver's side: opened, held to the rules, and every document in it checked.

import { makers } from '../hashing/digests';
import { type Bytes, FormatError } from '../log/bytes';
import type { ReceiptCheck } from '../receipt/check';
import { type Algorithm, type Digest, isAlgorithm } from '../receipt/digest';
import { parseEntry } from '../receipt/entry';
import { parseReceipt } from '../receipt/receipt';
import type { Issuer } from '../service/answers';
import { faultOf } from '../service/judge';
import { ServiceFailure } from '../service/http';
import type { Verifier } from '../service/verifier';
import { currentOf, isRecent, verdictBy } from '../status/current';
import { type ConsentReader, requireForUs, type StatedVerdict } from './consent';
import type { Identity } from './identity';
import { consentProofOf } from './locks';
import { OpenedPackage } from './open';
import { PackageRefusal } from './refusal';

/** What is known of a document in a package. */
export interface Inspected {
  readonly verdict: StatedVerdict;
  readonly issuer: Issuer | null;
  /** Whether the register was asked; else its receipt alone speaks for it. */
  readonly isAsked: boolean;
  /** Whether the receipt in the package is of this document and holds; null where there is none. */
  readonly isReceiptRight: boolean | null;
}

export interface Inspection {
  readonly opened: OpenedPackage;
  /** Opens the handover's lock. */
  readonly proof: string;
  readonly documents: readonly Inspected[];
}

/**
 * Opens a package and checks all of it.
 * @throws PackageRefusal It is not to be taken.
 */
export async function inspect(file: Blob, identity: Identity, reader: Omit<ConsentReader, 'encryptionKey'>, verifier: Verifier): Promise<Inspection> {
  const opened = await OpenedPackage.open(file, identity);
  requireForUs(opened.consent, { ...reader, encryptionKey: identity.recipient }, Date.now());
  const documents: Inspected[] = [];
  // One after the other: what is large is read in pieces, and all are read before anything is said of any.
  const read: Read[] = [];
  for (const index of opened.consent.documents.keys()) read.push(await readOne(opened, index));
  const asked = await ask(read.map(({ digests }) => digests[digests.length - 1]!), verifier);
  for (const [i, one] of read.entries()) documents.push(await judge(one, asked?.[i] ?? null, verifier));
  if (!documents.some(({ verdict }) => verdict === 'verified')) throw new PackageRefusal('nothingStands', `none of ${documents.length}`);
  return { opened, proof: await consentProofOf(opened.consentBytes), documents };
}

interface Read {
  /** SHA-256 first; the one that its receipt is about last. */
  readonly digests: readonly Digest[];
  readonly receipt: Bytes | null;
}

async function readOne(opened: OpenedPackage, index: number): Promise<Read> {
  const receipt = opened.receiptOf(index);
  const algorithm = receipt && algorithmOf(receipt);
  const wanted: Algorithm[] = algorithm && algorithm !== 'sha-256' ? ['sha-256', algorithm] : ['sha-256'];
  const hashers = await Promise.all(wanted.map((name) => makers[name]()));
  for (const hasher of hashers) hasher.init();
  await opened.read(index, (piece) => hashers.forEach((hasher) => hasher.update(piece)));
  return { digests: hashers.map((hasher, i) => ({ algorithm: wanted[i]!, hex: hasher.digest('hex') })), receipt };
}

function algorithmOf(receipt: Bytes): Algorithm | null {
  try {
    const { algorithm } = parseEntry(parseReceipt(receipt).entry);
    return isAlgorithm(algorithm) ? algorithm : null;
  } catch (error) {
    // It is no receipt, which is said of it later.
    if (!(error instanceof FormatError)) throw error;
    return null;
  }
}

interface Answered {
  readonly verdict: StatedVerdict;
  readonly issuer: Issuer | null;
}

/** @returns Null where the register cannot be asked. */
async function ask(digests: readonly Digest[], verifier: Verifier): Promise<Answered[] | null> {
  try {
    const judgements = await verifier.verify(digests);
    return judgements.map(({ verdict, findings }) => ({ verdict: verdict ?? 'noAnswer', issuer: findings[0]?.issuer ?? null }));
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    return null;
  }
}

async function judge({ digests, receipt }: Read, asked: Answered | null, verifier: Verifier): Promise<Inspected> {
  const { held } = verifier.trust;
  const check = receipt && held.keys.length > 0 && held.confirmed ? await verifier.checkReceipt(receipt, digests[digests.length - 1]!) : null;
  const isReceiptRight = receipt === null ? null : check !== null && faultOf(check) === null;
  if (asked !== null) return { ...asked, isAsked: true, isReceiptRight };
  return { verdict: isReceiptRight ? verdictOfCheck(check!, verifier.maxAge) : 'noAnswer', issuer: issuerOf(check), isAsked: false, isReceiptRight };
}

/** What a receipt says of a document when nobody can be asked: that it stands only where the log says so itself, and lately. */
function verdictOfCheck(check: ReceiptCheck, maxAge: number): StatedVerdict {
  const now = Date.now();
  const current = currentOf(check, null);
  const verdict = verdictBy(check, current, now);
  return verdict !== 'verified' || (current?.status === 'stands' && isRecent(current, now, maxAge)) ? verdict : 'noAnswer';
}

function issuerOf(check: ReceiptCheck | null): Issuer | null {
  const { issuer, legalName, legalNames, jurisdiction } = check?.entry ?? {};
  if (issuer === undefined || legalName === undefined || jurisdiction === undefined) return null;
  return { id: issuer, legalName, jurisdiction, ...(legalNames !== undefined && { legalNames }) };
}
