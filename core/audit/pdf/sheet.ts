/** A4 pages that text flows down on: a running position, headings, paragraphs, fields and tables that break across pages. */
import { setImmediate } from 'node:timers/promises';
import type { createTypeface, Weight } from './typeface.ts';

type PdfDocument = PDFKit.PDFDocument;
type Typeface = ReturnType<typeof createTypeface>;

/** All measures in points. */
const page = { width: 595.28, height: 841.89, left: 42, right: 42, top: 54, bottom: 54 };
export const contentWidth = page.width - page.left - page.right;

export const ink = {
  text: '#1a1d21',
  quiet: '#5c636b',
  rule: '#c9ced4',
  band: '#f1f3f5',
  good: '#14632f',
  bad: '#a11220',
  accent: '#234a8c',
} as const;
export type Ink = (typeof ink)[keyof typeof ink];

export interface Style {
  readonly size: number;
  readonly weight?: Weight;
  readonly color?: Ink;
}

/** A paragraph in a cell, with its own style. */
export interface Piece extends Style {
  readonly text: string;
}

export interface Column {
  readonly title: string;
  /** A share of the width; shares are relative to each other. */
  readonly share: number;
}

/** A cell: plain text in the table's style, or pieces below each other. */
export type Cell = string | readonly Piece[];

const lineHeight = 1.32;
const padding = 3.5;
const rowsAtOnce = 20;
const body: Style = { size: 8 };

export class Sheet {
  readonly #document: PdfDocument;
  readonly #typeface: Typeface;
  #y: number = page.top;

  constructor(document: PdfDocument, typeface: Typeface) {
    this.#document = document;
    this.#typeface = typeface;
  }

  /** Moves down. */
  space(points: number): void {
    this.#y += points;
  }

  /** Starts a new page unless `points` are left on this one. */
  keep(points: number): void {
    if (this.#y + points > page.height - page.bottom) this.#newPage();
  }

  #newPage(): void {
    this.#document.addPage();
    this.#y = page.top;
  }

  /** A heading that never stands alone at the end of a page; also an entry of the document's outline. */
  heading(text: string): void {
    this.space(12);
    this.keep(90);
    this.#document.outline.addItem(text);
    this.text(text, { size: 12, weight: 'bold', color: ink.accent });
    this.#rule(this.#y + 1, ink.accent);
    this.space(6);
  }

  text(text: string, style: Style, left = 0, width = contentWidth): void {
    for (const line of this.#lines({ ...style, text }, width)) {
      this.keep(style.size * lineHeight);
      this.#draw(line, page.left + left, this.#y, style);
      this.#y += style.size * lineHeight;
    }
  }

  /** Names and values below each other. */
  fields(fields: readonly (readonly [string, string])[]): void {
    const label = 92;
    for (const [name, value] of fields) {
      const style = { size: 9 };
      this.keep(style.size * lineHeight);
      this.#draw(name, page.left, this.#y, { ...style, color: ink.quiet });
      this.text(value === '' ? '–' : value, style, label, contentWidth - label);
      this.space(2);
    }
  }

  /** A box with a bar of its colour; its first line says it all. */
  notice(title: string, text: string, color: Ink): void {
    const inset = 12;
    const width = contentWidth - inset - 8;
    const titleLines = this.#lines({ text: title, size: 9.5, weight: 'bold' }, width);
    const textLines = this.#lines({ text, size: 8 }, width);
    const height = (titleLines.length * 9.5 + textLines.length * 8) * lineHeight + 14;
    this.keep(height);
    const top = this.#y;
    this.#document.rect(page.left, top, contentWidth, height).fill(ink.band);
    this.#document.rect(page.left, top, 4, height).fill(color);
    this.#y = top + 7;
    this.text(title, { size: 9.5, weight: 'bold', color }, inset, width);
    this.text(text, { size: 8 }, inset, width);
    this.#y = top + height + 8;
  }

