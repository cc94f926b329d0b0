// A service as the page sees it. Everything that it says is made here, so that it can lie: for tests of the page in a browser,
// which tests/Web.Tests starts. It prints where it is, as JSON on one line.

import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { lockOf } from '../src/handover/locks';
import { abuse, type Abuse, document } from './abuse';
import { FakeHandovers, type Handover, type Lie, reply, type Reply } from './fakeHandovers';
import { Register } from './register';

/** What it prints. */
interface Started {
  readonly service: string;
  readonly storage: string;
  /** Its clock, which stands still. */
  readonly at: string;
  /** The receivers' secret keys, by their ids. */
  readonly identities: Record<string, string>;
}

const types: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };
const bank = { id: 'bank', legalName: 'Bank', jurisdiction: 'HK' };

class FakeService {
  private readonly register = new Register();
  private readonly documents = new Map<string, number>();
  private readonly revocations = new Map<number, number>();
  private readonly receivers = new Map<string, { readonly index: number; readonly secret: string }>();
  private readonly handovers = new FakeHandovers(this.register, () => this.lie, () => addressOf(this.storage));
  private readonly api = createServer((request, response) => void this.answer(request, response));
  private readonly storage = createServer((request, response) => void this.store(request, response));
  private lie: Lie = 'none';

  constructor(private readonly page: string) {}

  async start(): Promise<Started> {
    await this.describe('demo-lender', 'Demo Lender (Hong Kong) Limited', ['credit', 'dueDiligence', 'other'], 180);
    await this.describe('demo-insurer', 'Demo Insurer', ['insurance'], 0);
    this.register.seal();
    for (const server of [this.api, this.storage]) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return { service: addressOf(this.api), storage: addressOf(this.storage), at: this.register.at, identities: Object.fromEntries([...this.receivers].map(([id, { secret }]) => [id, secret])) };
  }

