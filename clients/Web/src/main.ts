import { Checker } from './check/checker';
import { droppedFiles } from './check/dropped';
import type { Item } from './check/item';
import { stateOf } from './check/item';
import { parsePasted } from './check/pasted';
import { Hasher } from './hashing/hasher';
import { FormatError } from './log/bytes';
import { parseDigest } from './receipt/digest';
import './style.css';
import { Offline } from './offline/offline';
import { service } from './service/service';
import { Verifier } from './service/verifier';
import { maxPolicyLength } from './log/policy';
import { memory } from './trust/browser';
import { Oversight } from './trust/oversight';
import { Trust } from './trust/trust';
import type { Evidence } from './evidence/evidence';
import { h } from './view/dom';
import type { Case } from './view/evidenceForm';
import { HandoverPlace, type Place } from './view/handover';
import { IssuerView } from './view/issuerView';
import { LogView } from './view/logView';
import { report } from './view/report';
import { offlinePanel } from './view/offline';
import { oversightWarnings, trustPanel, trustWarnings } from './view/trust';
import { VerifyView } from './view/verifyView';
import { chosenLanguage, type Language, languages, rememberLanguage } from './words/language';

const views = ['verify', 'handover', 'receive', 'issuer', 'log'] as const;
/** The trace has no tab: its link leads to it. */
type View = (typeof views)[number] | 'trace';

/** What the address says after `#`, which browsers do not send: digest, key (any number), view, trace. */
const fragment = (): URLSearchParams => new URLSearchParams(location.hash.slice(1).replaceAll('+', '%2B'));

async function start(): Promise<void> {
  let language: Language = chosenLanguage();
  let linked = fragment().getAll('key');
  let trust = await Trust.load(linked, memory);
  let oversight = await Oversight.load(memory);
  const maxAge = await memory.maxAge();
  const words = () => languages[language];
  const main = h('main', { id: 'main', tabindex: -1 });
  const top = h('header', { class: 'top' });
  const warnings = h('div', { class: 'warnings' });
  const bottom = h('footer', { class: 'bottom' });
  const paper = h('div', { class: 'paper' });

  const verifier = new Verifier(service, memory, trust, oversight, (now) => {
    ({ trust, oversight } = now);
    drawTrust();
  });
  if (maxAge !== null) verifier.maxAge = maxAge;
  const offline: Offline = new Offline(verifier, memory, () => drawTrust());
  const hasher = new Hasher();
  const checker: Checker = new Checker(hasher, verifier, (item) => verifyView.update(item), () => offline.ofNow());
  const verifyView = new VerifyView(words(), checker, {
    retry: (item) => void checker.retry(item),
    lookFurther: (item) => void checker.lookFurther(item),
    refresh: (item) => void checker.refresh(item),
    print: (item) => printReport(item),
    handOver: (file) => {
      handover.take('handover', [file]);
      location.hash = 'view=handover';
    },
    evidence: { about: { caseNumber: '', officer: '' }, make: makeEvidence },
    useKey: giveKey,
    choose: (item, issuer) => checker.choose(item, issuer),
  });
  const issuerView = new IssuerView((digests) => checker.answersTo(digests));
  const handover = new HandoverPlace(hasher, verifier, service);
  const logView = new LogView(() => ({ trust, oversight, maxAge: verifier.maxAge }));

  const overseers = {
    accept: () => void oversight.accept().then((now) => checker.holdPolicy(now)),
    forget: () => void oversight.forget().then((now) => checker.holdPolicy(now)),
    allow: (age: number) => void memory.rememberMaxAge(age).then(() => checker.holdMaxAge(age)),
    give: givePolicy,
  };
  const keeping = {
    turn: (on: boolean) => void (on ? offline.turnOn() : offline.turnOff()).then(() => checker.checkOfflineAgain()),
    update: () => void offline.update().then(() => checker.checkOfflineAgain()),
  };

  function drawTop(): void {
    const said = words();
    const current = view();
    const link = (to: (typeof views)[number]): HTMLElement => {
      const params = fragment().getAll('key').map((key) => `&key=${encodeURIComponent(key)}`);
      return h('a', { href: `#view=${to}${params.join('')}`, 'aria-current': to === current ? 'page' : null }, said.tabs[to]);
    };
    const select = h(
      'select',
      {
        id: 'language',
        change: () => {
          language = select.value as Language;
          rememberLanguage(language);
          draw();
          document.getElementById('language')?.focus();
        },
      },
      Object.entries(languages).map(([tag, { name }]) => h('option', { value: tag, lang: tag, selected: tag === language }, name)),
    );
    top.replaceChildren(
      h('a', { href: '#main', class: 'skip', click: (event) => skip(event) }, said.skip),
      h('p', { class: 'brand' }, said.product),
      h('nav', { 'aria-label': said.product }, views.map(link)),
      h('div', { class: 'language' }, h('label', { for: 'language' }, said.language), select),
    );
  }

  function skip(event: Event): void {
    event.preventDefault();
    main.focus();
  }

  function drawTrust(): void {
    const actions = { accept: () => void trust.accept().then((now) => checker.hold(now)), dropLink };
    warnings.replaceChildren(...trustWarnings(words(), trust, actions), ...oversightWarnings(words(), oversight, overseers));
    const focused = bottom.contains(document.activeElement) ? document.activeElement?.id : undefined;
    const panels = [trustPanel(words(), trust, oversight, verifier.maxAge, overseers), offlinePanel(words(), offline, verifier.maxAge, keeping)];
    const old = [...bottom.querySelectorAll<HTMLDetailsElement>(':scope > details')];
    for (const [i, panel] of panels.entries()) panel.toggleAttribute('open', old[i]?.open ?? false);
    bottom.replaceChildren(...panels);
    // What had the focus keeps it: a switch is turned back by the same key.
    if (focused) document.getElementById(focused)?.focus();
  }

  function draw(): void {
    const current = view();
    document.documentElement.lang = language;
    document.title = current === 'trace' ? words().product : `${words().tabs[current]} · ${words().product}`;
    drawTop();
    drawTrust();
    if (current === 'verify') {
      verifyView.draw(words());
      main.replaceChildren(verifyView.element);
    } else if (current === 'issuer') {
      void issuerView.draw(words());
      main.replaceChildren(issuerView.element);
    } else if (current !== 'log') {
      void handover.draw(placeOf(current), words(), language);
      main.replaceChildren(handover.element);
    } else {
      // The log's signatures are shown against the known keys, so there must be one.
      void checker.settle().then(() => logView.draw(words()));
      main.replaceChildren(logView.element);
    }
  }

  /** The link's key is left out of the address; what this browser knows, or else the service names, counts. */
  function dropLink(): void {
    const params = fragment();
    params.delete('key');
    location.hash = `${params}`;
  }

  /** The address brings other keys than before. */
  async function readKeys(): Promise<void> {
    linked = fragment().getAll('key');
    await checker.hold(await Trust.load(linked, memory));
    if (trust.isOpen) await checker.settle();
  }

  async function giveKey(line: string): Promise<string | null> {
    try {
      await checker.hold(await Trust.give(line, memory));
      return null;
    } catch (error) {
      if (error instanceof FormatError) return error.message;
      throw error;
    }
  }

  async function givePolicy(file: File): Promise<string | null> {
    try {
      // A longer one is refused for its length, and not read.
      const bytes = new Uint8Array(await file.slice(0, maxPolicyLength + 1).arrayBuffer());
      await checker.holdPolicy(await Oversight.give(bytes, checker.keys, memory));
      return null;
    } catch (error) {
      if (error instanceof FormatError || error instanceof DOMException) return error.message;
      throw error;
    }
  }

  function printReport(item: Item): void {
    if (stateOf(item) === null) return;
    paper.replaceChildren(report(words(), item));
    window.print();
  }

  /** The code comes when it is first asked for: most who check a document make no evidence. */
  async function makeEvidence(item: Item, about: Case): Promise<Evidence | null> {
    let module: typeof import('./evidence/evidence');
    try {
      module = await import('./evidence/evidence');
    } catch (error) {
      // What browsers throw where a module does not come.
      if (error instanceof TypeError) return null;
      throw error;
    }
    return module.makeEvidence(words(), language, item, about, paper);
  }

  function askFromAddress(): void {
    const digest = parseDigest(fragment().get('digest') ?? '');
    if (digest && view() === 'verify') checker.addFingerprints({ fingerprints: [{ digests: [digest], name: null }], leftOut: 0 });
  }

  document.body.replaceChildren(top, warnings, main, bottom, paper);
  draw();
  askFromAddress();
  if (trust.isOpen) void checker.settle();
  void offline.start();
  window.addEventListener('hashchange', () => {
    draw();
    if (fragment().getAll('key').join() !== linked.join()) void readKeys();
    askFromAddress();
  });
  takeDrops(checker, handover);
}

