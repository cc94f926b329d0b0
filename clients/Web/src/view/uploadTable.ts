// An institution's uploads as rows: of the page's table, and of a spreadsheet's.

import { type Digest, formatDigest, parseDigest } from '../receipt/digest';
import type { Receipted, Upload } from '../service/answers';
import type { Words } from '../words/en';
import { type Child, foreign, h } from './dom';
import * as format from './format';
import { type Standing, standing, type Standings, standingWord } from './standing';

/** By which a document's standing can be asked for; null where it is no document, or the answer does not tell. */
export function digestOf({ receipts }: Upload): Digest | null {
  const told = receipts.find(({ digest }) => digest !== undefined);
  return told ? parseDigest(`${told.algorithm}:${told.digest}`) : null;
}

function standingOf(upload: Upload, standings: Standings): Standing | undefined {
  const digest = digestOf(upload);
  return digest ? standings.get(formatDigest(digest)) : undefined;
}

export function uploadTable(words: Words, uploads: readonly Upload[], standings: Standings): HTMLElement {
  const { columns } = words.issuer;
  const heads = [columns.name, columns.kind, columns.at, columns.state, words.issuerTab.verdict, columns.receipts];
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': words.issuer.title },
    h(
      'table',
      { class: 'uploads' },
      h('thead', {}, h('tr', {}, heads.map((text) => h('th', { scope: 'col' }, text)))),
      h('tbody', {}, uploads.map((upload) => row(words, upload, standingOf(upload, standings)))),
    ),
  );
}

function row(words: Words, upload: Upload, of: Standing | undefined): HTMLElement {
  const said = words.issuer;
  return h(
    'tr',
    { class: `upload ${upload.state}`, 'data-state': upload.state },
    h('td', { class: 'name' }, foreign(upload.path), upload.length !== undefined && h('span', { class: 'size' }, ` ${format.size(words, upload.length)}`), gone(words, upload)),
    h('td', {}, said.kinds[upload.kind]),
    h('td', {}, format.shortTime(words, upload.at)),
    h('td', {}, h('strong', { class: 'upload-state' }, said.states[upload.state]), upload.document === 'deleted' && h('span', {}, ` (${said.deleted})`), rejection(words, upload)),
    h('td', {}, standing(words, upload.path, of)),
    h('td', {}, entries(words, upload)),
  );
}

/** What was overwritten or deleted here, and stands all the same. */
function gone(words: Words, { standing }: Upload): Child {
  if (!standing || standing.versions.length === 0) return null;
  const said = words.issuerTab;
  return h(
    'div',
    { class: 'standing' },
    h('p', {}, said.standing(standing.versions.length)),
    h('ul', {}, standing.versions.map(({ at, receipts }) => h('li', {}, said.version(format.shortTime(words, at), indexes(receipts))))),
    h('p', {}, said.notRevoking),
  );
}

function rejection(words: Words, { rejection }: Upload): Child {
  if (!rejection) return null;
  return h(
    'div',
    { class: 'rejection' },
    h('p', {}, foreign(rejection.detail ?? rejection.title)),
    rejection.lines && h('ul', {}, rejection.lines.map(({ line, detail }) => h('li', {}, `${words.issuer.line(line)}: `, foreign(detail)))),
  );
}

function entries(words: Words, { kind, state, receipts }: Upload): string {
  if (receipts.length > 0) return indexes(receipts);
  return kind !== 'document' && (state === 'answered' || state === 'partlyRejected') ? words.issuer.receiptsElsewhere : '';
}

function indexes(receipts: readonly Receipted[]): string {
  return receipts.map(({ algorithm, logIndex }) => (receipts.length > 1 ? `${logIndex} (${algorithm})` : `${logIndex}`)).join(', ');
}

export function csvHeader(words: Words): string[] {
  const { issuerTab, facts } = words;
  const { columns } = words.issuer;
  return [columns.name, columns.kind, columns.at, columns.state, issuerTab.verdict, columns.receipts, facts.fingerprint, facts.size, facts.detail];
}

/** One row an upload, in the columns of the header; times as RFC 3339, sizes in bytes. */
export function csvRows(words: Words, uploads: readonly Upload[], standings: Standings): string[][] {
  const said = words.issuer;
  return uploads.map((upload) => {
    const of = standingOf(upload, standings);
    const digest = digestOf(upload);
    const { rejection } = upload;
    return [
      upload.path,
      said.kinds[upload.kind],
      upload.at,
      said.states[upload.state],
      of ? standingWord(words, of) : '',
      indexes(upload.receipts),
      digest ? formatDigest(digest) : '',
      upload.length === undefined ? '' : `${upload.length}`,
      rejection ? [rejection.detail ?? rejection.title, ...(rejection.lines ?? []).map(({ line, detail }) => `${said.line(line)}: ${detail}`)].join('\n') : '',
    ];
  });
}
