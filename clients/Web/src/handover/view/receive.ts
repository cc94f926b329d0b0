// The receiver's tab: its packages, and what came in another way; opened here with a key that stays here.

import { FormatError } from '../../log/bytes';
import { h } from '../../view/dom';
import * as format from '../../view/format';
import { ServiceFailure } from '../../service/service';
import { Handovers, type Waiting } from '../handovers';
import { type Identity, readIdentity } from '../identity';
import { type Inspection, inspect } from '../inspection';
import type { ProvenReceiver } from '../receivers';
import { PackageRefusal } from '../refusal';
import { clearRooms, type Room } from '../room';
import { OpenedView } from './openedView';
import { facts, failure, faultOf, fileInput, labelled, type Loaded, loadReceivers, Progress, refusalOf, type Speech, technical, type Tools } from './frame';

/** What is on the table. */
type Table =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'working'; readonly progress: Progress }
  | { readonly kind: 'failed'; readonly failure: ServiceFailure | PackageRefusal }
  | { readonly kind: 'opened'; readonly view: OpenedView };

type Listed = { readonly kind: 'none' } | { readonly kind: 'failed'; readonly failure: ServiceFailure } | { readonly kind: 'there'; readonly handovers: readonly Waiting[]; readonly complete: boolean };

export class ReceiveView {
  readonly element = h('div', { class: 'handover' });
  private readonly handovers: Handovers;
  private speech: Speech | null = null;
  private loaded: Loaded = { kind: 'loading' };
  private isLoading = false;
  private receiver: ProvenReceiver | null = null;
  private identity: Identity | null = null;
  private isBadIdentity = false;
  private listed: Listed = { kind: 'none' };
  private table: Table = { kind: 'nothing' };
  private room: Room | null = null;
  private needsIdentity = false;

  constructor(private readonly tools: Tools) {
    this.handovers = new Handovers(tools.service);
    void clearRooms();
  }

  draw(speech: Speech): void {
    this.speech = speech;
    if (this.loaded.kind !== 'there') void this.load();
    this.show();
  }

  /** Takes files that were dropped: a package, or an identity. */
  add(files: readonly File[]): void {
    const sealed = files.find(({ name }) => name.endsWith('.truecopy'));
    if (sealed) void this.open(null, sealed);
    else if (files[0]) void this.takeIdentity(files[0]);
  }

  private async load(): Promise<void> {
    if (this.isLoading) return;
    this.isLoading = true;
    this.loaded = await loadReceivers(this.tools);
    this.isLoading = false;
    const [first = null] = this.receivers;
    this.receiver = first;
    this.show();
    if (first) await this.list(false);
  }

  private get receivers(): readonly ProvenReceiver[] {
    return this.loaded.kind === 'there' ? this.loaded.directory.receivers : [];
  }

  /** @param isMore Goes on where the list ends. */
  private async list(isMore: boolean): Promise<void> {
    const { receiver } = this;
    if (!receiver) return;
    const before = isMore && this.listed.kind === 'there' ? this.listed.handovers : [];
    let listed: Listed;
    try {
      const { handovers, complete } = await this.handovers.waiting(receiver.id, before.length);
      listed = { kind: 'there', handovers: [...before, ...handovers], complete };
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error;
      listed = { kind: 'failed', failure: error };
    }
    // What was asked for since is what is to be seen.
    if (receiver !== this.receiver) return;
    this.listed = listed;
    this.show();
  }

  private async takeIdentity(file: File): Promise<void> {
    try {
      this.identity = await readIdentity(file);
      this.isBadIdentity = false;
      this.needsIdentity = false;
    } catch (error) {
      if (!(error instanceof FormatError) && !(error instanceof DOMException)) throw error;
      this.identity = null;
      this.isBadIdentity = true;
    }
    this.show();
  }

