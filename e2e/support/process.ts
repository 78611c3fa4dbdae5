/** One process of Gatehouse as a test starts it, with a session of the system that the test decides on. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { keyringSession, withoutDesktop } from '#core/testing/keyring-session.ts';

export const root = join(import.meta.dirname, '../..');
/** The token of the sample organisation's SCIM service, so that a test can ask it by its own API. */
export const sampleToken = 'a-token-that-only-this-test-knows';

const programs = {
  serve: [join(root, 'dist/engine/programs/serve.js'), '--renderer', join(root, 'dist/renderer')],
  worker: [join(root, 'core/cli/worker.ts')],
} as const;

export interface StartOptions {
  /** The port to listen on; left out: any free one. */
  readonly port?: number;
  /** How far the process's clock is ahead, in milliseconds. */
  readonly clock?: number;
  /** Where the process's clock stands still, in epoch milliseconds, until `releaseClock`. */
  readonly heldAt?: number;
  /** From where it goes on then; left out: from where it stood. */
  readonly goesOnAt?: number;
  /** The submission of a request stands still before its commit as long as this file is there. In the desktop shell alone. */
  readonly holdCommit?: string;
  /** The keyring is locked and nobody knows its password. In the desktop shell alone. */
  readonly isLocked?: boolean;
  /** The console comes from Vite, as with `npm run dev`. In the desktop shell alone. */
  readonly development?: { readonly server: string; readonly nonce: string };
}

export interface RunningProcess {
  /** Everything it has said so far. */
  readonly output: () => string;
  /** The next line it says that begins so. */
  line(beginning: string): Promise<string>;
  /** What a person types on its terminal. */
  type(text: string): void;
  signal(signal: NodeJS.Signals): void;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Runs the built server of the browser mode, as `npm start` does, or the worker. With a keyring: in a desktop session whose keyring lives in that folder;
 * without one: in no session at all, so that no secret can be kept and none of this machine's is touched.
 */
export function startProcess(
  program: keyof typeof programs,
  parameters: readonly string[],
  keyring: string | null,
  options: StartOptions = {},
): RunningProcess {
  const node = [
    process.execPath,
    ...(Object.keys(clockEnvironment(options)).length === 0 ? [] : ['--import', join(root, 'e2e/support/clock.mjs')]),
    ...programs[program],
    ...parameters,
  ];
  const session = keyring === null ? { command: node, env: withoutDesktop() } : keyringSession(keyring, node);
  const [command = '', ...rest] = session.command;
  const child = spawn(command, rest, {
    cwd: root,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...session.env,
      GATEHOUSE_SAMPLE_TOKEN: sampleToken,
      ...clockEnvironment(options),
    },
  });
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (text) => said.push(`${text}\n`));
  /** Gatehouse itself: in a session it is a child of what keeps the session. */
  const processId = (): number => {
    if (keyring === null) return child.pid ?? 0;
    const file = join(keyring, 'process-id');
    return existsSync(file) ? Number(readFileSync(file, 'utf8')) : (child.pid ?? 0);
  };
  return {
    output: () => said.join(''),
    line: (beginning) => nextLine(child, lines, said, beginning),
    type: (text) => child.stdin.write(text),
    signal: (signal) => process.kill(processId(), signal),
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        process.kill(processId(), signal);
        await ended;
      }
      if (keyring !== null) endGroup(child.pid);
    },
  };
}

/** What `clock.mjs` is told; nothing when the clock is left alone. */
export function clockEnvironment({ clock, heldAt, goesOnAt }: StartOptions): Record<string, string> {
  return {
    ...(clock === undefined ? {} : { GATEHOUSE_TEST_CLOCK_AHEAD: String(clock) }),
    ...(heldAt === undefined ? {} : { GATEHOUSE_TEST_CLOCK_HELD_AT: String(heldAt) }),
    ...(goesOnAt === undefined ? {} : { GATEHOUSE_TEST_CLOCK_GOES_ON_AT: String(goesOnAt) }),
  };
}

function nextLine(child: ChildProcess, lines: Interface, said: readonly string[], beginning: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`Gatehouse ended before it said "${beginning}":\n${said.join('')}`));
    if (child.exitCode !== null) return ended();
    child.once('exit', ended);
    const read = (line: string) => {
      if (!line.startsWith(beginning)) return;
      lines.off('line', read);
      child.off('exit', ended);
      resolve(line);
    };
    lines.on('line', read);
  });
}

/** The keyring's daemon outlives its session. */
function endGroup(id: number | undefined): void {
  if (id === undefined) return;
  try {
    process.kill(-id, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
