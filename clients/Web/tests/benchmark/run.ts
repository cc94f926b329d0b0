// How fast the page hashes, beside the libraries that could do it in its place, in one browser:
// npm run benchmark. TRUECOPY_CHROMIUM names another program than chromium.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';

const folder = join('obj', 'benchmark');
const profile = mkdtempSync(join(tmpdir(), 'truecopy-benchmark-'));

const server = createServer((request, response) => {
  if (request.method === 'POST') {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      console.log(body);
      response.end();
      browser.kill();
    });
    return;
  }
  const path = normalize(request.url ?? '/');
  if (path === '/') {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><script type="module" src="/page.js"></script>');
    return;
  }
  try {
    const content = readFileSync(join(folder, path));
    response.setHeader('Content-Type', 'text/javascript');
    response.end(content);
  } catch {
    response.statusCode = 404;
    response.end();
  }
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const browser = spawn(process.env.TRUECOPY_CHROMIUM ?? 'chromium', ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', `--user-data-dir=${profile}`, address], { stdio: 'ignore' });
browser.on('exit', () => {
  server.close();
  rmSync(profile, { recursive: true, force: true });
});
