/** Files as bytes: encodings, delimiters, line numbers, and what cannot be read as a table. */
import { describe, expect, it } from 'vitest';
import { kindColumns } from './columns.ts';
import { readCsv, type CsvHeader, type CsvRow } from './csv-rows.ts';
import { mapHeader } from './mapped-header.ts';
import { UnreadableFile } from './unreadable-file.ts';
import { parseDate, parseEmail } from './values.ts';

async function read(
  content: string | Buffer,
  pieceBytes = Number.POSITIVE_INFINITY,
): Promise<{ header: CsvHeader; rows: readonly CsvRow[]; batches: number[] }> {
  const bytes = Buffer.from(content);
  const rows: CsvRow[] = [];
  const batches: number[] = [];
  let header: CsvHeader | null = null;
  async function* source() {
    for (let start = 0; start < bytes.length; start += pieceBytes) yield bytes.subarray(start, start + pieceBytes);
  }
  await readCsv(source, {
    header: (found) => {
      header = found;
    },
    rows: (batch) => {
      batches.push(batch.length);
      rows.push(...batch);
    },
  });
  return { header: header!, rows, batches };
}

async function problemOf(content: string | Buffer): Promise<string> {
  const problem: unknown = await read(content).then(
    () => 'It was read',
    (error: unknown) => error,
  );
  if (!(problem instanceof UnreadableFile)) throw new Error(String(problem));
  return `${problem.line}: ${problem.message}`;
}

describe('reading a CSV file', () => {
  it('finds delimiter and line ends, and counts lines as an editor does', async () => {
    const text = '\uFEFFname;note\r\nA;"one\r\ntwo\r\n\r\nthree"\r\n\r\nB;x\nC;"y\nz"\r\n;;\r\nD;';
    for (const pieceBytes of [1, 2, 3, 7, 64, 1000]) {
      const { header, rows } = await read(text, pieceBytes);
      expect(header).toEqual({ line: 1, names: ['name', 'note'], delimiter: ';' });
      expect(rows.map(({ line, values }) => [line, values[0]])).toEqual([
        [2, 'A'],
        [7, 'B'],
        [8, 'C'],
        [11, 'D'],
      ]);
    }
    expect((await read('a\tb\r1\t2\r3\t4\r')).rows.map(({ line }) => line)).toEqual([2, 3]);
    expect((await read('sep=;\na;b\n1;2\n')).rows).toEqual([{ line: 3, values: ['1', '2'] }]);
    expect((await read('a,"x;y;z;"\n1,2\n')).header.delimiter).toBe(',');
  });

  it('reads UTF-8 and UTF-16 with a byte order mark, however the bytes are cut', async () => {
    const text = 'name,city\nZoë,São Paulo\n王小明,😀\n';
    const utf16 = Buffer.from(`\uFEFF${text}`, 'utf16le');
    for (const bytes of [Buffer.from(text), Buffer.from(`\uFEFF${text}`), utf16, Buffer.from(utf16).swap16()]) {
      for (const pieceBytes of [1, 3, 5, 1000]) {
        expect((await read(bytes, pieceBytes)).rows.map(({ values }) => values)).toEqual([
          ['Zoë', 'São Paulo'],
          ['王小明', '😀'],
        ]);
      }
    }
  });

  it('refuses other encodings with the line, and never guesses', async () => {
    const latin = Buffer.from('work_email,full_name\na@example.com,Ada\nb@example.com,J\xfcrgen M\xfcller\n', 'latin1');
    const problem = await problemOf(latin);
    expect(problem).toMatch(/^3: Line 3 is not valid UTF-8\. It looks like Windows-1252/);
    expect(problem).toContain('Jürgen Müller');
    expect(problem).toContain('Save it as UTF-8');
    expect(await problemOf(Buffer.concat([Buffer.from('a,b\n1,2\n'), Buffer.from([0xe2, 0x82])]))).toMatch(/^3: /);
    expect(await problemOf(Buffer.from('name,city\n', 'utf16le'))).toContain('UTF-16 without a byte order mark');
    expect(await problemOf(Buffer.from([0xff, 0xfe, 0x41, 0x00, 0x00, 0xd8, 0x41, 0x00, 0x41, 0x00]))).toContain(
      'not valid UTF-16',
    );
    expect(await problemOf(Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(100)]))).toContain(
      'Excel workbook or another ZIP archive',
    );
    expect(await problemOf(Buffer.from('\xd0\xcf\x11\xe0aaaaaaaa', 'latin1'))).toContain('.xls');
    expect(await problemOf(Buffer.from([1, 2, 3, 0, 5, 6, 7, 8, 9]))).toContain('binary data');
  });

  it('says where a file stops being a table', async () => {
    expect(await problemOf('')).toBe('1: This file is empty.');
    expect(await problemOf(' \n\r\n')).toBe('1: This file is empty.');
    expect(await problemOf('\n\na,b\n')).toBe('3: This file has a header and no rows.');
    expect(await problemOf('a,b\n1,2\n3,"4\n5,6\n')).toBe(
      '3: A quote in the row that starts on line 3 is never closed.',
    );
    expect(await problemOf('a,b\n1,2\n3,"4"5\n')).toMatch(/^3: .*quote in the middle/);
    expect(await problemOf('a,b\n1,2\n3,4"5\n')).toMatch(/^3: .*quote in the middle/);
    expect(await problemOf(`a,b\n1,2\n3,"${'x'.repeat(9_000_000)}`)).toMatch(/^3: .*longer than 8 MB/);
    expect(await problemOf(`"a,b${'\n1,2'.repeat(50_000)}`)).toBe('1: A quote in the header is never closed.');
  });

  it('hands rows on in batches, smaller ones when they are wide', async () => {
    const { batches } = await read(`a,b\n${'1,2\n'.repeat(1200)}`);
    expect(batches).toEqual([500, 500, 200]);
    const wide = await read(`a,b\n${`1,${'x'.repeat(900_000)}\n`.repeat(5)}`);
    expect(wide.batches).toEqual([2, 2, 1]);
  });
});

