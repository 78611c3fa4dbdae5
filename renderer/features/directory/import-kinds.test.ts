import { describe, expect, it } from 'vitest';
import { fileProblem, type ImportReport } from '#core/contract/index.ts';
import { rejectsFileName, reportText, sizeText } from './import-kinds.ts';

const report: ImportReport = {
  kind: 'employees',
  read: 10,
  created: 0,
  changed: 0,
  unchanged: 10,
  rejected: 0,
  warnings: 0,
  problems: [],
  applied: true,
};

describe('fileProblem', () => {
  it('refuses what cannot be imported before it is sent', () => {
    expect(fileProblem({ name: 'people.csv', size: 0 })).toContain('empty');
    expect(fileProblem({ name: 'people.csv', size: 1_000_000_001 })).toContain('1 GB');
    expect(fileProblem({ name: 'people.xlsx', size: 10 })).toContain('CSV');
    expect(fileProblem({ name: 'PEOPLE.CSV', size: 10 })).toBeNull();
  });
});

describe('reportText', () => {
  it('says what happened', () => {
    expect(reportText(report)).toContain('Nothing changed');
    expect(reportText({ ...report, created: 3, unchanged: 7 })).toBe('Imported 10 rows.');
    expect(reportText({ ...report, created: 3, rejected: 1 })).toBe('Imported, except for 1 row with a problem.');
    expect(reportText({ ...report, applied: false, rejected: 1200 })).toBe(
      'Nothing was imported: 1,200 rows have a problem.',
    );
  });
});

describe('files', () => {
  it('have sizes and rejects with a name', () => {
    expect([sizeText(12), sizeText(8400), sizeText(1_440_000)]).toEqual(['12 bytes', '8 kB', '1.4 MB']);
    expect(rejectsFileName('people.2026.csv')).toBe('people.2026-rejects.csv');
    expect(rejectsFileName('people')).toBe('people-rejects.csv');
  });
});
