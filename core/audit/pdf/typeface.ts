/** The report's fonts: what they can draw, how wide it gets, and where lines break. */
import { readFile } from 'node:fs/promises';
import { resourcePath } from '#core/resources.ts';

export type Weight = 'regular' | 'bold';

const files: Readonly<Record<Weight, string>> = {
  regular: 'DejaVuSansCondensed.ttf',
  bold: 'DejaVuSansCondensed-Bold.ttf',
};

/** What this module uses of a font that pdfkit has opened. */
interface OpenedFont {
  readonly unitsPerEm: number;
  hasGlyphForCodePoint(codePoint: number): boolean;
  glyphForCodePoint(codePoint: number): { readonly advanceWidth: number };
}

/** The part of a pdfkit document that fonts are opened through; its types leave out the opened font. */
interface FontHost {
  registerFont(name: string, source: Buffer): unknown;
  font(name: string): unknown;
  readonly _font: { readonly font: OpenedFont };
}

export interface Typeface {
  /** Text as it will be drawn: every character that cannot be drawn, or could mislead, as its code. */
  drawable(text: string): string;
  /** Were there any such characters? */
  readonly replaced: boolean;
  /** Lines of drawable text that fit into `width` points. Words longer than a line are cut. */
  lines(text: string, width: number, size: number, weight: Weight): readonly string[];
}

export async function loadFonts(): Promise<Readonly<Record<Weight, Buffer>>> {
  const read = (file: string) => readFile(resourcePath('fonts', file));
  const [regular, bold] = await Promise.all([read(files.regular), read(files.bold)]);
  return { regular, bold };
}

export function createTypeface(document: object, fonts: Readonly<Record<Weight, Buffer>>): Typeface {
  const host = document as FontHost;
  const opened = { regular: open(host, 'regular', fonts.regular), bold: open(host, 'bold', fonts.bold) };
  const widths = { regular: new Map<string, number>(), bold: new Map<string, number>() };
  let replaced = false;

  function widthOf(character: string, weight: Weight): number {
    const known = widths[weight].get(character);
    if (known !== undefined) return known;
    const { font } = opened[weight];
    const width = font.glyphForCodePoint(character.codePointAt(0) ?? 32).advanceWidth / font.unitsPerEm;
    widths[weight].set(character, width);
    return width;
  }

  const measure = (text: string, weight: Weight) => {
    let width = 0;
    for (const character of text) width += widthOf(character, weight);
    return width;
  };

  return {
    get replaced() {
      return replaced;
    },
    drawable(text) {
      let drawn = '';
      for (const character of text.normalize('NFC').replaceAll(/\r\n?/g, '\n').replaceAll('\t', '    ')) {
        const codePoint = character.codePointAt(0) ?? 0;
        if (character === '\n' || (!misleading(codePoint) && opened.regular.font.hasGlyphForCodePoint(codePoint)))
          drawn += character;
        else {
          replaced = true;
          drawn += `[U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}]`;
        }
      }
      return drawn;
    },
    lines(text, width, size, weight) {
      const limit = width / size;
      return text.split('\n').flatMap((paragraph) => wrapped(paragraph, limit, (part) => measure(part, weight)));
    },
  };
}

function open(host: FontHost, name: Weight, bytes: Buffer): { readonly font: OpenedFont } {
  host.registerFont(name, bytes);
  host.font(name);
  return { font: host._font.font };
}

/** Control characters, and the marks that make text read in another order than it was written. */
function misleading(codePoint: number): boolean {
  if (codePoint < 0x20 || (codePoint >= 0x7f && codePoint < 0xa0)) return true;
  return (
    (codePoint >= 0x200b && codePoint <= 0x200f) ||
    (codePoint >= 0x202a && codePoint <= 0x202e) ||
    (codePoint >= 0x2066 && codePoint <= 0x2069)
  );
}

function wrapped(paragraph: string, limit: number, measure: (text: string) => number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const word of paragraph.split(/(?<= )/)) {
    const width = measure(word);
    if (used + measure(word.trimEnd()) <= limit) {
      line += word;
      used += width;
      continue;
    }
    if (line !== '') lines.push(line.trimEnd());
    [line, used] = ['', 0];
    if (width <= limit) {
      [line, used] = [word, width];
      continue;
    }
    for (const character of word) {
      const next = measure(character);
      if (used + next > limit && line !== '') {
        lines.push(line);
        [line, used] = ['', 0];
      }
      line += character;
      used += next;
    }
  }
  lines.push(line.trimEnd());
  return lines;
}
