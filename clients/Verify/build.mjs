// Builds dist: types by tsc, code by esbuild. What is there of the same sources stays, and whoever builds it at the same time is not disturbed:
// it appears whole, under its name, or not at all.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../Web/node_modules/esbuild/lib/main.js';

process.chdir(import.meta.dirname ?? new URL('.', import.meta.url).pathname);
const stamp = '.sources';
const licences = { 'hash-wasm': '../Web/node_modules/hash-wasm/LICENSE', noble: '../Web/node_modules/@noble/curves/LICENSE' };

const sources = readdirSync('../Web/src', { recursive: true }).filter((name) => name.endsWith('.ts')).map((name) => join('../Web/src', name)).sort();
const hash = createHash('sha256');
for (const file of [...sources, '../Web/package-lock.json', '../Web/node_modules/.package-lock.json', '../../LICENSE', 'tsconfig.json', 'build.mjs']) hash.update(`${file}\0`).update(readFileSync(file));
const wanted = hash.digest('hex');

const isBuilt = () => {
  try {
    return readFileSync(join('dist', stamp), 'utf8') === wanted;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return false;
  }
};

/** @returns whether it had the name to itself */
const move = (from, to) => {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    return false;
  }
};

if (!isBuilt()) {
  const folder = mkdtempSync('.build-');
  try {
    const made = join(folder, 'dist');
    execFileSync(process.execPath, ['../Web/node_modules/typescript/bin/tsc', '-p', '.', '--outDir', made], { stdio: 'inherit' });
    await build({
      absWorkingDir: process.cwd(),
      entryPoints: ['../Web/src/verify.ts'],
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['module'],
      target: 'es2022',
      outdir: made,
      logLevel: 'warning',
    });
    for (const [library, licence] of Object.entries(licences)) cpSync(licence, join(made, `${library}.LICENSE`));
    writeFileSync(join(made, stamp), wanted);
    cpSync('../../LICENSE', join(folder, 'LICENSE'));
    renameSync(join(folder, 'LICENSE'), 'LICENSE');
    // Another that was built meanwhile is as good.
    if (!isBuilt()) {
      move('dist', join(folder, 'before'));
      if (!move(made, 'dist') && !isBuilt()) throw new Error('dist was built of other sources meanwhile');
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