  private async describe(receiver: string, legalName: string, purposes: readonly string[], keepsDays: number): Promise<void> {
    const secret = await generateX25519Identity();
    const legalNames = receiver === 'demo-lender' ? { en: legalName, 'zh-Hans': '示范信贷（香港）有限公司', 'zh-Hant': '示範信貸（香港）有限公司' } : undefined;
    const entry = { act: 'receiver', receiver, legalName, ...(legalNames && { legalNames }), jurisdiction: 'HK', domain: `${receiver}.example`, encryptionKey: await identityToRecipient(secret), purposes, keepsDays };
    this.receivers.set(receiver, { index: this.register.append(entry), secret });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://service');
    const body = await read(request);
    if (pathname.startsWith('/test/') || pathname.startsWith('/v1/')) {
      const { status, value } = pathname.startsWith('/test/') ? await this.control(pathname.slice(6), body) : this.lie === 'down' ? reply(503) : await this.asked(pathname, body);
      response.writeHead(status, { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json', 'Cache-Control': 'no-store' }).end(JSON.stringify(value));
    } else if (pathname === '/log/checkpoint') response.end(this.register.note());
    else if (pathname.startsWith('/log/')) this.send(response, this.register.tiles().find(([path]) => `/log/${path}` === pathname)?.[1] ?? null, {});
    else this.file(pathname === '/' ? 'index.html' : pathname.slice(1), response);
  }

  private asked(pathname: string, body: Buffer): Reply | Promise<Reply> {
    const { register, handovers } = this;
    const posted = (): unknown => JSON.parse(body.toString());
    const [, , what, id, more, handover, last] = pathname.split('/');
    switch (what) {
      case 'keys':
        return reply(200, { origin: register.origin, verifierKeys: [register.line], entries: [{ logIndex: 0, receipt: register.proof(0, { entry: register.entries[0]!.toString('base64') }) }] });
      case 'verify':
        return reply(200, { results: (posted() as { digests: { algorithm: string; digest: string }[] }).digests.map((asked) => this.verdict(asked)) });
      case 'handovers':
        if (id === undefined) return handovers.announce(posted() as Handover);
        return more === 'withdraw' ? handovers.withdraw(id, (posted() as { proof: string }).proof) : handovers.trace(id);
      case 'receivers':
        if (id === undefined) return reply(200, { receivers: [...this.receivers].map(([own, { index }]) => ({ id: own, logIndex: index, proof: this.receiverProof(index) })) });
        if (this.lie === 'notForYou') return reply(403);
        if (handover === undefined) return handovers.waiting(id);
        return last === 'package' ? handovers.package(id, handover) : handovers.acts(id, handover, posted() as Record<string, string>);
      default:
        return reply(404);
    }
  }

  private verdict({ digest, algorithm }: { readonly digest: string; readonly algorithm: string }): object {
    const { register } = this;
    const index = algorithm === 'sha-256' ? this.documents.get(digest) : undefined;
    const note = register.note();
    const acted = index === undefined ? undefined : this.revocations.get(index);
    const verdict = index === undefined ? 'unknown' : acted === undefined ? 'verified' : 'revoked';
    const text = (which: number, status: boolean): string => new TextDecoder().decode(register.receipt(which, { status }));
    const result = index !== undefined && { issuer: bank, verdict, since: register.atOf(acted ?? index), receipt: text(acted ?? index, acted === undefined), ...(acted !== undefined && { issueReceipt: text(index, true) }) };
    return { verdict, algorithm, digest, checkedAt: register.at, results: result ? [result] : [], checkpoint: { origin: register.origin, size: register.entries.length, root: note.split('\n')[2]!, note } };
  }

  private receiverProof(index: number): string {
    const { register } = this;
    const own = register.entries[index]!;
    // The operator would have packages sealed to a key of its own.
    const swapped = Buffer.from(JSON.stringify({ ...(JSON.parse(own.toString()) as object), encryptionKey: 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj' }));
    return register.proof(index, { entry: (this.lie === 'swappedKey' ? swapped : own).toString('base64'), status: register.status(index) });
  }

  /** What the test asks for. */
  private async control(what: string, body: Buffer): Promise<Reply> {
    const { register } = this;
    const hex = createHash('sha256').update(body).digest('hex');
    switch (what) {
      case 'issue':
        this.documents.set(hex, register.issueDigest(hex));
        register.seal();
        return reply(200);
      case 'revoke': {
        const index = this.documents.get(hex)!;
        this.revocations.set(index, register.actOnDigest('revoke', index, hex, 3));
        register.seal();
        return reply(200);
      }
      case 'lie':
        this.lie = body.toString() as Lie;
        return reply(200);
      case 'abuse':
        return this.abuse(body.toString() as Abuse);
      case 'packages':
        return reply(200, [...this.handovers.all.values()].map(({ id, package: sealed }) => ({ id, package: sealed?.toString('base64') ?? null })));
      default:
        return reply(404);
    }
  }

  /** Somebody sends a package to the lender, past the page. */
  private async abuse(kind: Abuse): Promise<Reply> {
    const { register } = this;
    const id = randomBytes(32).toString('hex');
    const hex = createHash('sha256').update(document).digest('hex');
    if (!this.documents.has(hex)) await this.control('issue', Buffer.from(document));
    const identities = [...this.receivers.values()].map(async ({ secret }) => ({ secret, recipient: await identityToRecipient(secret) }));
    const [own, other] = await Promise.all(identities);
    const { sealed, lock } = await abuse(kind, own!, other!, id, register.receipt(this.documents.get(hex)!), new Date(register.now));
    const handover = this.handovers.open({ id, receiver: 'demo-lender', lock, withdrawLock: await lockOf('cd'.repeat(32)), length: sealed.length });
    this.handovers.takeIn(handover, Buffer.from(sealed));
    return reply(200, { id });
  }

  private file(name: string, response: ServerResponse): void {
    let content: Buffer | null;
    try {
      content = readFileSync(join(this.page, name));
    } catch {
      content = null;
    }
    this.send(response, content, {
      'Content-Type': types[extname(name)] ?? 'application/octet-stream',
      'Content-Security-Policy':
        `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ${addressOf(this.storage)}; ` +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types worker",
      'Cross-Origin-Opener-Policy': 'same-origin',
    });
  }

  private send(response: ServerResponse, content: Uint8Array | null, headers: Record<string, string>): void {
    if (content === null) response.writeHead(404).end();
    else response.writeHead(200, headers).end(content);
  }

  /** Blob storage, as far as a page meets it: of another origin, write-once, and read by an address of its own. */
  private async store(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = new URL(request.url ?? '/', 'http://storage');
    const handover = this.handovers.all.get(/([0-9a-f]{64})\.truecopy$/.exec(address.pathname)?.[1] ?? '');
    const cors = { 'Access-Control-Allow-Origin': addressOf(this.api), 'Access-Control-Allow-Methods': 'GET, PUT', 'Access-Control-Allow-Headers': 'content-type, x-ms-blob-type' };
    const signature = address.searchParams.get('sig');
    const body = await read(request);
    let [status, content]: [number, Buffer | null] = [403, null];
    if (request.method === 'OPTIONS') status = 200;
    else if (!handover) status = 403;
    else if (request.method === 'PUT' && signature === handover.token && request.headers['x-ms-blob-type'] === 'BlockBlob') {
      status = handover.package ? 409 : 201;
      if (!handover.package) this.handovers.takeIn(handover, body);
    } else if (request.method === 'GET' && handover.package && signature === `r${handover.token}`) [status, content] = [200, handover.package];
    response.writeHead(status, cors).end(content ?? undefined);
  }
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

// It ends with whoever started it.
process.stdin.resume().on('end', () => process.exit());
console.log(JSON.stringify(await new FakeService(process.argv[2]!).start()));
