/**
 * Preloaded with `node --import`: lets a test stop an engine in the middle of the transaction that submits a request.
 * While the file GATEHOUSE_TEST_HOLD_COMMIT is there, the commit waits, as on a slow disk; that it waits is told by a
 * second file, `<name>.held`.
 */
import { existsSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';

const file = process.env.GATEHOUSE_TEST_HOLD_COMMIT ?? '';
const asleep = new Int32Array(new SharedArrayBuffer(4));
const { prepare } = Database.prototype;
let submits = false;

Database.prototype.prepare = function prepareWatched(sql) {
  const statement = prepare.call(this, sql);
  const isSubmission = /^insert into "access_request"/i.test(sql);
  const isEnd = sql === 'commit' || sql === 'rollback';
  if (!isSubmission && !isEnd) return statement;
  const { run } = statement;
  statement.run = function runWatched(...parameters) {
    if (isSubmission) submits = true;
    if (sql === 'commit' && submits && existsSync(file)) {
      writeFileSync(`${file}.held`, '');
      while (existsSync(file)) Atomics.wait(asleep, 0, 0, 20);
    }
    if (isEnd) submits = false;
    return run.apply(statement, parameters);
  };
  return statement;
};