function view(): View {
  if (fragment().has('trace')) return 'trace';
  const named = fragment().get('view') as (typeof views)[number];
  return views.includes(named) ? named : 'verify';
}

function placeOf(current: 'handover' | 'receive' | 'trace'): Place {
  if (current === 'receive') return { view: current };
  if (current === 'trace') return { view: current, link: fragment().get('trace') ?? '' };
  // A provider's link names the document that is to be handed over.
  const digest = parseDigest(fragment().get('digest') ?? '');
  return { view: current, named: digest?.algorithm === 'sha-256' ? digest.hex : null };
}

/** The whole window takes what is dropped or pasted, so that a file that misses the field is not opened instead of the page. */
function takeDrops(checker: Checker, handover: HandoverPlace): void {
  const mark = (on: boolean): void => void document.body.classList.toggle('dragging', on);
  window.addEventListener('dragover', (event) => {
    event.preventDefault();
    mark(true);
  });
  window.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) mark(false);
  });
  window.addEventListener('drop', (event) => {
    event.preventDefault();
    mark(false);
    take(event.dataTransfer);
  });
  window.addEventListener('paste', (event) => {
    // What is pasted into a field is the field's.
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
    event.preventDefault();
    take(event.clipboardData);
  });

  function take(transfer: DataTransfer | null): void {
    if (!transfer) return;
    const text = transfer.getData('text/plain');
    const hasFiles = [...transfer.items].some(({ kind }) => kind === 'file');
    if (!hasFiles && text.trim() === '') return;
    const current = view();
    if (hasFiles && (current === 'handover' || current === 'receive')) {
      handover.take(current, [...transfer.files]);
      return;
    }
    if (hasFiles) void droppedFiles(transfer).then((given) => checker.add(given));
    else checker.addFingerprints(parsePasted(text));
    if (current !== 'verify') location.hash = '';
  }
}

void start();
