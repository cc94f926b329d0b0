// A PDF (ISO 32000-1) of painted pages, each with its words as text that is not drawn, to be searched, copied and read aloud.
//
// Nobody's fonts need to be embedded: what is seen was painted by the browser with the fonts of this computer, Chinese ones
// included, and the text is in Type 3 fonts whose glyphs are empty, which say by their ToUnicode maps what they stand for.

import { type Bytes, concat, utf8 } from '../log/bytes';

/** A line of text and where it was painted, in points from the page's upper left corner; `y` is its baseline. */
export interface TextLine {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly width: number;
}

export interface Page {
  /** Three bytes a pixel: red, green, blue; rows from the top. */
  readonly pixels: Bytes;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly lines: readonly TextLine[];
}

export interface DocumentInfo {
  readonly title: string;
  /** BCP 47. */
  readonly language: string;
  /** RFC 3339 in UTC. */
  readonly made: string;
}

/** A4 in points. */
export const pageWidth = 595.28;
export const pageHeight = 841.89;

const glyphsPerFont = 256;
/** ToUnicode maps hold so many characters in a section at most. */
const mapSection = 100;

/** The same pages give the same bytes. */
export async function pdfOf(pages: readonly Page[], { title, language, made }: DocumentInfo): Promise<Bytes> {
  const characters = [...new Set(pages.flatMap(({ lines }) => lines.flatMap(({ text }) => Array.from(text))))];
  const codes = new Map(characters.map((character, i) => [character, i]));
  const fonts = Array.from({ length: Math.ceil(characters.length / glyphsPerFont) }, (_, i) => characters.slice(i * glyphsPerFont, (i + 1) * glyphsPerFont));

  const out = new Objects();
  const [catalog, tree, info, glyph] = [out.reserve(), out.reserve(), out.reserve(), out.reserve()];
  out.stream(glyph, '', utf8('1000 0 d0'));
  const fontIds = fonts.map((each) => font(out, each, glyph));
  const resources = fontIds.map((id, i) => `/F${i} ${id} 0 R`).join(' ');
  const pageIds: number[] = [];
  for (const page of pages) {
    const [id, image, content] = [out.reserve(), out.reserve(), out.reserve()];
    out.stream(image, `/Type /XObject /Subtype /Image /Width ${page.width} /Height ${page.height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode`, await deflate(page.pixels));
    const paint = `q ${pageWidth} 0 0 ${pageHeight} 0 0 cm /Page Do Q\nBT 3 Tr\n${page.lines.map((line) => show(line, codes)).join('')}ET\n`;
    out.stream(content, '', utf8(paint));
    out.object(id, `<< /Type /Page /Parent ${tree} 0 R /MediaBox [0 0 ${pageWidth} ${pageHeight}] /Contents ${content} 0 R /Resources << /XObject << /Page ${image} 0 R >> /Font << ${resources} >> >> >>`);
    pageIds.push(id);
  }
  out.object(tree, `<< /Type /Pages /Count ${pageIds.length} /Kids [${pageIds.map((id) => `${id} 0 R`).join(' ')}] >>`);
  out.object(catalog, `<< /Type /Catalog /Pages ${tree} 0 R /Lang ${textString(language)} /ViewerPreferences << /DisplayDocTitle true >> >>`);
  out.object(info, `<< /Title ${textString(title)} /Producer ${textString('TrueCopy')} /CreationDate (D:${made.replace(/\D/g, '').slice(0, 14)}Z) >>`);
  return out.file(catalog, info);
}