  /** @param waiting What is to be fetched; null where the file is there. */
  private async open(waiting: Waiting | null, given: File | null): Promise<void> {
    const { identity, receiver, speech } = this;
    if (!identity) {
      this.needsIdentity = true;
      this.show();
      document.getElementById('identity')?.focus();
      return;
    }
    await this.close();
    const progress = new Progress();
    this.put({ kind: 'working', progress });
    let file = given;
    try {
      if (waiting) {
        const fetched = await this.handovers.fetch(receiver!.id, waiting.id, (done, of) => progress.tell(speech!.said.receive.fetching(format.percent(speech!.words, of === 0 ? 1 : done / of)), of === 0 ? 1 : done / of));
        ({ file } = fetched);
        this.room = fetched.room;
      }
      progress.tell(speech!.said.receive.opening, null);
      await this.meet();
      const log = this.tools.verifier.trust.held.keys[0]?.name ?? '';
      // Of what was carried here the key says whom it is for.
      const own = this.receivers.find(({ encryptionKey }) => encryptionKey === identity.recipient) ?? receiver;
      const reader = { id: own?.id ?? null, purposes: own?.purposes ?? null, log, handover: waiting?.id ?? null };
      this.putOpened(file!, own, await inspect(file!, identity, reader, this.tools.verifier), null, waiting);
    } catch (error) {
      if (error instanceof ServiceFailure) this.put({ kind: 'failed', failure: error });
      else if (file === null) this.put({ kind: 'failed', failure: PackageRefusal.of(error) });
      else this.putOpened(file, receiver, null, PackageRefusal.of(error), waiting);
      if (!(error instanceof ServiceFailure) && !(error instanceof PackageRefusal)) throw error;
    }
  }

  /** What is known of the log is enough where it cannot be asked. */
  private async meet(): Promise<void> {
    const { verifier } = this.tools;
    try {
      await verifier.meet();
    } catch (error) {
      const { keys, confirmed } = verifier.trust.held;
      if (!(error instanceof ServiceFailure) || keys.length === 0 || !confirmed) throw error;
    }
  }

  private putOpened(file: File, receiver: ProvenReceiver | null, inspection: Inspection | null, refusal: PackageRefusal | null, waiting: Waiting | null): void {
    const view = new OpenedView(this.tools, this.handovers, { file, identity: this.identity!, receiver, inspection, refusal, id: waiting?.id ?? inspection?.opened.consent.handover ?? null }, () => void this.list(false));
    this.put({ kind: 'opened', view });
    void view.look();
  }

  private put(table: Table): void {
    this.table = table;
    this.show();
    if (table.kind === 'opened') {
      const heading = this.element.querySelector<HTMLElement>('.opened h2');
      heading?.focus();
      heading?.scrollIntoView({ block: 'start' });
    }
  }

  private async close(): Promise<void> {
    this.table = { kind: 'nothing' };
    await this.room?.free();
    this.room = null;
    this.show();
  }

  private show(): void {
    const { speech } = this;
    if (!speech) return;
    const { receive } = speech.said;
    const focused = this.element.contains(document.activeElement) ? document.activeElement?.id : undefined;
    this.element.replaceChildren(h('h1', { tabindex: -1 }, receive.title), h('p', {}, receive.intro), ...this.who(speech), this.waiting(speech), this.carried(speech), ...this.onTable(speech));
    if (focused) document.getElementById(focused)?.focus();
  }

  private who(speech: Speech): HTMLElement[] {
    const { receive, give } = speech.said;
    const { loaded } = this;
    // Without the network a package that was carried here can be opened all the same.
    if (loaded.kind === 'loading') return [h('p', { role: 'status' }, give.loading), this.identityField(speech)];
    if (loaded.kind === 'failed') return [failure(speech.words.failures[loaded.failure]), this.identityField(speech)];
    if (loaded.directory.fault) return [faultOf(speech, give.unproven, loaded.directory.fault)];
    const select = h(
      'select',
      {
        id: 'own-institution',
        change: () => {
          this.receiver = this.receivers.find(({ id }) => id === select.value) ?? null;
          this.listed = { kind: 'none' };
          this.show();
          void this.list(false);
        },
      },
      this.receivers.map((each) => h('option', { value: each.id, selected: each === this.receiver }, `${format.institution(speech.words, each)}${speech.words.aside(each.id)}`)),
    );
    return [labelled(receive.institution, select), this.identityField(speech)];
  }