  /**
   * Rows may be longer than a page: they go on on the next one, under the columns' titles. Lets other work in
   * between rows, because a large request has hundreds of pages and the engine has other windows to serve.
   */
  async table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): Promise<void> {
    const shares = columns.reduce((sum, { share }) => sum + share, 0);
    const widths = columns.map(({ share }) => (share / shares) * contentWidth);
    const lefts = widths.map((_, index) => page.left + widths.slice(0, index).reduce((sum, width) => sum + width, 0));
    const titles = () => this.#titles(columns, widths, lefts);
    this.keep(60);
    titles();
    for (const [index, row] of rows.entries()) {
      if (index % rowsAtOnce === rowsAtOnce - 1) await setImmediate();
      this.#row(
        row.map((cell, column) => this.#cellLines(cell, (widths[column] ?? 0) - 2 * padding)),
        lefts,
        titles,
      );
    }
    this.space(4);
  }

  #titles(columns: readonly Column[], widths: readonly number[], lefts: readonly number[]): void {
    const style: Style = { size: 7.5, weight: 'bold', color: ink.quiet };
    const lines = columns.map(({ title }, index) =>
      this.#lines({ ...style, text: title }, (widths[index] ?? 0) - 2 * padding),
    );
    const height = Math.max(...lines.map((cell) => cell.length)) * style.size * lineHeight + 2 * padding;
    this.#document.rect(page.left, this.#y, contentWidth, height).fill(ink.band);
    lines.forEach((cell, index) => {
      cell.forEach((line, row) =>
        this.#draw(line, (lefts[index] ?? 0) + padding, this.#y + padding + row * style.size * lineHeight, style),
      );
    });
    this.#y += height;
  }

  #row(cells: readonly (readonly StyledLine[])[], lefts: readonly number[], titles: () => void): void {
    const left = cells.map((cell) => [...cell]);
    const label = cells[0]?.[0];
    const limit = page.height - page.bottom;
    const whole = Math.max(...left.map(heightOf)) + 2 * padding;
    // A row that fits on a page stays together; only a longer one is split.
    if (this.#y + whole > limit && whole <= limit - page.top - 40) this.#continue(titles);
    for (;;) {
      const room = limit - this.#y - 2 * padding;
      let used = 0;
      left.forEach((cell, index) => {
        let y = 0;
        for (let next = cell[0]; next !== undefined && y + next.height <= room; next = cell[0]) {
          this.#draw(next.text, (lefts[index] ?? 0) + padding, this.#y + padding + y, next.style);
          y += next.height;
          cell.shift();
        }
        used = Math.max(used, y);
      });
      this.#y += used + 2 * padding;
      this.#rule(this.#y, ink.rule);
      if (left.every((cell) => cell.length === 0)) return;
      this.#continue(titles);
      // Whoever turns the page must see which row goes on.
      if (label !== undefined && left[0]?.length === 0) {
        left[0] = [{ ...label, text: `(${label.text})`, style: { ...label.style, color: ink.quiet } }];
      }
    }
  }

  #continue(titles: () => void): void {
    this.#newPage();
    titles();
  }

  #cellLines(cell: Cell, width: number): readonly StyledLine[] {
    const pieces = typeof cell === 'string' ? [{ ...body, text: cell }] : cell;
    return pieces.flatMap((piece) =>
      this.#lines(piece, width).map((text) => ({ text, style: piece, height: piece.size * lineHeight })),
    );
  }

  #lines({ text, size, weight = 'regular' }: Piece, width: number): readonly string[] {
    return this.#typeface.lines(this.#typeface.drawable(text), width, size, weight);
  }

  #draw(text: string, x: number, y: number, { size, weight = 'regular', color = ink.text }: Style): void {
    if (text === '') return;
    this.#document.font(weight).fontSize(size).fillColor(color).text(text, x, y, { lineBreak: false });
  }

  #rule(y: number, color: Ink): void {
    this.#document
      .moveTo(page.left, y)
      .lineTo(page.left + contentWidth, y)
      .lineWidth(0.5)
      .strokeColor(color)
      .stroke();
  }

  /** What stands at the foot of every page; called once, when all pages are there. */
  footers(left: string): void {
    const { start, count } = this.#document.bufferedPageRange();
    const style: Style = { size: 7, color: ink.quiet };
    const y = page.height - page.bottom + 18;
    for (let index = 0; index < count; index += 1) {
      this.#document.switchToPage(start + index);
      // Below the margin pdfkit would start another page.
      this.#document.page.margins.bottom = 0;
      this.#rule(y - 6, ink.rule);
      this.#lines({ ...style, text: left }, contentWidth - 70)
        .slice(0, 2)
        .forEach((line, row) => this.#draw(line, page.left, y + row * 9, style));
      this.#document
        .font('regular')
        .fontSize(style.size)
        .fillColor(ink.quiet)
        .text(`Page ${index + 1} of ${count}`, page.left, y, { width: contentWidth, align: 'right', lineBreak: false });
    }
  }
}

interface StyledLine {
  readonly text: string;
  readonly style: Style;
  readonly height: number;
}

function heightOf(lines: readonly StyledLine[]): number {
  return lines.reduce((sum, line) => sum + line.height, 0);
}
