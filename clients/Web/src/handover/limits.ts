// What a package may hold (docs/handover-format.md).

import { utf8 } from '../log/bytes';
import { PackageRefusal } from './refusal';

export const maxDocuments = 200;
export const maxConsentLength = 64 * 1024;
export const maxReceiptLength = 64 * 1024;

/** One blob takes no more in one piece. */
export const maxPackageLength = 5000 * 2 ** 20;

export const consentName = 'consent.json';
export const readMeName = 'READ-ME.txt';
export const documentsFolder = 'documents/';
export const receiptsFolder = 'receipts/';

/** In bytes of UTF-8; a receipt's is longer by its extension, and file systems take 255. */
const maxNameLength = 200;

/** Characters that do not show, or that change how those around them do, and halves of surrogate pairs. */
export const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

// Windows opens its devices by these, whatever comes after a dot.
const device = /^(?:con|prn|aux|nul|com[1-9]|lpt[1-9]) *(?:\.|$)/i;

/** The rule that a document's name breaks: it becomes a file's name on somebody else's computer. Null if none. */
export function nameFault(name: string): string | null {
  if (name === '' || utf8(name).length > maxNameLength) return `a document's name has 1 to ${maxNameLength} bytes`;
  if (/[/\\<>:"|?*]/.test(name)) return 'a document’s name has none of / \\ < > : " | ? *';
  if (unseen.test(name)) return 'a document’s name has no character that does not show';
  if (name.trim() !== name || name.endsWith('.')) return 'a document’s name has no space at its ends, and no dot at its end';
  return device.test(name) ? 'a document’s name is not that of a device' : null;
}

/** Names are held to be the same as file systems do that know no case: a character for a character. */
export function sameKey(name: string): string {
  return Array.from(name, (character) => {
    const upper = character.toUpperCase();
    return upper.length === character.length ? upper : character;
  }).join('');
}

/** @throws PackageRefusal One breaks a rule, or two are the same. */
export function requireNames(names: readonly string[]): void {
  if (names.length > maxDocuments) throw new PackageRefusal('tooMany', `more than ${maxDocuments} documents`);
  const seen = new Set<string>();
  for (const name of names) {
    const fault = nameFault(name);
    if (fault !== null) throw new PackageRefusal('name', fault);
    if (seen.has(sameKey(name))) throw new PackageRefusal('duplicate', `two documents are called ${name}`);
    seen.add(sameKey(name));
  }
}

/** A name for a file of the holder's: as it is where that may be, else with what may not be in it replaced, and told from others. */
export function documentName(given: string, taken: ReadonlySet<string>): string {
  const shown = given.slice(given.lastIndexOf('/') + 1).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\\<>:"|?*]/gu, '_');
  const dot = shown.lastIndexOf('.');
  const extension = dot > 0 && shown.length - dot <= 16 ? shown.slice(dot).replace(/[. ]+$/, '') : '';
  let stem = Array.from((extension === '' ? shown : shown.slice(0, dot)).trim().replace(/\.+$/, ''));
  const named = (i: number): string => `${stem.join('')}${i === 1 ? '' : ` (${i})`}${extension}`;
  if (device.test(named(1)) || stem.length === 0) stem.unshift('_');
  // Room for what tells it from others.
  while (utf8(stem.join('') + extension).length > maxNameLength - 8) stem = stem.slice(0, -1);
  let i = 1;
  while (taken.has(sameKey(named(i)))) i++;
  return named(i);
}