  private identityField({ said }: Speech): HTMLElement {
    const { receive, give } = said;
    const { identity, receiver } = this;
    const fits = identity?.recipient === receiver?.encryptionKey;
    return h(
      'div',
      { class: 'field' },
      h('p', {}, fileInput('identity', {}, ([file]) => file && void this.takeIdentity(file)), h('label', { for: 'identity', class: 'choose quiet' }, receive.identity)),
      this.isBadIdentity ? failure(receive.badIdentity) : this.needsIdentity ? failure(receive.needsIdentity) : null,
      identity
        ? [facts([[give.facts.key, h('code', { class: 'key own-key' }, identity.recipient)]]), receiver && h('p', { class: fits ? 'proven' : 'failure', role: 'status' }, fits ? receive.identityFits : receive.otherIdentity)]
        : h('p', { class: 'hint' }, receive.identityHint),
    );
  }

  private waiting(speech: Speech): HTMLElement {
    const { receive } = speech.said;
    const { listed } = this;
    const place = h('section', { class: 'waiting' }, h('h2', {}, receive.waiting));
    if (listed.kind === 'failed') {
      const { kind } = listed.failure;
      place.append(
        failure(kind === 'notForYou' ? receive.signIn : speech.words.failures[kind]),
        ...(kind === 'notForYou' ? [h('p', {}, h('a', { href: `/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent('/#view=receive')}` }, speech.words.signIn))] : []),
      );
    } else if (listed.kind === 'there') {
      place.append(listed.handovers.length === 0 ? h('p', {}, receive.nothing) : this.rows(speech, listed.handovers));
      if (!listed.complete) place.append(h('button', { type: 'button', class: 'more', click: () => void this.list(true) }, receive.more));
    }
    return place;
  }

  private rows(speech: Speech, handovers: readonly Waiting[]): HTMLElement {
    const { said, words } = speech;
    const { columns, open, openOf, waiting } = said.receive;
    const row = (each: Waiting): HTMLElement => {
      const sent = format.shortTime(words, each.sentAt);
      return h(
        'tr',
        { 'data-state': each.state, 'data-id': each.id },
        h('td', {}, sent),
        h('td', {}, format.size(words, each.length)),
        h('td', {}, h('strong', {}, said.states[each.state].title)),
        h('td', {}, each.expires === undefined ? '' : format.day(words, each.expires)),
        h('td', {}, each.state === 'sent' && h('button', { type: 'button', class: 'receipt open', 'aria-label': openOf(sent), click: () => void this.open(each, null) }, open)),
      );
    };
    return h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': waiting },
      h(
        'table',
        { class: 'uploads' },
        h('thead', {}, h('tr', {}, [columns.sent, columns.size, columns.state, columns.expires].map((text) => h('th', { scope: 'col' }, text)), h('td', {}))),
        h('tbody', {}, handovers.map(row)),
      ),
    );
  }

  private carried(speech: Speech): HTMLElement {
    const { receive } = speech.said;
    return h('section', {}, h('h2', {}, receive.file), fileInput('package', { accept: '.truecopy' }, ([file]) => file && void this.open(null, file)), h('label', { for: 'package', class: 'choose quiet' }, receive.chooseFile));
  }

  private onTable(speech: Speech): HTMLElement[] {
    const { table } = this;
    switch (table.kind) {
      case 'nothing':
        return [];
      case 'working':
        return [table.progress.element];
      case 'failed':
        return [table.failure instanceof PackageRefusal ? refusalOf(speech, table.failure) : failure(speech.words.failures[table.failure.kind], technical(speech, table.failure.message))];
      case 'opened':
        table.view.draw(speech);
        return [table.view.element, h('button', { type: 'button', class: 'close', click: () => void this.close() }, speech.said.receive.close)];
    }
  }
}
