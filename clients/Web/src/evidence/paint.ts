// Paints the report on pages of A4, with the fonts of this computer.

import type { Bytes } from '../log/bytes';
import type { Block } from './blocks';
import { type Page, pageHeight, pageWidth, type TextLine } from './pdf';

/** Pixels a point: 200 to the inch. */
const scale = 200 / 72;
const margin = 36;
const labelWidth = 150;
const gap = 10;
const leading = 1.32;
const ink = '#000000';
const soft = '#444444';
const rule = '#bbbbbb';
const iconSize = 36;
const codeSize = 96;

interface Style {
  readonly size: number;
  readonly weight: 400 | 600;
  readonly color: string;
}

const styles = {
  title: { size: 13, weight: 600, color: ink },
  verdict: { size: 22, weight: 600, color: ink },
  heading: { size: 10.5, weight: 600, color: ink },
  text: { size: 9, weight: 400, color: ink },
  label: { size: 9, weight: 400, color: soft },
  foot: { size: 7.5, weight: 400, color: soft },
} as const satisfies Record<string, Style>;

export interface Look {
  /** A CSS list of fonts. */
  readonly fonts: string;
  /** Of the verdict and its icon. */
  readonly color: string;
  /** Of steps that hold, fail, or are in doubt. */
  readonly steps: { readonly holds: string; readonly fails: string; readonly doubted: string };
  /** At the foot of every page. */
  readonly foot: string;
}

export function paint(blocks: readonly Block[], look: Look): Page[] {
  const painter = new Painter(look);
  for (const block of blocks) painter.block(block, margin, pageWidth - margin);
  return painter.finish();
}

class Painter {
  private readonly sheets: { readonly canvas: HTMLCanvasElement; readonly lines: TextLine[] }[] = [];
  private context!: CanvasRenderingContext2D;
  private y = 0;

  constructor(private readonly look: Look) {
    this.turn();
  }

  block(block: Block, left: number, right: number): void {
    switch (block.kind) {
      case 'title':
        this.paragraph(block.text, left, right, styles.title, 0, 6);
        break;
      case 'verdict':
        this.verdict(block, left, right);
        break;
      case 'heading':
        this.paragraph(block.text, left, right, styles.heading, 8, 2);
        break;
      case 'fact':
        this.fact(block, left, right);
        break;
      case 'step':
        this.step(block, left, right);
        break;
      case 'code':
        this.code(block, left, right);
        break;
      default:
        this.paragraph(block.text, left, right, styles.text, 2, 2);
    }
  }

  finish(): Page[] {
    return this.sheets.map(({ canvas, lines }, i) => {
      this.context = contextOf(canvas);
      this.y = pageHeight - margin + 6;
      const text = `${this.look.foot} · ${i + 1}/${this.sheets.length}`;
      this.line(this.wrap(text, pageWidth - 2 * margin, styles.foot)[0]!, margin, styles.foot, lines);
      const { data } = this.context.getImageData(0, 0, canvas.width, canvas.height);
      return { pixels: withoutAlpha(data), width: canvas.width, height: canvas.height, lines };
    });
  }

  private verdict({ text, icon }: Block & { kind: 'verdict' }, left: number, right: number): void {
    const { color } = this.look;
    const top = this.y;
    const style = { ...styles.verdict, color };
    const x = left + iconSize + 2 * gap;
    const lines = this.wrap(text, right - gap - x, style);
    const tall = Math.max(iconSize, lines.length * style.size * leading) + 2 * gap;
    this.box(left, top, right - left, tall, color);
    if (icon) this.icon(icon, left + gap, top + (tall - iconSize) / 2, iconSize, color);
    this.y = top + (tall - lines.length * style.size * leading) / 2;
    for (const line of lines) this.line(line, x, style);
    this.y = top + tall + 6;
  }

  private fact({ label, text }: Block & { kind: 'fact' }, left: number, right: number): void {
    const labels = this.wrap(label, labelWidth - gap, styles.label);
    const values = this.wrap(text, right - left - labelWidth, styles.text);
    const step = styles.text.size * leading;
    const tall = Math.max(labels.length, values.length) * step;
    this.room(tall);
    this.hairline(left, right);
    const top = this.y;
    for (const line of labels) this.line(line, left, styles.label);
    this.y = top;
    for (const line of values) this.line(line, left + labelWidth, styles.text);
    this.y = top + tall + 2;
  }

  private step({ text, icon }: Block & { kind: 'step' }, left: number, right: number): void {
    const { steps } = this.look;
    this.room(styles.text.size * leading);
    const color = icon.classList.contains('step-holds') ? steps.holds : icon.classList.contains('step-doubted') ? steps.doubted : steps.fails;
    this.context.fillStyle = color;
    this.context.beginPath();
    this.context.arc((left + 6) * scale, (this.y + 6.5) * scale, 5.5 * scale, 0, 2 * Math.PI);
    this.context.fill();
    this.icon(icon, left + 1.5, this.y + 2, 9, color);
    this.paragraph(text, left + 18, right, styles.text, 0, 2);
  }

