// Lets the page be opened without the network, where its user wants that. It touches nothing but the page's own files: what is
// asked of the service goes its way, and is never kept here.

/** Put in when the page is built (vite.config.ts): what the page loads, and a name of this very set. */
declare const OFFLINE: { readonly version: string; readonly files: readonly string[] };

const worker = self as unknown as ServiceWorkerGlobalScope;
const { version, files } = OFFLINE;
const prefix = 'truecopy-';
const own = `${prefix}${version}`;

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(takeOver()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  if (request.mode === 'navigate' && pathname === '/') event.respondWith(page(request));
  else if (files.includes(pathname)) event.respondWith(file(request));
});

async function install(): Promise<void> {
  const cache = await caches.open(own);
  await cache.addAll([new Request('/', { cache: 'reload' }), ...files]);
  // A newer page is one for all windows: what it replaces is not on the server any more.
  await worker.skipWaiting();
}

async function takeOver(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(prefix) && name !== own).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** The page of now where the network reaches it, else the one that is kept. */
async function page(request: Request): Promise<Response> {
  let response: Response | null = null;
  try {
    response = await fetch(request);
    if (response.ok) return response;
  } catch (error) {
    // What browsers throw where nothing comes.
    if (!(error instanceof TypeError)) throw error;
  }
  return (await kept('/')) ?? response ?? Response.error();
}

/** Names change with the content, so that what is kept is right. */
async function file(request: Request): Promise<Response> {
  return (await kept(request)) ?? fetch(request);
}

async function kept(request: Request | string): Promise<Response | undefined> {
  return (await caches.open(own)).match(request, { ignoreVary: true });
}
