/** Progress of a replay: one line that keeps changing for people, a line now and then for a log. */
import type { ReplayProgress } from './replay-history.ts';

const updateMilliseconds = 300;
const rowsPerLine = 2_000;

export function progressOn(stream: NodeJS.WriteStream): ReplayProgress {
  let total = 0;
  let from = 0;
  let shown = 0;
  const say = (done: number) => {
    const perSecond = done / Math.max(0.001, (performance.now() - from) / 1000);
    const text = `${done.toLocaleString('en')} of ${total.toLocaleString('en')} requests, ${perSecond.toFixed(0)} per second`;
    // Back to the start of the line, and what was longer before is erased.
    stream.write(stream.isTTY ? `\r${text}\u001B[K` : `${text}\n`);
  };
  return {
    prepared({ rows, employees, entitlements }) {
      total = rows;
      stream.write(
        `${employees.toLocaleString('en')} employees and ${entitlements.toLocaleString('en')} entitlements are ready.\n`,
      );
      from = performance.now();
    },
    row(done) {
      const due = stream.isTTY ? performance.now() - shown >= updateMilliseconds : done % rowsPerLine === 0;
      if (!due && done < total) return;
      shown = performance.now();
      say(done);
      if (done === total && stream.isTTY) stream.write('\n');
    },
  };
}