  private code({ code, beside }: Block & { kind: 'code' }, left: number, right: number): void {
    this.y += 6;
    this.room(codeSize);
    const top = this.y;
    const cells = Number(code.getAttribute('viewBox')!.split(' ')[2]);
    this.path(code.querySelector('.dark')!, left, top, codeSize / cells, ink, null);
    for (const block of beside) this.block(block, left + codeSize + gap, right);
    this.y = Math.max(this.y, top + codeSize);
  }

  private paragraph(text: string, left: number, right: number, style: Style, before: number, after: number): void {
    this.y += before;
    for (const line of this.wrap(text, right - left, style)) {
      this.room(style.size * leading);
      this.line(line, left, style);
    }
    this.y += after;
  }

  /** Paints a line and goes on to the next. */
  private line(text: string, x: number, style: Style, lines = this.sheets[this.sheets.length - 1]!.lines): void {
    const baseline = this.y + style.size * 1.08;
    this.context.font = this.font(style);
    this.context.fillStyle = style.color;
    this.context.fillText(text, x * scale, baseline * scale);
    lines.push({ text, x, y: baseline, size: style.size, width: this.context.measureText(text).width / scale });
    this.y += style.size * leading;
  }

  /** Between words, or where a script has none between characters; a word that is longer than the line anywhere. */
  private wrap(text: string, width: number, style: Style): string[] {
    this.context.font = this.font(style);
    const fits = (line: string): boolean => this.context.measureText(line).width <= width * scale;
    const lines: string[] = [];
    let line = '';
    for (const word of wordsOf(text)) {
      if (fits(line + word.trimEnd())) {
        line += word;
        continue;
      }
      if (line !== '') lines.push(line.trimEnd());
      line = '';
      for (const character of word) {
        if (line !== '' && !fits(line + character)) {
          lines.push(line);
          line = '';
        }
        line += character;
      }
    }
    lines.push(line.trimEnd());
    return lines;
  }

  private icon(icon: SVGElement, x: number, y: number, size: number, color: string): void {
    for (const path of icon.querySelectorAll('path')) {
      const isOutline = path.classList.contains('outline');
      this.path(path, x, y, size / 24, isOutline ? color : null, isOutline ? null : '#ffffff');
    }
  }

  private path(path: Element, x: number, y: number, by: number, fill: string | null, stroke: string | null): void {
    const { context } = this;
    const shape = new Path2D(path.getAttribute('d')!);
    context.save();
    context.translate(x * scale, y * scale);
    context.scale(by * scale, by * scale);
    context.lineWidth = 2.4;
    context.lineCap = context.lineJoin = 'round';
    if (fill !== null) {
      context.fillStyle = fill;
      context.fill(shape);
    }
    if (stroke !== null) {
      context.strokeStyle = stroke;
      context.stroke(shape);
    }
    context.restore();
  }

  private box(x: number, y: number, width: number, height: number, color: string): void {
    this.context.save();
    this.context.globalAlpha = 0.09;
    this.context.fillStyle = color;
    this.context.fillRect(x * scale, y * scale, width * scale, height * scale);
    this.context.restore();
    this.context.strokeStyle = color;
    this.context.lineWidth = 1.5 * scale;
    this.context.strokeRect(x * scale, y * scale, width * scale, height * scale);
  }

  private hairline(left: number, right: number): void {
    this.context.fillStyle = rule;
    this.context.fillRect(left * scale, this.y * scale, (right - left) * scale, 1);
    this.y += 1;
  }

  /** Goes on to a new page where there is no more room on this one. */
  private room(tall: number): void {
    if (this.y + tall > pageHeight - margin) this.turn();
  }

  private turn(): void {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [Math.round(pageWidth * scale), Math.round(pageHeight * scale)];
    this.context = contextOf(canvas);
    this.context.fillStyle = '#ffffff';
    this.context.fillRect(0, 0, canvas.width, canvas.height);
    this.sheets.push({ canvas, lines: [] });
    this.y = margin;
  }

  private font({ size, weight }: Style): string {
    return `${weight} ${size * scale}px ${this.look.fonts}`;
  }
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  // What is read back is painted by the processor: the same on every visit.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('The browser has no canvas to paint on.');
  return context;
}

/** Punctuation stays with the word before it, spaces too; what opens (a bracket, a quotation) with the word behind it. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)) {
    const last = words[words.length - 1];
    if (last !== undefined && (/^[\s\p{Pe}\p{Pf}\p{Po}\p{Pd}]/u.test(segment) || /[\p{Ps}\p{Pi}]$/u.test(last))) words[words.length - 1] = last + segment;
    else words.push(segment);
  }
  return words;
}

function withoutAlpha(data: Uint8ClampedArray): Bytes {
  const pixels = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    pixels[to++] = data[from]!;
    pixels[to++] = data[from + 1]!;
    pixels[to++] = data[from + 2]!;
  }
  return pixels;
}
