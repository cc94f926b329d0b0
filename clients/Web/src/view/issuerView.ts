import type { Outcome } from '../check/item';
import type { Digest } from '../receipt/digest';
import type { Issuer, Upload, Uploads } from '../service/answers';
import { maxReference, maxUploads, service, ServiceFailure, type UploadQuery } from '../service/service';
import type { Words } from '../words/en';
import { bars } from './chart';
import { csv } from './csv';
import { h, saveFile } from './dom';
import { fingerprint } from './facts';
import * as format from './format';
import { type Standing, standing, type Standings } from './standing';
import { csvHeader, csvRows, digestOf, uploadTable } from './uploadTable';

const states = ['waiting', 'answered', 'partlyRejected', 'rejected'] as const satisfies readonly Upload['state'][];

/** The second tab: an institution's own uploads, what came of them, and how they stand. */
export class IssuerView {
  readonly element = h('div', {});
  private query: UploadQuery = { issuer: '', prefix: '', contains: '', state: '' };
  private offset = 0;

  /** @param ask Answers about digests, each held to its proof. */
  constructor(private readonly ask: (digests: readonly Digest[]) => Promise<readonly Outcome[]>) {}

  async draw(words: Words): Promise<void> {
    const said = words.issuer;
    const tab = words.issuerTab;
    const place = h('div', { class: 'loaded' });
    const field = (id: string, value: string): HTMLInputElement => h('input', { type: 'text', id, autocomplete: 'off', spellcheck: 'false', value });
    const [prefix, contains] = [field('prefix', this.query.prefix), field('contains', this.query.contains)];
    const show = (): void => {
      this.query = { issuer: institution.value, prefix: prefix.value, contains: contains.value.trim(), state: state.value as UploadQuery['state'] };
      this.show(words, place, 0);
    };
    const institution = h('select', { id: 'institution', change: show });
    const state = h(
      'select',
      { id: 'state', change: show },
      h('option', { value: '' }, tab.anyState),
      states.map((each) => h('option', { value: each, selected: each === this.query.state }, said.states[each])),
    );
    const labelled = (label: string, input: HTMLElement): HTMLElement => h('p', {}, h('label', { for: input.id }, label), input);
    this.element.replaceChildren(
      h('h1', {}, said.title),
      h('p', {}, said.intro),
      h('p', { class: 'advice not-revoking' }, tab.notRevoking),
      h(
        'form',
        {
          class: 'filters',
          submit: (event) => {
            event.preventDefault();
            show();
          },
        },
        labelled(said.institution, institution),
        labelled(tab.state, state),
        labelled(said.prefix, prefix),
        labelled(tab.search, contains),
        h('button', { type: 'submit' }, said.show),
      ),
      place,
    );
    await guarded(words, place, async () => {
      const issuers: readonly Issuer[] = await service.issuers();
      institution.replaceChildren(...issuers.map((issuer) => h('option', { value: issuer.id, selected: issuer.id === this.query.issuer }, `${format.institution(words, issuer)}${words.aside(issuer.id)}`)));
      this.query = { ...this.query, issuer: institution.value };
      if (issuers.length > 0) await this.load(words, place);
    });
  }

  private show(words: Words, place: HTMLElement, offset: number): void {
    this.offset = offset;
    void guarded(words, place, () => this.load(words, place));
  }

  private async load(words: Words, place: HTMLElement): Promise<void> {
    const { query, offset } = this;
    const [found, filed] = await Promise.all([service.uploads(query, offset), this.filedUnder(query)]);
    const [standings, filedStandings] = [await this.standingsOf(query, found.uploads), await this.askAbout(query, filed)];
    // What was asked for since is what is to be seen.
    if (query !== this.query || offset !== this.offset) return;
    const isUnproven = standings === null || filedStandings === null;
    place.replaceChildren(
      ...(isUnproven ? [h('p', { class: 'failure', role: 'alert' }, words.issuerTab.noVerdict)] : []),
      ...this.references(words, query, filed, filedStandings ?? new Map(), found.total === 0),
      h('p', { class: 'total' }, found.total === 0 ? words.issuer.none : words.issuer.total(found.total, found.complete)),
      ...(found.total === 0 ? [] : [chart(words, found), uploadTable(words, found.uploads, standings ?? new Map()), this.pages(words, place, found)]),
    );
  }

  /** What an institution filed under a reference can only be asked for whole: references are in no list. */
  private async filedUnder({ issuer, contains }: UploadQuery): Promise<readonly Digest[]> {
    return contains === '' || contains.length > maxReference ? [] : service.documents(issuer, contains);
  }

