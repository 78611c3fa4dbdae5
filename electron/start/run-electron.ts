/** Runs the desktop program until it ends, and tells apart a program that ended from one that never began. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A binary that fails within this time could not be started at all (a library is missing, the sandbox is refused); in milliseconds. */
const beginsWithin = 15_000;

/** Null: it ran. Otherwise why it did not begin, as a part of a sentence. */
export async function runElectron(
  binary: string,
  args: readonly string[],
  begins: number = beginsWithin,
): Promise<string | null> {
  const startedAt = Date.now();
  // Whoever ends this process means the program: it is asked, and this process waits for it. Listened for before
  // the program is there, so that no moment is left in which a signal would end this process alone.
  let asked = false;
  const pass = (signal: NodeJS.Signals): void => {
    asked = true;
    child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, pass);
  const child = spawn(binary, args, { stdio: ['inherit', 'inherit', 'pipe'] });
  let words = '';
  child.stderr.on('data', (text: Buffer) => {
    words = `${words}${String(text)}`.slice(-4_000);
    if (Date.now() - startedAt >= begins) process.stderr.write(text);
  });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (code === 0 || asked || Date.now() - startedAt >= begins) {
      process.exitCode = code ?? 0;
      return null;
    }
    return `Electron did not start (${lastWords(words) || `it ended with ${code ?? 'a signal'}`})`;
  } catch (error) {
    return `Electron did not start (${error instanceof Error ? error.message : String(error)})`;
  } finally {
    for (const signal of signals) process.off(signal, pass);
  }
}

/** The last line it wrote, without the prefix that Chromium puts before each. */
function lastWords(words: string): string {
  const line = words.trim().split('\n').at(-1) ?? '';
  return line
    .replace(/^\[[^\]]*\]\s*/, '')
    .replace(/\.$/, '')
    .slice(0, 200);
}
