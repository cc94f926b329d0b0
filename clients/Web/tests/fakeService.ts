// A service as the page sees it. Everything that it says is made here, so that it can lie: for tests of the page in a browser,
// which tests/Web.Tests starts. It prints its address and those of its storage, as JSON on one line.

import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { lockOf, opens } from '../src/handover/locks';
import { commitmentOf, Register } from './register';

const types: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };

interface Handover {
  readonly id: string;
  readonly receiver: string;
  readonly lock: string;
  readonly withdrawLock: string;
  readonly length: number;
  readonly token: string;
  package: Buffer | null;
  digest: string;
  sentAt: string;
  refused?: string;
  /** Index of the entry, and of what followed it. */
  readonly entries: { readonly act: string; readonly index: number }[];
}

/** What it lies about; each test sets one. */
type Lie = 'none' | 'swappedKey' | 'replacedReceiver' | 'otherLock' | 'forgedReceipt' | 'saysReceived' | 'neverTakesIn' | 'down' | 'notForYou';

export class FakeService {
  readonly register = new Register(Date.now());
  readonly handovers = new Map<string, Handover>();
  readonly documents = new Map<string, number>();
  readonly receivers = new Map<string, { index: number; secret: string }>();
  lie: Lie = 'none';
  readonly api: Server;
  readonly storage: Server;

  constructor(private readonly page: string) {
    this.api = createServer((request, response) => void this.answer(request, response));
    this.storage = createServer((request, response) => void this.store(request, response));
  }

  async start(): Promise<{ readonly service: string; readonly storage: string; readonly identities: Record<string, string> }> {
    const open = (server: Server): Promise<string> => new Promise((done) => server.listen(0, '127.0.0.1', () => done(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)));
    await this.describe('demo-lender', 'Demo Lender (Hong Kong) Limited', { en: 'Demo Lender (Hong Kong) Limited', 'zh-Hans': '示范信贷（香港）有限公司', 'zh-Hant': '示範信貸（香港）有限公司' }, ['credit', 'dueDiligence', 'other'], 180);
    await this.describe('demo-insurer', 'Demo Insurer', undefined, ['insurance'], 0);
    this.register.seal();
    const [service, storage] = [await open(this.api), await open(this.storage)];
    return { service, storage, identities: Object.fromEntries([...this.receivers].map(([id, { secret }]) => [id, secret])) };
  }

  private async describe(receiver: string, legalName: string, legalNames: object | undefined, purposes: readonly string[], keepsDays: number): Promise<void> {
    const secret = await generateX25519Identity();
    const old = this.receivers.get(receiver);
    if (old) this.register.codes[old.index] = 4;
    const entry = { act: 'receiver', receiver, legalName, ...(legalNames && { legalNames }), jurisdiction: 'HK', domain: `${receiver}.example`, encryptionKey: await identityToRecipient(secret), purposes, keepsDays, ...(old && { replaces: old.index }) };
    this.receivers.set(receiver, { index: this.register.append(entry), secret });
  }

  private receiverProof(index: number): string {
    const { register } = this;
    const extra = { entry: register.entries[index]!.toString('base64'), status: register.status(index) };
    return register.proof(index, extra);
  }

  private receipt(index: number): string {
    return new TextDecoder().decode(this.register.receipt(index, { status: false, more: this.notes.get(index) ?? {} }));
  }

  private readonly notes = new Map<number, object>();

  /** What becomes of a handover, as the log has it. */
  act(handover: Handover, act: string, more: Record<string, unknown> = {}, note?: object): void {
    const opening = randomBytes(32);
    const text = note && JSON.stringify(note);
    const [first] = handover.entries;
    const index = this.register.append({
      act,
      ...(first && { target: first.index }),
      algorithm: 'sha-256',
      commitment: commitmentOf(opening, handover.digest),
      ...(text !== undefined && { noteCommitment: createHmac('sha256', opening).update(`note\0${text}`).digest('hex') }),
      ...more,
    });
    this.register.hide(index, opening);
    if (text !== undefined) this.notes.set(index, { note: text });
    handover.entries.push({ act, index });
    this.register.now = Date.now();
    this.register.seal();
  }

