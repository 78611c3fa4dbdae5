/** Counts rows and keeps the first problems of an import, however many there are. */
import type { ImportKind, ImportReport } from '#core/contract/directory.contract.ts';
import type { Fields } from './fields.ts';
import type { Problem } from './problem.ts';

/** How many rejected rows, and how many warnings, a report names. */
const namedProblems = 100;
const longestValue = 200;

export class ReportBuilder {
  readonly #kind: ImportKind;
  readonly #counts = { read: 0, created: 0, changed: 0, unchanged: 0, rejected: 0, warnings: 0 };
  readonly #named: Record<Problem['severity'], Problem[]> = { rejected: [], warning: [] };

  constructor(kind: ImportKind) {
    this.#kind = kind;
  }

  get rejected(): number {
    return this.#counts.rejected;
  }

  /** Takes a row that has been dealt with. */
  row(fields: Fields): void {
    this.#counts.read += 1;
    if (fields.rejection !== null) {
      this.#counts.rejected += 1;
      this.#name(fields.rejection);
      return;
    }
    this.#counts[fields.outcome] += 1;
    for (const warning of fields.warnings) this.warning(warning);
  }

  warning(problem: Problem): void {
    this.#counts.warnings += 1;
    this.#name(problem);
  }

  build(applied: boolean): ImportReport {
    const problems = [...this.#named.rejected, ...this.#named.warning].sort((a, b) => a.line - b.line);
    // Nothing of a file that was refused has been created or changed.
    const counts = applied ? this.#counts : { ...this.#counts, created: 0, changed: 0, unchanged: 0 };
    return { kind: this.#kind, ...counts, problems, applied };
  }

  #name(problem: Problem): void {
    const named = this.#named[problem.severity];
    if (named.length < namedProblems) named.push({ ...problem, value: shortened(problem.value) });
  }
}

/** The report of a file that could not be read at all. */
export function unreadableReport(kind: ImportKind, line: number, column: string | null, reason: string): ImportReport {
  const problem: Problem = { line, column, severity: 'rejected', reason, value: null };
  return {
    kind,
    read: 0,
    created: 0,
    changed: 0,
    unchanged: 0,
    rejected: 0,
    warnings: 0,
    problems: [problem],
    applied: false,
  };
}

function shortened(value: string | null): string | null {
  return value !== null && value.length > longestValue ? `${value.slice(0, longestValue)}…` : value;
}
