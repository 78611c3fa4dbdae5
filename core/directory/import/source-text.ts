/**
 * Bytes of a file as valid UTF-8, in small pieces. UTF-8 with or without a byte order mark and UTF-16 with
 * one are read; any other encoding is refused, because a wrong guess would spoil names without a word.
 */
import { isUtf8 } from 'node:buffer';
import type { Hash } from 'node:crypto';
import { UnreadableFile } from './unreadable-file.ts';

/** Opens the file from its start; called once for each time it is read. */
export type FileSource = () => AsyncIterable<Uint8Array>;

/** Small enough that the rows of one piece are a modest batch, whatever the caller's pieces are. */
const pieceBytes = 64 * 1024;
const signatureBytes = 8;
const lineFeed = 10;

const asUtf8 = 'Save it as UTF-8 (in Excel: "CSV UTF-8 (comma delimited)") and import it again.';

const signatures: readonly { readonly bytes: readonly number[]; readonly what: string }[] = [
  { bytes: [0x50, 0x4b, 0x03, 0x04], what: 'an Excel workbook or another ZIP archive' },
  { bytes: [0x50, 0x4b, 0x05, 0x06], what: 'an empty ZIP archive' },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], what: 'an old Excel workbook (.xls)' },
  { bytes: [0x25, 0x50, 0x44, 0x46], what: 'a PDF document' },
  { bytes: [0x1f, 0x8b], what: 'a gzip archive' },
];

/**
 * The file's text as UTF-8 without a byte order mark, in pieces of at most some 64 KB that never cut a character.
 * Every byte of the file, as it is, goes into `hash`.
 * @throws UnreadableFile for what is not text in a known encoding.
 */
export async function* readUtf8(source: FileSource, hash: Hash): AsyncGenerator<Buffer> {
  let decode: ((bytes: Buffer) => Buffer) | null = null;
  let start: Buffer | null = Buffer.alloc(0);
  const check = utf8Checker();
  for await (const piece of pieces(source, hash)) {
    let bytes = piece;
    if (start !== null) {
      start = Buffer.concat([start, bytes]);
      if (start.length < signatureBytes) continue;
      [decode, bytes] = opening(start);
      start = null;
    }
    const text = check.next(decode === null ? bytes : decode(bytes));
    if (text.length > 0) yield text;
  }
  if (start !== null) {
    const [lastDecode, bytes] = opening(start);
    decode = lastDecode;
    const text = check.next(decode === null ? bytes : decode(bytes));
    if (text.length > 0) yield text;
  }
  decode?.(Buffer.alloc(0));
  check.end();
}

async function* pieces(source: FileSource, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of source()) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    hash.update(bytes);
    for (let start = 0; start < bytes.length; start += pieceBytes) yield bytes.subarray(start, start + pieceBytes);
  }
}

/** What the first bytes say: how to decode, and the bytes after the byte order mark. */
function opening(start: Buffer): [((bytes: Buffer) => Buffer) | null, Buffer] {
  for (const { bytes, what } of signatures) {
    if (bytes.every((byte, index) => start[index] === byte)) {
      throw new UnreadableFile(1, `This is ${what}, not a CSV file. Save the sheet as CSV in UTF-8 and import that.`);
    }
  }
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return [null, start.subarray(3)];
  if (start[0] === 0xff && start[1] === 0xfe) return [utf16('utf-16le'), start.subarray(2)];
  if (start[0] === 0xfe && start[1] === 0xff) return [utf16('utf-16be'), start.subarray(2)];
  const zeros = start.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  if (zeros > 0) {
    const utf16Like = zeros * 2 >= start.length - 1;
    const what = utf16Like ? 'UTF-16 without a byte order mark' : 'binary data, not text';
    throw new UnreadableFile(1, `This file is ${what}. ${asUtf8}`);
  }
  return [null, start];
}

/** Decodes UTF-16; an empty piece ends the text. */
function utf16(encoding: 'utf-16le' | 'utf-16be'): (bytes: Buffer) => Buffer {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  let line = 1;
  return (bytes) => {
    try {
      const text = Buffer.from(decoder.decode(bytes, { stream: bytes.length > 0 }), 'utf8');
      line += countLines(text, 0, text.length);
      return text;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new UnreadableFile(line, `From about line ${line} on, this file is not valid UTF-16. ${asUtf8}`);
    }
  };
}

/** Passes valid UTF-8 on, holding back a character that the next piece completes. */
function utf8Checker() {
  let held: Buffer = Buffer.alloc(0);
  let line = 1;
  return {
    next(bytes: Buffer): Buffer {
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      const complete = all.length - unfinished(all);
      const text = all.subarray(0, complete);
      if (!isUtf8(text)) throw invalid(text, line);
      line += countLines(text, 0, text.length);
      // A copy: the piece it is part of may be reused by whoever handed it over.
      held = Buffer.from(all.subarray(complete));
      return text;
    },
    end() {
      if (held.length > 0) throw invalid(held, line);
    },
  };
}

/** How many bytes at the end begin a character that is not complete. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? back : 0;
    }
  }
  return 0;
}

/** The first line in `text` that is not UTF-8, with how it would read in the encoding that is behind most such files. */
function invalid(text: Buffer, firstLine: number): UnreadableFile {
  let line = firstLine;
  let start = 0;
  for (;;) {
    const end = text.indexOf(lineFeed, start);
    const bytes = text.subarray(start, end === -1 ? text.length : end);
    if (!isUtf8(bytes) || end === -1) {
      const at = Math.max(0, bytes.findIndex((byte) => byte >= 0x80) - 20);
      const sample = new TextDecoder('windows-1252').decode(bytes.subarray(at, at + 40)).trim();
      return new UnreadableFile(
        line,
        `Line ${line} is not valid UTF-8. It looks like Windows-1252: in that encoding it reads "${sample}". ${asUtf8}`,
      );
    }
    line += 1;
    start = end + 1;
  }
}

/** Line feeds in `bytes` from `start` up to `end`. */
export function countLines(bytes: Buffer, start: number, end: number, byte = lineFeed): number {
  let count = 0;
  for (let at = bytes.indexOf(byte, start); at !== -1 && at < end; at = bytes.indexOf(byte, at + 1)) count += 1;
  return count;
}
