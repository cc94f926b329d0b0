// The only addresses that may become scripts (Trusted Types): our own workers'.

import workerAddress from './hashing/worker?worker&url';

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown };
}

const addresses: readonly string[] = [workerAddress, '/assets/offline.js'];

const factory = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
const policy = factory?.createPolicy('worker', {
  createScriptURL(url) {
    if (!addresses.includes(url)) throw new TypeError(`${url} is no script of this page.`);
    return url;
  },
});

const [hashing, offline] = addresses.map((address) => (policy ? policy.createScriptURL(address) : address)) as [string, string];

/** What hashes files. */
export const hashingScript = hashing;

/** What lets the page be opened without the network. */
export const offlineScript = offline;