describe('headers', () => {
  const header = (names: readonly string[]): CsvHeader => ({ line: 1, names, delimiter: ',' });

  it('name what is missing and what was found', () => {
    expect(() => mapHeader(header(['Full Name', 'Mail adress']), kindColumns.employees)).toThrow(
      'A file of employees needs the column "Work Email". The first line has: "Full Name", "Mail adress".',
    );
    expect(() => mapHeader(header(['application']), kindColumns.grants)).toThrow(
      '"Entitlement or "Entitlement ID" or "Privilege Name" or "Connection" and "Username" or "Email" or "User ID"'.replace(
        '"Entitlement or',
        '"Entitlement" or',
      ),
    );
    expect(() => mapHeader(header(['Work Email', 'work_email*']), kindColumns.employees)).toThrow('have the same name');
    expect(() => mapHeader(header(['work_email', 'a\u0000b']), kindColumns.employees)).toThrow('control characters');
  });

  it('give a column to the name that is listed first', () => {
    const mapped = mapHeader(header(['User ID', 'Work Email*', 'Source User ID', '']), kindColumns.employees);
    expect(mapped.found.get('sourceUserId')!.index).toBe(2);
    expect(mapped.unknown).toEqual([{ index: 0, name: 'User ID' }]);
  });

  it("do not take an account's name for an entitlement's in BalkanID's file", () => {
    expect(mapHeader(header(['Privilege Name', 'Name']), kindColumns.entitlements).found.has('entitlement')).toBe(
      false,
    );
    expect(mapHeader(header(['Name', 'Kind']), kindColumns.entitlements).found.get('entitlement')!.index).toBe(0);
  });
});

describe('values', () => {
  it('are dates in one meaning only', () => {
    const dates = [
      '2026-03-31',
      '2026/3/31',
      '2026-03-31T23:59:59.000Z',
      '31.03.2026',
      '31 Mar 2026',
      '31-Mar-2026',
      '31/03/2026',
      '03/31/2026',
    ];
    for (const text of dates) expect([text, parseDate(text)]).toEqual([text, { date: '2026-03-31' }]);
    expect(parseDate('05/05/2026')).toEqual({ date: '2026-05-05' });
    for (const text of [
      '01/02/2026',
      '2026-02-30',
      '46112',
      'soon',
      '2026-13-01',
      '1/2/26',
      '31 Foo 2026',
      '32/01/2026',
    ]) {
      expect([text, parseDate(text)]).toEqual([text, { problem: expect.any(String) }]);
    }
  });

  it('are e-mail addresses or not', () => {
    expect(parseEmail("O'Neil+x@Sub.Example.com")).toBe("o'neil+x@sub.example.com");
    expect(parseEmail('zoë@exämple.de')).toBe('zoë@exämple.de');
    for (const text of [
      'a',
      'a@b',
      'a@@b.de',
      'a b@c.de',
      'a@b..de',
      '.a@b.de',
      'a.@b.de',
      'Ada <a@b.de>',
      'a@-b.de',
      'a\u200B@b.de',
      `${'x'.repeat(65)}@b.de`,
      `=cmd|' /C calc'!A0`,
    ]) {
      expect([text, parseEmail(text)]).toEqual([text, null]);
    }
  });
});
