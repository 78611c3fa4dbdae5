/** Counts of what ran, out of the reports of vitest and Playwright. */

export interface Results {
  readonly passed: number;
  /** One line each. */
  readonly failed: readonly string[];
  /** The full name of each test that was left out. */
  readonly skipped: readonly string[];
}

export const nothing: Results = { passed: 0, failed: [], skipped: [] };

/** A check that either holds or not. */
export function resultOfCheck(name: string, exitCode: number | null): Results {
  if (exitCode === 0) return { ...nothing, passed: 1 };
  return { ...nothing, failed: [exitCode === null ? `${name} took too long` : name] };
}

export function sum(all: readonly Results[]): Results {
  return {
    passed: all.reduce((total, results) => total + results.passed, 0),
    failed: all.flatMap((results) => results.failed),
    skipped: all.flatMap((results) => results.skipped),
  };
}

/** In CI nothing may be left out unnoticed: what was skipped counts as failed. */
export function withoutSkips(results: Results): Results {
  return {
    passed: results.passed,
    failed: [...results.failed, ...results.skipped.map((name) => `left out: ${name}`)],
    skipped: [],
  };
}

/** The last line of a run. */
export function summaryLine(results: Results): string {
  return `${results.passed} passed, ${results.failed.length} failed, ${results.skipped.length} skipped`;
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** @param exitCode vitest's own verdict: also an error outside any test makes it fail */
export function resultOfVitest(report: VitestReport, exitCode: number | null): Results {
  const tests = report.testResults.flatMap((file) =>
    file.assertionResults.map((test) => ({ status: test.status, name: `${relative(file.name)} > ${test.fullName}` })),
  );
  const broken = report.testResults
    .filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'))
    .map((file) => `${relative(file.name)} could not be run`);
  const failed = [...broken, ...tests.filter((test) => test.status === 'failed').map((test) => test.name)];
  const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed').map((test) => test.name);
  const passed = tests.filter((test) => test.status === 'passed').length;
  return { passed, failed: withVerdict('vitest', failed, exitCode), skipped };
}

interface PlaywrightSuite {
  readonly title: string;
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs?: readonly {
    readonly title: string;
    readonly file: string;
    readonly tests: readonly { readonly projectName: string; readonly status: string }[];
  }[];
}

export interface PlaywrightReport {
  readonly suites: readonly PlaywrightSuite[];
}

/** Status is `expected`, `unexpected`, `flaky` or `skipped`; a test that needed a second try has failed. */
export function resultOfPlaywright(report: PlaywrightReport, exitCode: number | null): Results {
  const tests = report.suites.flatMap(testsOf);
  const named = (...statuses: readonly string[]): readonly string[] =>
    tests.filter((test) => statuses.includes(test.status)).map((test) => test.name);
  return {
    passed: named('expected').length,
    failed: withVerdict('playwright', named('unexpected', 'flaky'), exitCode),
    skipped: named('skipped'),
  };
}

/** Names of all tests of a report, run or only listed. */
export function namesOfPlaywright(report: PlaywrightReport): readonly string[] {
  return report.suites.flatMap(testsOf).map((test) => test.name);
}

function testsOf(suite: PlaywrightSuite): readonly { readonly name: string; readonly status: string }[] {
  const own = (suite.specs ?? []).flatMap((spec) =>
    spec.tests.map((test) => ({ status: test.status, name: `[${test.projectName}] ${spec.file} > ${spec.title}` })),
  );
  return [...own, ...(suite.suites ?? []).flatMap(testsOf)];
}

function withVerdict(tool: string, failed: readonly string[], exitCode: number | null): readonly string[] {
  if (exitCode === null) return [...failed, `${tool} took too long`];
  return exitCode !== 0 && failed.length === 0 ? [`${tool} ended with ${exitCode}`] : failed;
}

function relative(file: string): string {
  return file.replace(`${process.cwd()}/`, '');
}
