// The report as a sequence of blocks, read from the same elements that are printed, so that paper, PDF and text say one thing.

export type Block =
  | { readonly kind: 'title' | 'heading' | 'text'; readonly text: string }
  | { readonly kind: 'verdict'; readonly text: string; readonly icon: SVGElement | null }
  | { readonly kind: 'fact'; readonly label: string; readonly text: string }
  | { readonly kind: 'step'; readonly text: string; readonly icon: SVGElement }
  /** A code to scan, with what is said beside it. */
  | { readonly kind: 'code'; readonly code: SVGElement; readonly beside: readonly Block[] };

const inline = new Set(['bdi', 'q', 'strong', 'code', 'span', 'svg']);

export function blocksOf(element: Element): Block[] {
  return [...element.children].flatMap((child) => blockOf(child));
}

function blockOf(element: Element): Block[] {
  const text = textOf(element);
  switch (element.localName) {
    case 'h1':
      return [{ kind: 'title', text }];
    case 'h2':
      return [{ kind: 'verdict', text, icon: element.closest('header')?.querySelector('svg') ?? null }];
    case 'h3':
    case 'h4':
      return [{ kind: 'heading', text }];
    case 'dl':
      return [...element.children].map((row) => ({ kind: 'fact', label: textOf(row.querySelector('dt')!), text: textOf(row.querySelector('dd')!) }));
    case 'footer':
      return [{ kind: 'code', code: element.querySelector('svg')!, beside: blocksOf(element) }];
    case 'svg':
      return [];
    case 'li': {
      const icon = element.querySelector<SVGElement>(':scope > svg');
      if (icon && isLine(element)) return [{ kind: 'step', text, icon }];
    }
  }
  if (isLine(element)) return text === '' ? [] : [{ kind: 'text', text }];
  return blocksOf(element);
}

/** Whether nothing in it begins a line of its own. */
function isLine(element: Element): boolean {
  return [...element.children].every((child) => inline.has(child.localName));
}

function textOf(element: Element): string {
  return parted(element).replace(/\s+/g, ' ').trim();
}

/** Its text, with a space where something begins a line of its own. */
function parted(node: Node): string {
  if (!(node instanceof Element)) return node.textContent ?? '';
  const text = [...node.childNodes].map(parted).join('');
  return inline.has(node.localName) ? text : ` ${text} `;
}

/** The same as plain text, with the colon of its language. */
export function plainText(blocks: readonly Block[], colon: string): string {
  return blocks
    .map((block) => {
      switch (block.kind) {
        case 'title':
          return `${block.text}\n`;
        case 'verdict':
          return `\n*** ${block.text} ***\n\n`;
        case 'heading':
          return `\n${block.text}\n`;
        case 'fact':
          return `- ${block.label}${colon}${block.text}\n`;
        case 'step':
          return `[${signOf(block.icon)}] ${block.text}\n`;
        case 'code':
          return `\n${plainText(block.beside, colon)}`;
        default:
          return `${block.text}\n`;
      }
    })
    .join('');
}

function signOf(icon: SVGElement): string {
  return icon.classList.contains('step-holds') ? 'ok' : icon.classList.contains('step-doubted') ? '?' : 'FAILS';
}
