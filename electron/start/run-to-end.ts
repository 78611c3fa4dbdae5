/** Runs a program until it ends, in the place of this process: whoever asks this one to end means the program. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How often npm is looked for, in milliseconds. */
const look = 1_000;

/** The program's exit code; 1 when a signal ended it. */
export async function runToEnd(program: string, args: readonly string[]): Promise<number> {
  // Before it is there, so that no moment is left in which a signal would end this process alone.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => handOn(signal));
  const child = spawn(program, args, { stdio: 'inherit' });
  function handOn(signal: NodeJS.Signals): void {
    // Ctrl+C in a terminal reaches both by itself; a signal from elsewhere reaches this one alone.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  }
  // npm hands a signal to the shell between it and this process, which dies of it and tells nobody.
  const { ppid } = process;
  const byNpm = process.env['npm_lifecycle_event'] !== undefined;
  const orphaned = setInterval(() => byNpm && process.ppid !== ppid && child.kill('SIGTERM'), look);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearInterval(orphaned);
  return code ?? 1;
}