  private traceOf(handover: Handover): object {
    const { id, receiver, entries, refused } = handover;
    const last = entries.at(-1)?.act;
    const state = refused !== undefined ? 'refused' : last === undefined ? 'announced' : last === 'handover' ? 'sent' : last === 'used' ? 'received' : last;
    const events = entries.map(({ act, index }) => ({ act, at: (JSON.parse(this.register.entries[index]!.toString()) as { at: string }).at, logIndex: index, receipt: this.receipt(index) }));
    if (this.lie === 'forgedReceipt') events.forEach((event) => (event.receipt = event.receipt.replace(/\nindex (\d+)\n/, (_, index: string) => `\nindex ${Number(index) - 1}\n`)));
    return { id, receiver, state: this.lie === 'saysReceived' ? 'received' : state, events, ...(state === 'sent' && { expires: new Date(Date.parse(handover.sentAt) + 30 * 86_400_000).toISOString() }), ...(refused !== undefined && { refused }) };
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://service');
    const body = await read(request);
    const say = (status: number, value: unknown): void => void response.writeHead(status, { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json', 'Cache-Control': 'no-store' }).end(JSON.stringify(value));
    if (pathname.startsWith('/test/')) return this.control(pathname.slice(6), body, say);
    if (this.lie === 'down' && pathname.startsWith('/v1/')) return say(503, { title: 'down' });
    const posted = <T>(): T => JSON.parse(body.toString()) as T;
    const { register } = this;
    let found: RegExpExecArray | null;
    if (pathname === '/v1/keys') return say(200, { origin: register.origin, verifierKeys: [register.line], entries: [{ logIndex: 0, receipt: register.proof(0, { entry: register.entries[0]!.toString('base64') }) }] });
    if (pathname === '/v1/policy') return say(404, { title: 'no policy' });
    if (pathname === '/v1/verify') return say(200, { results: posted<{ digests: { algorithm: string; digest: string }[] }>().digests.map((asked) => this.verdict(asked)) });
    if (pathname === '/v1/receivers') return say(200, { receivers: this.listed() });
    if (pathname === '/v1/handovers') return this.announce(posted<Omit<Handover, 'token'>>(), say);
    if ((found = /^\/v1\/handovers\/([0-9a-f]{64})$/.exec(pathname))) {
      const handover = this.handovers.get(found[1]!);
      return handover ? say(200, this.traceOf(handover)) : say(404, { title: 'none' });
    }
    if ((found = /^\/v1\/handovers\/([0-9a-f]{64})\/withdraw$/.exec(pathname))) {
      const handover = this.handovers.get(found[1]!)!;
      const { proof } = posted<{ proof: string }>();
      if (!(await opens(proof, handover.withdrawLock))) return say(409, { title: 'not the holder' });
      this.act(handover, 'withdrawn', { proof });
      handover.package = null;
      return say(200, {});
    }
    if ((found = /^\/v1\/receivers\/([a-z-]+)\/handovers(?:\/([0-9a-f]{64})\/(package|acts))?$/.exec(pathname))) {
      if (this.lie === 'notForYou') return say(403, { title: 'not for you' });
      return this.receiving(found[1]!, found[2], found[3], body, say);
    }
    if (pathname === '/log/checkpoint') return void response.end(register.note());
    if (pathname.startsWith('/log/tile/')) {
      const tile = register.tiles().find(([path]) => `/log/${path}` === pathname);
      return void (tile ? response.end(tile[1]) : response.writeHead(404).end());
    }
    this.file(pathname, response);
  }

  private verdict({ digest, algorithm }: { digest: string; algorithm: string }): object {
    const index = algorithm === 'sha-256' ? this.documents.get(digest) : undefined;
    const { register } = this;
    const note = register.note();
    const checkpoint = { origin: register.origin, size: register.entries.length, root: note.split('\n')[2]!, note };
    const revoked = index !== undefined && register.codes[index] === 3;
    const acted = revoked ? this.revocations.get(index) : undefined;
    const at = (which: number): string => (JSON.parse(register.entries[which]!.toString()) as { at: string }).at;
    const issuer = { id: 'bank', legalName: 'Bank', jurisdiction: 'HK' };
    const text = (which: number, status: boolean): string => new TextDecoder().decode(register.receipt(which, { status }));
    const results = index === undefined ? [] : [{ issuer, verdict: revoked ? 'revoked' : 'verified', since: at(acted ?? index), receipt: text(acted ?? index, !revoked), ...(acted !== undefined && { issueReceipt: text(index, true) }) }];
    return { verdict: index === undefined ? 'unknown' : revoked ? 'revoked' : 'verified', algorithm, digest, checkedAt: new Date().toISOString(), results, checkpoint };
  }

  private readonly revocations = new Map<number, number>();

  private listed(): object[] {
    return [...this.receivers].map(([id, { index }]) => {
      const entry = JSON.parse(this.register.entries[index]!.toString()) as Record<string, unknown>;
      const { legalName, jurisdiction, encryptionKey, purposes, keepsDays } = entry;
      let proof = this.receiverProof(index);
      if (this.lie === 'swappedKey') {
        proof = proof.replace(/\nextra (.*)\n/, (_, extra: string) => {
          const value = JSON.parse(Buffer.from(extra, 'base64').toString()) as { entry: string };
          const forged = { ...entry, encryptionKey: 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj' };
          return `\nextra ${Buffer.from(JSON.stringify({ ...value, entry: Buffer.from(JSON.stringify(forged)).toString('base64') })).toString('base64')}\n`;
        });
      }
      return { id, legalName, jurisdiction, encryptionKey, purposes, keepsDays, logIndex: index, proof };
    });
  }

  private announce(asked: Omit<Handover, 'token'>, say: (status: number, value: unknown) => void): void {
    const { id, receiver, lock, withdrawLock, length } = asked;
    const known = this.handovers.get(id);
    if (known?.package) return say(409, { title: 'there already' });
    if (!this.receivers.has(receiver)) return say(404, { title: 'no such receiver' });
    const handover: Handover = known ?? { id, receiver, lock, withdrawLock, length, token: randomBytes(8).toString('hex'), package: null, digest: '', sentAt: '', entries: [] };
    this.handovers.set(id, handover);
    say(201, { upload: `${this.address(this.storage)}/receiver-${receiver}/${id}.truecopy?sig=${handover.token}`, expires: new Date(Date.now() + 3_600_000).toISOString(), maxLength: 5_242_880_000 });
  }

  private async receiving(receiver: string, id: string | undefined, what: string | undefined, body: Buffer, say: (status: number, value: unknown) => void): Promise<void> {
    if (id === undefined) {
      const all = [...this.handovers.values()].filter((each) => each.receiver === receiver && each.entries.length > 0).reverse();
      return say(200, { handovers: all.map((each) => ({ ...(this.traceOf(each) as object), sentAt: each.sentAt, length: each.length })), complete: true });
    }
    const handover = this.handovers.get(id);
    if (!handover || handover.receiver !== receiver) return say(404, { title: 'none' });
    if (what === 'package') return handover.package ? say(200, { download: `${this.address(this.storage)}/receiver-${receiver}/${id}.truecopy?sig=r${handover.token}`, expires: new Date(Date.now() + 900_000).toISOString(), length: handover.length }) : say(409, { title: 'gone' });
    const { act, proof, reason, text, purpose } = JSON.parse(body.toString()) as Record<string, string>;
    if (act === 'received' && !(await opens(proof, handover.lock))) return say(409, { title: 'not opened' });
    const note = act === 'declined' ? { reason, ...(text !== undefined && { text }) } : act === 'used' ? { purpose } : undefined;
    this.act(handover, act!, proof === undefined ? {} : { proof }, note);
    if (act !== 'used') handover.package = null;
    say(200, {});
  }

  /** What the test's own process asks for. */
  private async control(what: string, body: Buffer, say: (status: number, value: unknown) => void): Promise<void> {
    const { register } = this;
    const hex = createHash('sha256').update(body).digest('hex');
    if (what === 'issue') this.documents.set(hex, register.issueDigest(hex));
    else if (what === 'revoke') {
      const index = this.documents.get(hex)!;
      register.now = Date.now();
      this.revocations.set(index, register.actOnDigest('revoke', index, hex, 3));
    } else if (what === 'lie') this.lie = body.toString() as Lie;
    else if (what === 'replace') await this.describe('demo-lender', 'Demo Lender (Hong Kong) Limited', undefined, ['credit'], 180);
    else if (what === 'put') {
      const { id, receiver, package: sealed, lock = 'ab'.repeat(32) } = JSON.parse(body.toString()) as { id: string; receiver: string; package: string; lock?: string };
      const bytes = Buffer.from(sealed, 'base64');
      const handover: Handover = { id, receiver, lock, withdrawLock: await lockOf('cd'.repeat(32)), length: bytes.length, token: randomBytes(8).toString('hex'), package: bytes, digest: createHash('sha256').update(bytes).digest('hex'), sentAt: new Date().toISOString(), entries: [] };
      this.handovers.set(id, handover);
      this.act(handover, 'handover', { lock, withdrawLock: handover.withdrawLock });
      return say(200, {});
    } else if (what === 'handovers') return say(200, [...this.handovers.values()].map((each) => ({ id: each.id, length: each.length, package: each.package?.toString('base64') ?? null })));
    else return say(404, {});
    if (what !== 'lie') register.seal();
    say(200, {});
  }

  private file(pathname: string, response: ServerResponse): void {
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    let content: Buffer;
    try {
      content = readFileSync(join(this.page, name));
    } catch {
      response.writeHead(404).end();
      return;
    }
    response
      .writeHead(200, {
        'Content-Type': types[extname(name)] ?? 'application/octet-stream',
        'Content-Security-Policy':
          `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ${this.address(this.storage)}; ` +
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types worker",
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Service-Worker-Allowed': '/',
      })
      .end(content);
  }

  private address(server: Server): string {
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Blob storage, as far as a page meets it: of another origin, write-once, and read by an address of its own. */
  private async store(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = new URL(request.url ?? '/', 'http://storage');
    const id = /([0-9a-f]{64})\.truecopy$/.exec(address.pathname)?.[1];
    const handover = this.handovers.get(id ?? '');
    const cors = { 'Access-Control-Allow-Origin': this.address(this.api), 'Access-Control-Allow-Methods': 'GET, PUT', 'Access-Control-Allow-Headers': 'content-type, x-ms-blob-type' };
    if (request.method === 'OPTIONS') return void response.writeHead(200, cors).end();
    const body = await read(request);
    const signature = address.searchParams.get('sig');
    if (request.method === 'PUT' && handover && signature === handover.token && request.headers['x-ms-blob-type'] === 'BlockBlob') {
      if (handover.package) return void response.writeHead(409, cors).end();
      handover.package = body;
      handover.digest = createHash('sha256').update(body).digest('hex');
      handover.sentAt = new Date().toISOString();
      response.writeHead(201, cors).end();
      if (this.lie === 'neverTakesIn') return;
      if (!body.subarray(0, 21).equals(Buffer.from('age-encryption.org/v1'))) handover.refused = 'no sealed package';
      else this.act(handover, 'handover', { lock: this.lie === 'otherLock' ? 'ef'.repeat(32) : handover.lock, withdrawLock: handover.withdrawLock });
      return;
    }
    if (request.method === 'GET' && handover?.package && signature === `r${handover.token}`) return void response.writeHead(200, { ...cors, 'Content-Length': handover.package.length }).end(handover.package);
    response.writeHead(403, cors).end();
  }
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(JSON.stringify(await new FakeService(process.argv[2]!).start()));
