// The documents that a holder chose: each is checked by the register before it may be handed over.

import type { Hasher } from '../hashing/hasher';
import { Unreadable } from '../hashing/protocol';
import { type Bytes, utf8 } from '../log/bytes';
import { algorithms, type Algorithm, type Digest } from '../receipt/digest';
import { receiptExtension } from '../receipt/receipt';
import type { Answer, Issuer } from '../service/answers';
import { ServiceFailure } from '../service/service';
import type { Verifier } from '../service/verifier';
import type { ConsentDocument, StatedVerdict } from './consent';
import { documentName, maxDocuments, maxReceiptLength, sameKey } from './limits';
import type { Packed } from './seal';

export interface Candidate {
  readonly file: File;
  /** As it is called in the package. */
  readonly name: string;
  state: 'reading' | 'asking' | 'checked' | 'unreadable';
  /** How many bytes were read. */
  read: number;
  /** SHA-256, hex. */
  digest: string | null;
  verdict: StatedVerdict;
  issuer: Issuer | null;
  receipt: Bytes | null;
  /** The holder wants it handed over though it does not stand. */
  insisted: boolean;
}

const otherAlgorithms = (Object.keys(algorithms) as Algorithm[]).filter((name) => name !== 'sha-256');

/** What was learned of a document. */
interface Finding {
  readonly verdict: StatedVerdict;
  readonly issuer: Issuer | null;
  readonly receipt: Bytes | null;
}

const nothingKnown: Finding = { verdict: 'noAnswer', issuer: null, receipt: null };

export class Candidates {
  items: readonly Candidate[] = [];
  /** Whether some were left out for their number. */
  tooMany = false;
  /** Whether receipts were among what was given: fresh ones are taken. */
  receiptsLeftOut = false;

  constructor(
    private readonly hasher: Hasher,
    private readonly verifier: Verifier,
    private readonly changed: () => void,
  ) {}

  async add(files: readonly File[]): Promise<void> {
    const given = files.filter(({ name }) => !name.endsWith(receiptExtension));
    this.receiptsLeftOut ||= given.length < files.length;
    const taken = new Set(this.items.map(({ name }) => sameKey(name)));
    const added: Candidate[] = [];
    for (const file of given) {
      if (this.items.length + added.length === maxDocuments) {
        this.tooMany = true;
        break;
      }
      const name = documentName(file.name, taken);
      taken.add(sameKey(name));
      added.push({ file, name, state: 'reading', read: 0, digest: null, verdict: 'noAnswer', issuer: null, receipt: null, insisted: false });
    }
    this.items = [...this.items, ...added];
    this.changed();
    await this.check(added);
  }

  remove(candidate: Candidate): void {
    this.items = this.items.filter((each) => each !== candidate);
    this.tooMany = false;
    this.changed();
  }

  insist(candidate: Candidate, on: boolean): void {
    candidate.insisted = on;
    this.changed();
  }

  clear(): void {
    this.items = [];
    this.tooMany = false;
    this.receiptsLeftOut = false;
    this.changed();
  }

  get isPending(): boolean {
    return this.items.some(({ state }) => state === 'reading' || state === 'asking');
  }

  /** Whether each of them stands, or is insisted on. */
  get areFit(): boolean {
    return this.items.every(({ state, verdict, insisted }) => state === 'checked' && (verdict === 'verified' || insisted));
  }

  /** As the consent names them. */
  stated(): ConsentDocument[] {
    return this.items.map(({ file, name, digest, verdict, receipt }) => ({
      name,
      length: file.size,
      digest: `sha-256:${digest!}`,
      verdict,
      receipt: receipt !== null,
      ...(verdict !== 'verified' && { insisted: true as const }),
    }));
  }

  packed(): Packed[] {
    return this.items.map(({ file, receipt }) => ({ file, receipt }));
  }

  private async check(added: readonly Candidate[]): Promise<void> {
    await Promise.all(added.map((candidate) => this.read(candidate)));
    const readable = added.filter(({ digest }) => digest !== null);
    const findings = await this.ask(readable.map(({ digest }) => ({ algorithm: 'sha-256', hex: digest! })));
    for (const [i, candidate] of readable.entries()) {
      const found = findings[i]!;
      Object.assign(candidate, found.verdict === 'unknown' ? await this.lookFurther(candidate) : found);
      candidate.state = 'checked';
    }
    this.changed();
  }

  private async read(candidate: Candidate): Promise<void> {
    try {
      const [digest] = await this.hasher.hash({ file: candidate.file, entry: null }, ['sha-256'], (read) => {
        candidate.read = read;
        this.changed();
      });
      candidate.digest = digest!.hex;
      candidate.state = 'asking';
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      candidate.state = 'unreadable';
    }
    this.changed();
  }

  /** Some institutions register other digests only. */
  private async lookFurther({ file }: Candidate): Promise<Finding> {
    try {
      const digests = await this.hasher.hash({ file, entry: null }, otherAlgorithms, () => undefined);
      const findings = await this.ask(digests);
      return findings.find(({ verdict }) => verdict !== 'unknown') ?? findings[0]!;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return nothingKnown;
    }
  }

  private async ask(digests: readonly Digest[]): Promise<Finding[]> {
    if (digests.length === 0) return [];
    try {
      const answers = await this.verifier.ask(digests);
      const findings: Finding[] = [];
      for (const [i, answer] of answers.entries()) findings.push(await this.judge(answer, digests[i]!));
      return findings;
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error;
      return digests.map(() => nothingKnown);
    }
  }

  private async judge(answer: Answer, digest: Digest): Promise<Finding> {
    const { verdict, findings } = await this.verifier.judge(answer, digest);
    if (verdict === null) return nothingKnown;
    const [first] = findings;
    if (!first) return { verdict, issuer: null, receipt: null };
    const result = answer.results.find(({ issuer }) => issuer.id === first.issuer.id)!;
    const receipt = utf8(result.issueReceipt ?? result.receipt);
    return { verdict, issuer: first.issuer, receipt: receipt.length <= maxReceiptLength ? receipt : null };
  }
}
