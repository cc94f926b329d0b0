import type { Issuer, Upload, Uploads } from '../service/answers';
import { service, ServiceFailure } from '../service/service';
import type { Words } from '../words/en';
import { bars } from './chart';
import { type Child, foreign, h } from './dom';
import * as format from './format';

/** The second tab: an institution's own uploads and what came of them. */
export class IssuerView {
  readonly element = h('div', {});
  private issuer = '';
  private prefix = '';

  async draw(words: Words): Promise<void> {
    const said = words.issuer;
    const place = h('div', { class: 'loaded' });
    const select = h('select', { id: 'institution', change: () => this.pick(words, place, select.value, prefix.value) });
    const prefix = h('input', { type: 'text', id: 'prefix', autocomplete: 'off', spellcheck: 'false', value: this.prefix });
    this.element.replaceChildren(
      h('h1', {}, said.title),
      h('p', {}, said.intro),
      h(
        'form',
        {
          class: 'filter',
          submit: (event) => {
            event.preventDefault();
            this.pick(words, place, select.value, prefix.value);
          },
        },
        h('label', { for: 'institution' }, said.institution),
        select,
        h('label', { for: 'prefix' }, said.prefix),
        prefix,
        h('button', { type: 'submit' }, said.show),
      ),
      place,
    );
    await guarded(words, place, async () => {
      const issuers: readonly Issuer[] = await service.issuers();
      select.replaceChildren(...issuers.map(({ id, legalName }) => h('option', { value: id, selected: id === this.issuer }, `${legalName} (${id})`)));
      if (issuers.length > 0) await this.load(words, place, select.value, this.prefix);
    });
  }

  private pick(words: Words, place: HTMLElement, issuer: string, prefix: string): void {
    void guarded(words, place, () => this.load(words, place, issuer, prefix));
  }

  private async load(words: Words, place: HTMLElement, issuer: string, prefix: string): Promise<void> {
    [this.issuer, this.prefix] = [issuer, prefix];
    const first = await service.uploads(issuer, prefix, 0);
    const body = h('tbody', {}, first.uploads.map((upload) => row(words, upload)));
    const more = h('button', { type: 'button', class: 'more' }, words.issuer.more);
    const update = (page: Uploads): void => {
      more.hidden = page.uploads.length === 0 || body.rows.length >= page.total;
    };
    more.addEventListener('click', () => {
      void guarded(words, place, async () => {
        const page = await service.uploads(issuer, prefix, body.rows.length);
        body.append(...page.uploads.map((upload) => row(words, upload)));
        update(page);
      });
    });
    update(first);
    place.replaceChildren(
      h('p', { class: 'total' }, first.total === 0 ? words.issuer.none : words.issuer.total(first.total, first.complete)),
      ...(first.total === 0 ? [] : [chart(words, first), table(words, body), more]),
    );
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

function table(words: Words, body: HTMLElement): HTMLElement {
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': words.issuer.title },
    h('table', { class: 'uploads' }, h('thead', {}, h('tr', {}, Object.values(words.issuer.columns).map((text) => h('th', { scope: 'col' }, text)))), body),
  );
}

function row(words: Words, upload: Upload): HTMLElement {
  const said = words.issuer;
  return h(
    'tr',
    { class: `upload ${upload.state}`, 'data-state': upload.state },
    h('td', { class: 'name' }, foreign(upload.path), upload.length !== undefined && h('span', { class: 'size' }, ` ${format.size(words, upload.length)}`)),
    h('td', {}, said.kinds[upload.kind]),
    h('td', {}, format.shortTime(words, upload.at)),
    h('td', {}, h('strong', { class: 'upload-state' }, said.states[upload.state]), upload.document === 'deleted' && h('span', {}, ` (${said.deleted})`), rejection(words, upload)),
    h('td', {}, receipts(words, upload)),
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

function receipts(words: Words, { kind, state, receipts }: Upload): string {
  if (receipts.length > 0) return receipts.map(({ algorithm, logIndex }) => (receipts.length > 1 ? `${logIndex} (${algorithm})` : `${logIndex}`)).join(', ');
  return kind !== 'document' && (state === 'answered' || state === 'partlyRejected') ? words.issuer.receiptsElsewhere : '';
}
