/** The statements with which the product reads, taken down once, so that a floor can read the same rows and do nothing else. */
import BetterSqlite3 from 'better-sqlite3';

export interface RecordedRead {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

type Statement = BetterSqlite3.Statement & { readonly database: BetterSqlite3.Database };

/** Takes down what connections of this process to `file` read with from now on. */
export function recordReads(file: string): { stop(): readonly RecordedRead[] } {
  const reads: RecordedRead[] = [];
  const probe = new BetterSqlite3(':memory:');
  const prototype = Object.getPrototypeOf(probe.prepare('select 1')) as Record<
    string,
    (...given: unknown[]) => unknown
  >;
  probe.close();
  const all = prototype['all'];
  if (all === undefined) throw new Error('better-sqlite3 reads in another way than before');
  prototype['all'] = function recordedAll(this: Statement, ...parameters: unknown[]) {
    if (this.database.name === file && this.readonly) reads.push({ sql: this.source, parameters });
    return all.apply(this, parameters);
  };
  return {
    stop() {
      prototype['all'] = all;
      return reads;
    },
  };
}
