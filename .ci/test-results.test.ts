import { describe, expect, it } from 'vitest';
import {
  nothing,
  resultOfCheck,
  resultOfPlaywright,
  resultOfVitest,
  sum,
  summaryLine,
  withoutSkips,
} from './test-results.ts';

const file = (status: string, ...statuses: readonly string[]) => ({
  name: `${process.cwd()}/core/a.test.ts`,
  status,
  assertionResults: statuses.map((each, index) => ({ fullName: `test ${index}`, status: each })),
});

describe('counts of vitest', () => {
  it('are those of its tests', () => {
    const results = resultOfVitest({ testResults: [file('failed', 'passed', 'failed', 'pending', 'todo')] }, 1);
    expect(results).toEqual({
      passed: 1,
      failed: ['core/a.test.ts > test 1'],
      skipped: ['core/a.test.ts > test 2', 'core/a.test.ts > test 3'],
    });
  });

  it('see a file that could not be read, and an error outside any test', () => {
    expect(resultOfVitest({ testResults: [file('failed')] }, 1).failed).toEqual(['core/a.test.ts could not be run']);
    expect(resultOfVitest({ testResults: [file('passed', 'passed')] }, 1).failed).toEqual(['vitest ended with 1']);
    expect(resultOfVitest({ testResults: [] }, null).failed).toEqual(['vitest took too long']);
  });
});

describe('counts of Playwright', () => {
  const spec = (...statuses: readonly string[]) => ({
    title: 'flow',
    file: 'flows/a.spec.ts',
    tests: statuses.map((status) => ({ projectName: 'browser', status })),
  });

  it('go down into nested suites; a second try is a failure', () => {
    const report = {
      suites: [{ title: '', specs: [spec('expected')], suites: [{ title: '', specs: [spec('flaky', 'skipped')] }] }],
    };
    const name = '[browser] flows/a.spec.ts > flow';
    expect(resultOfPlaywright(report, 0)).toEqual({ passed: 1, failed: [name], skipped: [name] });
  });

  it('fail when nothing was found', () => {
    expect(resultOfPlaywright({ suites: [] }, 1).failed).toEqual(['playwright ended with 1']);
  });
});

describe('a run', () => {
  it('ends with one line of counts', () => {
    const all = sum([resultOfCheck('lint', 0), resultOfCheck('layers', 1), { ...nothing, skipped: ['a'] }]);
    expect(summaryLine(all)).toBe('1 passed, 1 failed, 1 skipped');
  });

  it('takes what was skipped for a failure in CI', () => {
    expect(summaryLine(withoutSkips({ passed: 2, failed: [], skipped: ['a'] }))).toBe('2 passed, 1 failed, 0 skipped');
  });
});