  private references(words: Words, { contains }: UploadQuery, filed: readonly Digest[], standings: Standings, nothingElse: boolean): HTMLElement[] {
    const said = words.issuerTab;
    if (contains === '' || (filed.length === 0 && !nothingElse)) return [];
    return [
      h(
        'section',
        { class: 'filed' },
        h('h2', {}, said.reference(contains)),
        filed.length === 0
          ? h('p', {}, said.noReference)
          : h(
              'ul',
              {},
              filed.map((digest) => {
                const key = `${digest.algorithm}:${digest.hex}`;
                return h('li', {}, standing(words, key, standings.get(key)), ' ', fingerprint(key));
              }),
            ),
      ),
    ];
  }

  private pages(words: Words, place: HTMLElement, { uploads, total }: Uploads): HTMLElement {
    const said = words.issuerTab;
    const { offset } = this;
    const to = (text: string, target: number, isThere: boolean, name: string): HTMLElement =>
      h('button', { type: 'button', class: name, disabled: !isThere, click: () => this.show(words, place, target) }, text);
    const progress = h('p', { class: 'hint', role: 'status' });
    const table = h('button', { type: 'button', class: 'csv', click: () => void this.export(words, table, progress) }, said.csv);
    return h(
      'div',
      { class: 'pages' },
      total > maxUploads && h('p', {}, said.page(format.count(words, offset + 1), format.count(words, offset + uploads.length), format.count(words, total))),
      total > maxUploads && [to(said.previous, Math.max(0, offset - maxUploads), offset > 0, 'newer'), ' ', to(said.next, offset + maxUploads, offset + uploads.length < total, 'older'), ' '],
      table,
      progress,
    );
  }

  /** All that the filter finds, page by page, as a table for spreadsheets. */
  private async export(words: Words, button: HTMLButtonElement, progress: HTMLElement): Promise<void> {
    const said = words.issuerTab;
    const { query } = this;
    button.disabled = true;
    try {
      const rows: string[][] = [];
      let last: Uploads;
      do {
        last = await service.uploads(query, rows.length);
        rows.push(...csvRows(words, last.uploads, (await this.standingsOf(query, last.uploads)) ?? new Map()));
        progress.textContent = said.collecting(format.count(words, rows.length), format.count(words, last.total));
      } while (last.uploads.length > 0 && rows.length < last.total);
      saveFile(`uploads-${query.issuer}.csv`, new Blob([csv([csvHeader(words), ...rows])], { type: 'text/csv' }));
      progress.textContent = last.complete ? '' : said.csvNote(format.count(words, last.total));
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error;
      progress.textContent = words.failures[error.kind];
    } finally {
      button.disabled = false;
    }
  }

  private standingsOf(query: UploadQuery, uploads: readonly Upload[]): Promise<Standings | null> {
    return this.askAbout(query, uploads.map(digestOf).filter((digest) => digest !== null));
  }

  /** @returns Null where an answer is not proven: then nothing is said of any. */
  private async askAbout({ issuer }: UploadQuery, digests: readonly Digest[]): Promise<Standings | null> {
    const outcomes = await this.ask(digests);
    const standings = new Map<string, Standing>();
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.kind !== 'answered') return null;
      const finding = outcome.findings.find((each) => each.issuer.id === issuer);
      const receipt = outcome.answer.results.find((each) => each.issuer.id === issuer)?.receipt;
      if (finding && receipt !== undefined) standings.set(`${digests[i]!.algorithm}:${digests[i]!.hex}`, { finding, receipt });
    }
    return standings;
  }
}

/** Runs what needs the service; a failure is said in place of its result. */
async function guarded(words: Words, place: HTMLElement, action: () => Promise<void>): Promise<void> {
  place.setAttribute('aria-busy', 'true');
  try {
    await action();
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    place.replaceChildren(
      h('p', { class: 'failure', role: 'alert' }, words.failures[error.kind]),
      ...(error.kind === 'notForYou' ? [h('p', {}, h('a', { href: `/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent('/#view=issuer')}` }, words.signIn))] : []),
    );
  } finally {
    place.removeAttribute('aria-busy');
  }
}

function chart(words: Words, { days }: Uploads): HTMLElement {
  const { states } = words.issuer;
  return bars(
    words.issuer.chart,
    words.issuer,
    days.map((each) => ({
      label: format.day(words, `${each.day}T12:00:00Z`),
      parts: [
        { name: 'answered', value: each.answered, text: states.answered },
        { name: 'waiting', value: each.waiting, text: states.waiting },
        { name: 'rejected', value: each.rejected, text: states.rejected },
      ],
    })),
  );
}