function font(out: Objects, characters: readonly string[], glyph: number): number {
  const [id, map] = [out.reserve(), out.reserve()];
  const names = characters.map((_, i) => `/c${i}`);
  out.object(
    id,
    `<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1000 1000] /FontMatrix [0.001 0 0 0.001 0 0] /Resources << >> /FirstChar 0 /LastChar ${characters.length - 1} `
      + `/Widths [${characters.map(() => 1000).join(' ')}] /Encoding << /Type /Encoding /Differences [0 ${names.join(' ')}] >> `
      + `/CharProcs << ${names.map((name) => `${name} ${glyph} 0 R`).join(' ')} >> /ToUnicode ${map} 0 R >>`,
  );
  const entries = characters.map((character, i) => `<${hex(i, 2)}> <${utf16(character)}>\n`);
  const sections = Array.from({ length: Math.ceil(entries.length / mapSection) }, (_, i) => entries.slice(i * mapSection, (i + 1) * mapSection));
  out.stream(
    map,
    '',
    utf8(
      '/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n'
        + '/CMapName /Text def /CMapType 2 def\n1 begincodespacerange <00> <FF> endcodespacerange\n'
        + sections.map((section) => `${section.length} beginbfchar\n${section.join('')}endbfchar\n`).join('')
        + 'endcmap CMapName currentdict /CMap defineresource pop end end\n',
    ),
  );
  return id;
}

/** Every character is as wide as the line is large, so the line is stretched to what was painted. */
function show({ text, x, y, size, width }: TextLine, codes: ReadonlyMap<string, number>): string {
  const characters = Array.from(text);
  if (characters.length === 0) return '';
  const parts: { font: number; hex: string }[] = [];
  for (const character of characters) {
    const code = codes.get(character)!;
    const own = Math.floor(code / glyphsPerFont);
    const last = parts[parts.length - 1];
    if (last?.font === own) last.hex += hex(code % glyphsPerFont, 2);
    else parts.push({ font: own, hex: hex(code % glyphsPerFont, 2) });
  }
  const stretch = (100 * width) / (characters.length * size);
  return `${number(stretch)} Tz 1 0 0 1 ${number(x)} ${number(pageHeight - y)} Tm ${parts.map((part) => `/F${part.font} ${number(size)} Tf <${part.hex}> Tj`).join(' ')}\n`;
}

/** The numbered objects of a file. */
class Objects {
  private readonly bodies: Bytes[] = [];

  reserve(): number {
    return this.bodies.push(new Uint8Array());
  }

  object(id: number, body: string): void {
    this.bodies[id - 1] = utf8(`${body}\n`);
  }

  stream(id: number, dictionary: string, content: Bytes): void {
    this.bodies[id - 1] = concat(utf8(`<< ${dictionary} /Length ${content.length} >>\nstream\n`), content, utf8('\nendstream\n'));
  }

  file(catalog: number, info: number): Bytes {
    // The comment tells programs that the file is not text.
    const parts: Bytes[] = [utf8('%PDF-1.7\n'), Uint8Array.of(0x25, 0xe2, 0xe3, 0xcf, 0xd3, 0x0a)];
    let offset = parts.reduce((sum, { length }) => sum + length, 0);
    const rows = ['0000000000 65535 f \n'];
    for (const [i, body] of this.bodies.entries()) {
      rows.push(`${`${offset}`.padStart(10, '0')} 00000 n \n`);
      const whole = concat(utf8(`${i + 1} 0 obj\n`), body, utf8('endobj\n'));
      parts.push(whole);
      offset += whole.length;
    }
    parts.push(utf8(`xref\n0 ${rows.length}\n${rows.join('')}trailer\n<< /Size ${rows.length} /Root ${catalog} 0 R /Info ${info} 0 R >>\nstartxref\n${offset}\n%%EOF\n`));
    return concat(...parts);
  }
}

/** Zlib's format, which is PDF's FlateDecode. */
async function deflate(bytes: Bytes): Promise<Bytes> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** Any text as a PDF string: UTF-16, big end first, in hex. */
function textString(text: string): string {
  return `<FEFF${utf16(text)}>`;
}

function utf16(text: string): string {
  return Array.from({ length: text.length }, (_, i) => hex(text.charCodeAt(i), 4)).join('');
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

function number(value: number): string {
  return `${Number(value.toFixed(3))}`;
}
