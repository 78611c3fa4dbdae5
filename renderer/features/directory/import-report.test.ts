import { describe, expect, it } from 'vitest';
import type { ImportReport } from '#core/contract/index.ts';
import { reportOf } from './import-report.ts';

const report: ImportReport = {
  kind: 'employees',
  read: 2,
  created: 0,
  changed: 0,
  unchanged: 0,
  rejected: 1,
  warnings: 0,
  problems: [
    { line: 3, column: 'Work Email', severity: 'rejected', reason: 'This is not an e-mail address.', value: 'x' },
  ],
  applied: false,
};

describe('reportOf', () => {
  it('finds the report in a refusal for bad rows', () => {
    expect(reportOf({ code: 'directory.rejected', message: 'Nothing was imported.', data: { report } })).toEqual(
      report,
    );
  });

  it('finds none in other refusals', () => {
    expect(reportOf({ code: 'access.notAllowed', message: 'Only administrators import.' })).toBeNull();
    expect(reportOf({ code: 'directory.rejected', message: 'Odd.', data: { report: { read: 'two' } } })).toBeNull();
  });
});
