// The description of the API as a page without scripts: made when the page is built, from the document that is served.

import type { Plugin } from 'vite';
import api from '../../functions/Api/openapi.json';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Part = Record<string, Json>;

// Receipts are long and say nothing to a reader; the document itself has them whole.
const longestText = 100;

export function reference(): Plugin {
  return {
    name: 'reference',
    transformIndexHtml: {
      order: 'pre',
      handler: (html, page) => (page.path === '/docs.html' ? html.replace('<!-- reference -->', () => render(api)) : html),
    },
  };
}

function render(document: Part): string {
  const info = part(document.info);
  const tags = list(document.tags).map(part);
  const operations = Object.entries(part(document.paths)).flatMap(([path, methods]) =>
    Object.entries(part(methods)).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation: part(operation) })),
  );
  const components = part(document.components);
  const chapters = tags.map((tag) => ({
    name: text(tag.name),
    description: text(tag.description),
    operations: operations.filter((each) => list(each.operation.tags).includes(tag.name ?? null)),
  }));
  return `
    <header><h1>${escape(text(info.title))}: the API</h1>
    <p>The same <a href="/openapi/v1.json">for tools</a>: OpenAPI ${escape(text(document.openapi))}. <a href="/">The page for people</a>.</p>
    ${markdown(text(info.description))}</header>
    <nav aria-label="Operations"><ul>${chapters
      .flatMap((chapter) => chapter.operations)
      .map((each) => `<li><a href="#${id(each.operation)}"><code>${each.method} ${escape(each.path)}</code></a> ${escape(text(each.operation.summary))}</li>`)
      .join('')}<li><a href="#failures">Failures</a></li><li><a href="#schemas">Schemas</a></li></ul></nav>
    <main>${chapters
      .map((chapter) => `<h2>${escape(chapter.name)}</h2>${markdown(chapter.description)}${chapter.operations.map((each) => operation(each)).join('')}`)
      .join('')}
    <h2 id="failures">Failures</h2>${Object.entries(part(components.responses))
      .map(([name, failure]) => `<h3 id="failure-${name}">${name}</h3>${answer(part(failure))}`)
      .join('')}
    <h2 id="schemas">Schemas</h2>${Object.entries(part(components.schemas))
      .map(([name, schema]) => `<h3 id="schema-${name}">${name}</h3>${described(part(schema))}`)
      .join('')}
    <h2 id="sign-in">Signing in</h2>${Object.values(part(components.securitySchemes))
      .map((scheme) => markdown(text(part(scheme).description)))
      .join('')}</main>`;
}

function operation({ path, method, operation }: { path: string; method: string; operation: Part }): string {
  const parameters = list(operation.parameters ?? []).map(part);
  const body = operation.requestBody === undefined ? '' : `<h4>Body</h4>${content(part(part(operation.requestBody).content))}`;
  return `<article><h3 id="${id(operation)}"><code>${method} ${escape(path)}</code></h3>
    <p><strong>${escape(text(operation.summary))}</strong>${operation.security === undefined ? '' : ' <a href="#sign-in">Only for who signs in.</a>'}</p>
    ${markdown(text(operation.description))}
    ${table(parameters.map((each) => [`<code>${escape(text(each.name))}</code>`, `${required(each.required === true)}${type(part(each.schema))}. ${markdown(text(each.description))}<p class="soft">Such as <code>${escape(text(each.example))}</code></p>`]))}
    ${body}
    ${list(operation['x-codeSamples'] ?? []).map((each) => codeSample(part(each))).join('')}
    <h4>Answers</h4>
    ${table(Object.entries(part(operation.responses)).map(([status, response]) => [status, answer(part(response))]))}</article>`;
}

function answer(response: Part): string {
  if (typeof response.$ref === 'string') return `<a href="#failure-${last(response.$ref)}">${last(response.$ref)}</a>`;
  const headers = Object.entries(part(response.headers ?? {})).map(([name, header]) => {
    const schema = part(part(header).schema);
    return `<code>${name}</code>${schema.const === undefined ? '' : `: <code>${escape(text(schema.const))}</code>`}`;
  });
  return `${markdown(text(response.description))}<p class="soft">${headers.join('; ')}</p>${content(part(response.content))}`;
}

function codeSample(of: Part): string {
  return `<details><summary>In ${escape(text(of.lang))}</summary><pre>${escape(text(of.source))}</pre></details>`;
}

function content(types: Part): string {
  return Object.entries(types)
    .map(([name, media]) => {
      const { schema, example, examples } = part(media);
      const shown = example === undefined ? Object.values(part(examples ?? {})).map((each) => part(each).value ?? null) : [example];
      const details = shown.length === 0 ? '' : `<details><summary>Example</summary>${shown.map((each) => `<pre>${escape(sample(each))}</pre>`).join('')}</details>`;
      return `<p><code>${name}</code>${schema === undefined ? '' : `: ${type(part(schema))}`}</p>${details}`;
    })
    .join('');
}

function described(schema: Part): string {
  const members = Object.entries(part(schema.properties ?? {}));
  const needed = list(schema.required ?? []);
  const kind = members.length === 0 ? `<p>${type(schema)}</p>` : '';
  return `${markdown(text(schema.description))}${kind}${table(
    members.map(([name, member]) => [`<code>${name}</code>`, `${required(needed.includes(name))}${type(part(member))}. ${markdown(text(part(member).description))}`]),
  )}`;
}

function type(schema: Part): string {
  if (typeof schema.$ref === 'string') return `<a href="#schema-${last(schema.$ref)}">${last(schema.$ref)}</a>`;
  if (schema.type === 'array') return `list of ${type(part(schema.items))}`;
  const words = list(schema.enum ?? []).map((word) => `<code>${escape(text(word))}</code>`);
  const limits = ['format', 'pattern', 'contentEncoding', 'minimum'].filter((each) => schema[each] !== undefined).map((each) => `${each} <code>${escape(text(schema[each]))}</code>`);
  return [escape(text(schema.type)), ...limits, ...(words.length > 0 ? [words.join(' ')] : [])].join(', ');
}

const required = (needed: boolean): string => (needed ? '' : '<span class="soft">optional</span> ');

function table(rows: string[][]): string {
  return rows.length === 0 ? '' : `<table>${rows.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${value}</td></tr>`).join('')}</table>`;
}

/** The little Markdown that the document uses: paragraphs, lists, code, bold. */
function markdown(source: string): string {
  if (source === '') return '';
  const line = (each: string): string => escape(each).replaceAll(/`([^`]+)`/g, '<code>$1</code>').replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>');
  return source
    .split(/\n\n/)
    .map((block) => (block.startsWith('- ') ? `<ul>${block.slice(2).split('\n- ').map((item) => `<li>${line(item)}</li>`).join('')}</ul>` : `<p>${line(block)}</p>`))
    .join('');
}

function sample(value: Json): string {
  const shorter = (each: string): string => (each.length > longestText ? `${each.slice(0, longestText)}…` : each);
  return typeof value === 'string' ? shorter(value) : JSON.stringify(value, (_, each: unknown) => (typeof each === 'string' ? shorter(each) : each), 2);
}

const id = (operation: Part): string => text(operation.operationId);
const last = (reference: string): string => reference.slice(reference.lastIndexOf('/') + 1);
const text = (value: Json | undefined): string => (value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));
const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
const part = (value: Json | undefined): Part => (value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {});
const escape = (value: string): string => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
