// Fingerprints in a text that somebody pastes: hex alone, `sha256:…`, lines of sha256sum and of other tools.

import { type Algorithm, algorithms, type Digest, isAlgorithm } from '../receipt/digest';

/** A fingerprint in a text. Hex alone may be of several algorithms: one digest for each. */
export interface Pasted {
  readonly digests: readonly Digest[];
  /** The file that the line names. */
  readonly name: string | null;
}

export interface PastedList {
  readonly fingerprints: readonly Pasted[];
  /** How many lines held none, blank ones apart; or were too many. */
  readonly leftOut: number;
}

/** The longest text that is looked at, in characters, and the most fingerprints in it. */
const maxText = 1_000_000;
const maxFingerprints = 1000;

const hex = String.raw`[0-9A-Fa-f]{64}(?:[0-9A-Fa-f]{32}){0,2}`;
const spelledHex = String.raw`[0-9A-Fa-f]{2,8}(?:[ :-][0-9A-Fa-f]{2,8})+`;
const label = String.raw`(?:SHA(?:2?[-_ ]?)(?:256|384|512)|SM[-_ ]?3)`;

/** The ways to write a line; groups: algorithm, hex, name. */
const forms: readonly RegExp[] = [
  // SHA256 (statement.pdf) = 9f86…
  new RegExp(`^(?<algorithm>${label}) ?\\((?<name>.+)\\) ?= ?(?<hex>${hex})$`, 'i'),
  // sha256:9f86…, SHA-256 9f86… statement.pdf
  new RegExp(`^(?<algorithm>${label})(?:\\s*[:=]\\s*|\\s+)(?<hex>${hex})(?:\\s+(?<name>.+))?$`, 'i'),
  // 9f86…, 9f86…  statement.pdf, 9f86… *statement.pdf
  new RegExp(`^\\\\?(?<hex>${hex})(?:\\s+\\*?(?<name>.+))?$`),
  // In groups, as this page and others show it
  new RegExp(`^(?:(?<algorithm>${label})\\s*[:=]?\\s*)?(?<hex>${spelledHex})$`, 'i'),
];

export function parsePasted(text: string): PastedList {
  const fingerprints: Pasted[] = [];
  let leftOut = 0;
  for (const line of text.slice(0, maxText).split(/\r?\n|\r/)) {
    const trimmed = line.replace(/^\uFEFF/, '').trim();
    if (trimmed === '') continue;
    const pasted = fingerprints.length < maxFingerprints ? parseLine(trimmed) : null;
    if (pasted) fingerprints.push(pasted);
    else leftOut++;
  }
  return { fingerprints, leftOut };
}

function parseLine(line: string): Pasted | null {
  for (const form of forms) {
    const { algorithm, hex, name } = form.exec(line)?.groups ?? {};
    if (hex === undefined) continue;
    const digits = hex.replace(/[ :-]/g, '').toLowerCase();
    const fitting = (Object.keys(algorithms) as Algorithm[]).filter((each) => algorithms[each] * 2 === digits.length);
    const named = algorithm === undefined ? fitting : fitting.filter((each) => each === nameOf(algorithm));
    if (named.length > 0) return { digests: named.map((each) => ({ algorithm: each, hex: digits })), name: name ?? null };
  }
  return null;
}

/** `SHA256`, `sha_256`, `SHA2-256` and the like, as we write it. */
function nameOf(label: string): Algorithm | null {
  const name = /^sm/i.test(label) ? 'sm3' : `sha-${label.slice(-3)}`;
  return isAlgorithm(name) ? name : null;
}
