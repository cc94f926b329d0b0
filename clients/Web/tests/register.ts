// A register of a few entries as its service would show it, made here so that its every byte can be wrong.

import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { type Bytes, utf8 } from '../src/log/bytes';
import { tilePath, tileWidth } from '../src/log/tiles';
import type { Answer, Result, StatusAnswer, Verdict } from '../src/service/answers';

const hash = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const leaf = (bytes: Uint8Array): Buffer => hash(Buffer.of(0), bytes);
const node = (left: Uint8Array, right: Uint8Array): Buffer => hash(Buffer.of(1), left, right);
const split = (count: number): number => 2 ** Math.ceil(Math.log2(count) - 1);

/** As RFC 9162 has it, section 2.1.1. */
export function rootOf(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 1) return Buffer.from(leaves[0]!);
  const k = split(leaves.length);
  return node(rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}

/** Section 2.1.3.1, the leaf's sibling first. */
export function pathOf(leaves: readonly Uint8Array[], index: number): Buffer[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return index < k ? [...pathOf(leaves.slice(0, k), index), rootOf(leaves.slice(k))] : [...pathOf(leaves.slice(k), index - k), rootOf(leaves.slice(0, k))];
}

export const pagesOf = (codes: readonly number[]): Buffer[] =>
  Array.from({ length: Math.ceil(codes.length / 128) }, (_, page) => Buffer.from(Array.from({ length: 64 }, (_, i) => (codes[128 * page + 2 * i] ?? 0) | ((codes[128 * page + 2 * i + 1] ?? 0) << 4))));

export const encodedPages = (pages: readonly (readonly [number, Uint8Array])[]): Buffer => {
  const parts: Uint8Array[] = [];
  let next = 0;
  for (const [number, page] of pages) {
    let gap = number - next;
    const varint: number[] = [];
    for (; gap >= 128; gap >>= 7) varint.push((gap & 127) | 128);
    parts.push(Uint8Array.from([...varint, gap]), page);
    next = number + 1;
  }
  return Buffer.concat(parts);
};

const joined = (path: readonly Uint8Array[]): string => Buffer.concat(path).toString('base64');

/** What a receipt is made of, to be made wrong. */
export interface Parts {
  entry?: Uint8Array;
  path?: readonly Uint8Array[];
  page?: Uint8Array;
  pagePath?: readonly Uint8Array[];
}

export class Register {
  readonly origin = 'register.example';
  readonly line: string;
  readonly entries: Buffer[] = [];
  codes: number[] = [];
  private readonly openings = new Map<number, Buffer>();
  private readonly secret: KeyObject;
  private readonly id: Buffer;
  /** Of entries before it nothing is proven. */
  from = 0;

