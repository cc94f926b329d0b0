import { parseCheckpoint } from '../log/checkpoint';
import { type Bytes, encodeBase64, FormatError } from '../log/bytes';
import { parseNote, signersOf } from '../log/note';
import { bundlePath, endsWith, parseBundle, tileWidth } from '../log/tiles';
import { openCheckpoint } from '../receipt/check';
import { type Entry, parseEntry } from '../receipt/entry';
import { service, ServiceFailure } from '../service/service';
import { type Fault, goOn, isFault } from '../trust/continuity';
import { memory } from '../trust/browser';
import type { Trust } from '../trust/trust';
import type { Words } from '../words/en';
import { line } from './chart';
import { type Child, foreign, h } from './dom';
import { visible } from './foreign';
import * as format from './format';
import { list } from './facts';

const shown = 20;
const charted = 8;

interface Row {
  readonly index: number;
  readonly entry: Entry | null;
}

/** The third tab: what a monitor looks at, from public files only. */
export class LogView {
  readonly element = h('div', {});

  constructor(private readonly trust: () => Trust) {}

  async draw(words: Words): Promise<void> {
    const place = h('div', { 'aria-busy': 'true' }, h('p', {}, words.asking));
    this.element.replaceChildren(
      h('h1', {}, words.log.title),
      h('p', {}, words.log.intro),
      h('button', { type: 'button', click: () => void this.draw(words) }, words.log.refresh),
      place,
    );
    let content: Child[];
    try {
      content = await this.load(words);
    } catch (error) {
      if (!(error instanceof ServiceFailure) && !(error instanceof FormatError)) throw error;
      const text = error instanceof ServiceFailure ? words.failures[error.kind] : words.failures.garbled;
      content = [h('p', { class: 'failure', role: 'alert' }, `${text} ${error.message}`)];
    }
    place.replaceWith(h('div', { class: 'loaded' }, content));
  }

  private async load(words: Words): Promise<Child[]> {
    const bytes = await service.checkpoint();
    const note = parseNote(bytes);
    const checkpoint = parseCheckpoint(note.text);
    const size = Number(checkpoint.size);
    const last = Math.ceil(size / tileWidth) - 1;
    const first = Math.max(0, last - charted + 1);
    const bundles = await Promise.all(
      Array.from({ length: last - first + 1 }, async (_, i) => parseBundle(await service.logFile(bundlePath(first + i, size)))),
    );
    const entries = bundles.flat();
    const rows = entries.map((entry, i): Row => ({ index: first * tileWidth + i, entry: readEntry(entry) }));
    const proven = await endsWith(bundles[bundles.length - 1]!, size, checkpoint.root, service.logFile);
    const fault = await this.fault(bytes);
    const latest = rows.slice(last === first ? 0 : -((size - 1) % tileWidth) - 1).slice(-shown).reverse();
    return [
      fault && h('p', { class: 'failure', role: 'alert' }, `${words.faults[fault.kind].title}${words.colon}${words.faults[fault.kind].lead('')}${words.between}${fault.text}`),
      list([
        [words.log.size, h('strong', { class: 'log-size' }, format.count(words, checkpoint.size))],
        [words.facts.register, foreign(checkpoint.origin)],
        [words.log.root, h('code', { class: 'hex' }, encodeBase64(checkpoint.root))],
      ]),
      h('h2', {}, words.log.signatures),
      await this.signatures(words, note),
      growth(words, rows, size),
      h('h2', {}, words.log.latest),
      h('p', { class: proven ? 'proven' : 'failure', role: proven ? null : 'alert' }, proven ? words.log.proven : words.log.notProven),
      table(words, latest),
      h('details', {}, h('summary', {}, words.log.note), h('pre', { tabindex: 0 }, asLines(new TextDecoder().decode(bytes)))),
      h('p', { class: 'hint' }, words.log.files),
    ];
  }

  /** Whether the log goes on from what this browser saw of it; what its signatures are worth is shown by itself. */
  private async fault(bytes: Bytes): Promise<Fault<'rollback' | 'fork'> | null> {
    const { keys } = this.trust().held;
    if (keys.length === 0) return null;
    try {
      const { checkpoint } = await openCheckpoint(bytes, keys);
      const seen = await goOn(await memory.seen(), checkpoint, new TextDecoder().decode(bytes), Date.now(), service.logFile);
      if (isFault(seen)) return seen;
      await memory.rememberSeen(seen);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
    return null;
  }

  private async signatures(words: Words, note: ReturnType<typeof parseNote>): Promise<HTMLElement> {
    const signers = await signersOf(note, this.trust().held.keys);
    return h(
      'ul',
      { class: 'signatures' },
      note.signatures.map((line) => {
        const signer = signers.find(({ key }) => key.keyId === line.keyId && key.name === line.name);
        const state = signer === undefined ? 'unknownKey' : signer.valid === null ? 'uncheckable' : signer.valid ? 'valid' : 'invalid';
        const kind = signer === undefined ? '' : signer.key.kind === 'ecdsa' ? ' (ECDSA P-256)' : ' (Ed25519)';
        return h('li', { class: state }, h('code', {}, foreign(`${line.name}+${line.keyId}`)), `${kind}: `, h('strong', {}, words.log[state]));
      }),
    );
  }
}

function growth(words: Words, rows: readonly Row[], size: number): Child {
  const times = rows.flatMap(({ entry }) => (entry ? [Date.parse(entry.at)] : [])).sort((a, b) => a - b);
  const [from, to] = [times[0], times[times.length - 1]];
  if (from === undefined || to === undefined || times.length < 2) return null;
  const before = size - times.length;
  const span = Math.max(1, to - from);
  const points = times.map((time, i) => [(time - from) / span, (i + 1) / times.length] as const);
  const text = words.log.chartText(
    format.shortTime(words, new Date(from).toISOString()),
    format.shortTime(words, new Date(to).toISOString()),
    format.count(words, before + 1),
    format.count(words, size),
  );
  return line(words.log.chart, text, points);
}

function table(words: Words, rows: readonly Row[]): HTMLElement {
  const { columns } = words.log;
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': words.log.latest },
    h(
      'table',
      { class: 'entries' },
      h('thead', {}, h('tr', {}, Object.values(columns).map((text) => h('th', { scope: 'col' }, text)))),
      h(
        'tbody',
        {},
        rows.map(({ index, entry }) =>
          h(
            'tr',
            {},
            h('td', { class: 'number' }, format.count(words, index)),
            h('td', {}, entry ? (words.acts[entry.act] ?? entry.act) : '?'),
            h('td', {}, foreign(entry === null ? '' : format.institution(words, entry) || (entry.issuer ?? ''))),
            h('td', {}, entry ? format.shortTime(words, entry.at) : ''),
            h('td', {}, entry?.commitment !== undefined && h('code', {}, `${entry.commitment.slice(0, 16)}…`)),
          ),
        ),
      ),
    ),
  );
}

/** Text whose line ends are meant. */
function asLines(text: string): Text {
  return document.createTextNode(text.split('\n').map(visible).join('\n'));
}

function readEntry(bytes: Parameters<typeof parseEntry>[0]): Entry | null {
  try {
    return parseEntry(bytes);
  } catch (error) {
    // An entry of a later version: shown as such.
    if (error instanceof FormatError) return null;
    throw error;
  }
}
