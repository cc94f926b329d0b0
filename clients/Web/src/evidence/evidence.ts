// The evidence of one check, made when it is asked for and not before: one zip file for the file of a case.

import { configure, BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-custom.js';
import script from '../../../../docs/check.sh?raw';
import { type Item, stateOf } from '../check/item';
import { type Bytes, utf8 } from '../log/bytes';
import type { VerifierKey } from '../log/note';
import type { Policy } from '../log/policy';
import { parseReceipt, receiptExtension } from '../receipt/receipt';
import { saying } from '../view/account';
import { caseFacts, fingerprintFact } from '../view/caseFacts';
import type { Case } from '../view/evidenceForm';
import { visible } from '../view/foreign';
import { report } from '../view/report';
import type { Words } from '../words/en';
import { blocksOf, plainText } from './blocks';
import { type EvidenceFile, fingerprintOf, manifestOf } from './manifest';
import { type Look, paint } from './paint';
import { pdfOf } from './pdf';
import { plainName, readme } from './readme';

export interface Evidence {
  /** Of the zip file. */
  readonly name: string;
  readonly zip: Blob;
  /** SHA-256 of the manifest, hex. */
  readonly fingerprint: string;
}

// A few small files: no worker is needed, and none is allowed but the page's own.
configure({ useWebWorkers: false });

/**
 * The same item, case and words give the same bytes on one computer: nothing in it is of the moment when it is saved.
 * @param place Where the report may stand unseen, in the colours of paper.
 */
export async function makeEvidence(words: Words, language: string, item: Item, about: Case, place: Element): Promise<Evidence> {
  const base = (item.name ?? '').slice((item.name ?? '').lastIndexOf('/') + 1);
  const receipts = receiptsOf(item);
  const keys = keysOf(item);
  const { answer } = { answer: null, ...item.outcome };
  const policy = policyOf(item);
  const key = keys.find(({ kind }) => kind === 'ecdsa')?.line ?? null;
  const text = plainText(blocksOf(reportOf(words, item, about, null)), words.colon);
  const files: EvidenceFile[] = [
    { name: 'README.txt', bytes: utf8(readme({ document: plainName(base), receipts, hasAnswer: answer !== null, hasPolicy: policy !== null, key })) },
    { name: 'report.txt', bytes: utf8(text) },
    ...receipts,
    ...(answer === null ? [] : [{ name: 'answer.json', bytes: utf8(`${JSON.stringify(answer, null, 2)}\n`) }]),
    { name: 'checkpoint', bytes: checkpointOf(item) },
    { name: 'log.vkey', bytes: utf8(keys.map(({ line }) => `${line}\n`).join('')) },
    ...(policy === null ? [] : [{ name: 'policy', bytes: policy.file }]),
    { name: 'check.sh', bytes: utf8(script) },
  ];
  const manifest = await manifestOf(files);
  const fingerprint = await fingerprintOf(manifest.bytes);
  const state = stateOf(item)!;
  const element = reportOf(words, item, about, fingerprint);
  const title = `${saying(words, item, state).title}${words.colon}${visible(base)}`;
  const pdf = await pdfOf(paint(blocksOf(element), lookOf(element, title, place)), { title, language, made: item.at });
  return {
    name: `${base}.${state}.evidence.zip`,
    zip: await zipOf([{ name: 'report.pdf', bytes: pdf }, ...files, manifest], new Date(item.at)),
    fingerprint,
  };
}

function reportOf(words: Words, item: Item, about: Case, fingerprint: string | null): HTMLElement {
  return report(words, item, [caseFacts(words, item, about), fingerprint !== null && fingerprintFact(words, fingerprint)]);
}

/** The fonts and colours that it would be printed in. */
function lookOf(element: HTMLElement, foot: string, place: Element): Look {
  place.replaceChildren(element);
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const look = { fonts: style.fontFamily, color: color('--state'), steps: { holds: color('--good'), fails: color('--bad'), doubted: color('--doubt') }, foot };
  place.replaceChildren();
  return look;
}

type Enclosed = EvidenceFile & { readonly algorithm: string };

function receiptsOf({ outcome }: Item): Enclosed[] {
  if (outcome.kind === 'offline') return [enclosed(outcome.receipt, outcome.check.entry?.algorithm, outcome.check.entry?.issuer, '')];
  if (outcome.kind !== 'answered') return [];
  return outcome.findings.flatMap(({ issuer, checks }) => {
    const result = outcome.answer.results.find((each) => each.issuer.id === issuer.id)!;
    const { receipt, issueReceipt } = result;
    const algorithm = checks[0]!.entry!.algorithm;
    return [enclosed(receipt, algorithm, issuer.id, ''), ...(issueReceipt === undefined ? [] : [enclosed(issueReceipt, algorithm, issuer.id, '.issue')])];
  });
}

function enclosed(receipt: string, algorithm = '', issuer = '', more: string): Enclosed {
  return { name: `receipts/${/^[a-z0-9-]+$/.test(issuer) ? issuer : 'issuer'}${more}${receiptExtension}`, bytes: utf8(receipt), algorithm };
}

function checkpointOf({ outcome }: Item): Bytes {
  if (outcome.kind === 'answered') return utf8(outcome.answer.checkpoint.note);
  if (outcome.kind === 'offline') return parseReceipt(utf8(outcome.receipt)).proof.checkpoint;
  throw new Error(`There is no evidence of what is ${outcome.kind}.`);
}

/** Those in force, and of a receipt checked without the network those that signed it. */
function keysOf({ outcome }: Item): readonly VerifierKey[] {
  if (outcome.kind === 'answered') return outcome.held.keys;
  if (outcome.kind === 'offline') return outcome.check.signers.filter(({ valid }) => valid !== false).map(({ key }) => key);
  return [];
}

/** What the checkpoint was weighed by. */
function policyOf({ outcome }: Item): Policy | null {
  return outcome.kind === 'answered' || outcome.kind === 'offline' ? outcome.watched.policy : null;
}

/** Stored, in this order, each dated with the check, in UTC. */
async function zipOf(files: readonly EvidenceFile[], at: Date): Promise<Blob> {
  // The format has local times; those that read as UTC are the same wherever it is made.
  const lastModDate = new Date(at.getTime() + at.getTimezoneOffset() * 60_000);
  const zip = new ZipWriter(new BlobWriter('application/zip'), { level: 0, lastModDate, extendedTimestamp: false, dataDescriptor: false });
  for (const { name, bytes } of files) await zip.add(name, new Uint8ArrayReader(bytes));
  return zip.close();
}
