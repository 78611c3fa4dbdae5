/** Another process that a benchmark needs: it says one line of JSON when it is ready, and ends with its standard input. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Child<Told> {
  readonly told: Told;
  end(): Promise<void>;
}

/** Starts `core/bench/<script>`. */
export async function startChild<Told>(script: string, parameters: readonly string[]): Promise<Child<Told>> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [file, ...parameters], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const line = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended.then(() => null)]);
  if (line === null) throw new Error(`${script} ended before it was ready`);
  return {
    told: JSON.parse(String(line[0])) as Told,
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}
