import { parseCheckpoint } from '../log/checkpoint';
import { type Bytes, encodeBase64, FormatError } from '../log/bytes';
import { type NoteSignature, parseNote, type SignedNote, signersOf } from '../log/note';
import { seenAt } from '../log/cosignature';
import { type PolicyWitness, presenceFault, type Weighed, weigh } from '../log/policy';
import { bundlePath, endsWith, parseBundle, tileWidth } from '../log/tiles';
import { openCheckpoint } from '../receipt/check';
import { type Entry, parseEntry } from '../receipt/entry';
import { service, ServiceFailure } from '../service/service';
import { type Fault, goOn, isFault } from '../trust/continuity';
import { memory } from '../trust/browser';
import type { Oversight } from '../trust/oversight';
import type { Trust } from '../trust/trust';
import type { Words } from '../words/en';
import { line } from './chart';
import { type Child, foreign, h } from './dom';
import { visible } from './foreign';
import * as format from './format';
import { list } from './facts';
import { sighted, witnessName } from './witnesses';

const shown = 20;
const charted = 8;

interface Row {
  readonly index: number;
  readonly entry: Entry | null;
}

/** The third tab: what a monitor looks at, from public files only. */
export class LogView {
  readonly element = h('div', {});

  constructor(private readonly known: () => { readonly trust: Trust; readonly oversight: Oversight; readonly maxAge: number }) {}

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
    const now = Date.now();
    const weighed = await this.weigh(note, now);
    const fault = await this.fault(bytes, weighed, now);
    const latest = rows.slice(last === first ? 0 : -((size - 1) % tileWidth) - 1).slice(-shown).reverse();
    return [
      fault && h('p', { class: 'failure', role: 'alert' }, `${titleOf(words, fault)}${words.between}${fault.text}`),
      list([
        [words.log.size, h('strong', { class: 'log-size' }, format.count(words, checkpoint.size))],
        [words.facts.register, foreign(checkpoint.origin)],
        [words.log.root, h('code', { class: 'hex' }, encodeBase64(checkpoint.root))],
      ]),
      h('h2', {}, words.log.signatures),
      await this.signatures(words, note, now),
      weighed && weighed.sightings.length > 0 ? h('p', { class: 'seen-by' }, words.witnesses.seen, sighted(words, weighed.sightings, new Date(now).toISOString())) : weighed === null && h('p', { class: 'seen-by nobody' }, words.witnesses.nobody),
      growth(words, rows, size),
      h('h2', {}, words.log.latest),
      h('p', { class: proven ? 'proven' : 'failure', role: proven ? null : 'alert' }, proven ? words.log.proven : words.log.notProven),
      table(words, latest),
      h('details', {}, h('summary', {}, words.log.note), h('pre', { tabindex: 0 }, asLines(new TextDecoder().decode(bytes)))),
      h('p', { class: 'hint' }, words.log.files),
    ];
  }

  /** Who has seen this state; null where nobody has to. A signature that is wrong is a fault. */
  private async weigh(note: SignedNote, now: number): Promise<Weighed | null> {
    const { policy } = this.known().oversight.held;
    if (policy === null) return null;
    try {
      return await weigh(note, policy, now);
    } catch (error) {
      if (error instanceof FormatError) return { isMet: false, sightings: [], seenAt: null, fault: error.message };
      throw error;
    }
  }

  /** Whether enough witnesses have seen it and the log goes on from what this browser saw of it; what its signatures are worth is shown by itself. */
  private async fault(bytes: Bytes, weighed: Weighed | null, now: number): Promise<Fault | null> {
    const absent = weighed && presenceFault(weighed, now, this.known().maxAge);
    if (absent !== null) return { kind: 'unwitnessed', text: absent };
    const { keys } = this.known().trust.held;
    if (keys.length === 0) return null;
    try {
      const { checkpoint } = await openCheckpoint(bytes, keys);
      const seen = await goOn(await memory.seen(), checkpoint, new TextDecoder().decode(bytes), now, service.logFile);
      if (isFault(seen)) return seen;
      await memory.rememberSeen(seen);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
    return null;
  }

  private async signatures(words: Words, note: SignedNote, now: number): Promise<HTMLElement> {
    const { trust, oversight } = this.known();
    const signers = await signersOf(note, trust.held.keys);
    const witnesses = oversight.held.policy?.witnesses ?? [];
    const rows = note.signatures.map(async (line) => {
      const witness = witnesses.find(({ key }) => key.keyId === line.keyId && key.name === line.name);
      return witness && (await cosignature(words, note, line, witness, now));
    });
    const cosigned = await Promise.all(rows);
    return h(
      'ul',
      { class: 'signatures' },
      note.signatures.map((line, i) => {
        const own = cosigned[i];
        if (own) return own;
        const signer = signers.find(({ key }) => key.keyId === line.keyId && key.name === line.name);
        const state = signer === undefined ? 'unknownKey' : signer.valid === null ? 'uncheckable' : signer.valid ? 'valid' : 'invalid';
        const kind = signer && words.aside(signer.key.kind === 'ecdsa' ? 'ECDSA P-256' : 'Ed25519');
        return h('li', { class: state }, h('code', {}, foreign(`${line.name}+${line.keyId}`)), kind, words.colon, h('strong', {}, words.log[state]));
      }),
    );
  }
}

/** A line of a witness, looked at by itself. */
async function cosignature(words: Words, { text }: SignedNote, line: NoteSignature, witness: PolicyWitness, now: number): Promise<HTMLElement> {
  let state: 'valid' | 'invalid' | 'uncheckable' = 'uncheckable';
  let at: number | null = null;
  try {
    at = await seenAt({ text, signatures: [line] }, witness.key);
    if (witness.key.verify !== null) state = 'valid';
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    state = 'invalid';
  }
  const kind = witness.key.kind === 'ed25519' ? 'Ed25519' : 'ML-DSA-44';
  const time = at !== null && ` ${format.hour(words, new Date(at).toISOString(), new Date(now).toISOString())}`;
  return h('li', { class: `${state} witness` }, h('code', {}, foreign(`${line.name}+${line.keyId}`)), words.aside(kind), words.comma, words.witnesses.witness, ' ', witnessName(witness), words.colon, h('strong', {}, words.log[state]), time);
}

function titleOf(words: Words, { kind }: Fault): string {
  if (kind === 'proof') return words.states.distrusted.title;
  return `${words.faults[kind].title}${words.colon}${words.faults[kind].lead('')}`;
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