  constructor(public now = Date.parse('2026-11-26T09:00:00Z')) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const der = publicKey.export({ format: 'der', type: 'spki' });
    this.secret = privateKey;
    this.id = hash(der).subarray(0, 4);
    this.line = `${this.origin}+${this.id.toString('hex')}+${Buffer.concat([Buffer.of(2), der]).toString('base64')}`;
    this.append({ act: 'genesis', origin: this.origin, keys: [this.line] });
  }

  get at(): string {
    return new Date(this.now).toISOString();
  }

  /** When an entry was made. */
  atOf(index: number): string {
    return (JSON.parse(this.entries[index]!.toString()) as { at: string }).at;
  }

  append(entry: object, code = 0): number {
    this.codes.push(code);
    return this.entries.push(Buffer.from(JSON.stringify({ v: 1, at: this.at, ...entry }))) - 1;
  }

  issue(document: string, more: object = {}): number {
    return this.issueDigest(hexOf(document), more);
  }

  issueDigest(digest: string, more: object = {}): number {
    const opening = randomBytes(32);
    this.hide(this.entries.length, opening);
    return this.append({ act: 'issue', issuer: 'bank', legalName: 'Bank', jurisdiction: 'HK', algorithm: 'sha-256', commitment: commitmentOf(opening, digest), ...more });
  }

  act(act: string, target: number, document: string, code: number): number {
    return this.actOnDigest(act, target, hexOf(document), code);
  }

  actOnDigest(act: string, target: number, digest: string, code: number): number {
    const opening = randomBytes(32);
    this.hide(this.entries.length, opening);
    this.codes[target] = code;
    return this.append({ act, issuer: 'bank', legalName: 'Bank', jurisdiction: 'HK', algorithm: 'sha-256', commitment: commitmentOf(opening, digest), target });
  }

  /** What opens the commitment of an entry. */
  hide(index: number, opening: Buffer): void {
    this.openings.set(index, opening);
  }

  /** Ends a batch. */
  seal(more: object = {}): this {
    const root = rootOf(pagesOf(this.codes).map(leaf)).toString('hex');
    this.append({ act: 'status', covers: this.entries.length, root, ...(this.from > 0 && { from: this.from }), ...more });
    return this;
  }

  /** The checkpoint, with these lines more. */
  note(more: (text: string) => string = () => ''): string {
    const text = `${this.origin}\n${this.entries.length}\n${rootOf(this.leaves).toString('base64')}\n`;
    const signature = sign('sha256', Buffer.from(text), this.secret);
    return `${text}\n— ${this.origin} ${Buffer.concat([this.id, signature]).toString('base64')}\n${more(text)}`;
  }

  receipt(index: number, { status = true, wrong = {}, note = this.note(), more = {} }: { status?: boolean; wrong?: Parts; note?: string; more?: object } = {}): Bytes {
    const extra = { entry: this.entries[index]!.toString('base64'), opening: this.openings.get(index)!.toString('hex'), ...(status && { status: this.status(index, wrong) }), ...more };
    return utf8(this.proof(index, extra, note));
  }

  /** A tlog-proof with whatever line of JSON. */
  proof(index: number, extra: object, note = this.note()): string {
    const path = pathOf(this.leaves, index).map((each) => `${each.toString('base64')}\n`).join('');
    return `c2sp.org/tlog-proof@v1\nextra ${Buffer.from(JSON.stringify(extra)).toString('base64')}\nindex ${index}\n${path}\n${note}`;
  }

  /** What proves the status of an entry, by the last one. */
  status(index: number, wrong: Parts = {}): object {
    const last = this.entries.length - 1;
    const pages = pagesOf(this.codes.slice(0, last));
    const page = Math.floor(index / 128);
    const { entry = this.entries[last]!, path = pathOf(this.leaves, last), page: bytes = pages[page]!, pagePath = pathOf(pages.map(leaf), page) } = wrong;
    return { entry: Buffer.from(entry).toString('base64'), path: joined(path), page: Buffer.from(bytes).toString('base64'), pagePath: joined(pagePath) };
  }

  /** The answer to `/v1/status`: what changed since the codes of an earlier status, or all. */
  statusAnswer(before: readonly number[] = [], note = this.note()): StatusAnswer {
    const last = this.entries.length - 1;
    const old = pagesOf(before);
    const changed = [...pagesOf(this.codes.slice(0, last)).entries()].filter(([i, page]) => !page.equals(old[i] ?? Buffer.alloc(64)));
    return { checkpoint: note, entry: this.entries[last]!.toString('base64'), path: joined(pathOf(this.leaves, last)), since: before.length, pages: encodedPages(changed).toString('base64') };
  }

  /** The answer to a question about a document that was issued, by the receipts given. */
  answer(document: string, verdict: Verdict, receipt: Bytes, issueReceipt?: Bytes, more: Partial<Result> = {}): Answer {
    const issuer = { id: 'bank', legalName: 'Bank', jurisdiction: 'HK' };
    const text = (bytes: Bytes): string => new TextDecoder().decode(bytes);
    const result = { issuer, verdict, since: this.at, receipt: text(receipt), ...(issueReceipt && { issueReceipt: text(issueReceipt) }), ...more };
    const checkpoint = { origin: this.origin, size: this.entries.length, root: rootOf(this.leaves).toString('base64'), note: text(receipt).slice(text(receipt).indexOf('\n\n') + 2) };
    return { verdict, algorithm: 'sha-256', digest: hexOf(document), checkedAt: this.at, results: [result], checkpoint };
  }

  /** The hash tiles of its size, by path: of a log of less than 65,536 entries. */
  tiles(): [string, Bytes][] {
    const { leaves } = this;
    const tile = (level: number, hashes: readonly Uint8Array[]): [string, Bytes][] =>
      Array.from({ length: Math.ceil(hashes.length / tileWidth) }, (_, i) => {
        const own = hashes.slice(tileWidth * i, tileWidth * (i + 1));
        return [tilePath(level, i, own.length), new Uint8Array(Buffer.concat(own))];
      });
    const above = Array.from({ length: Math.floor(leaves.length / tileWidth) }, (_, i) => rootOf(leaves.slice(tileWidth * i, tileWidth * (i + 1))));
    return [...tile(0, leaves), ...tile(1, above)];
  }

  private get leaves(): Buffer[] {
    return this.entries.map(leaf);
  }
}

export const hexOf = (document: string): string => createHash('sha256').update(document).digest('hex');

/** @param digest SHA-256, hex. */
export function commitmentOf(opening: Buffer, digest: string): string {
  return createHmac('sha256', opening).update('sha-256\0').update(Buffer.from(digest, 'hex')).digest('hex');
}
