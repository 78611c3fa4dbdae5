/**
 * Runs a program in a desktop session of its own: a private D-Bus, a gnome-keyring that holds nothing of
 * this machine's user, and folders that are gone afterwards. Also the sessions in which no secret can be
 * kept, because a console must say which of them it is in.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const programs = ['/usr/bin/dbus-run-session', '/usr/bin/gnome-keyring-daemon'];

/** How long a session may last, in milliseconds; then it is ended by force. */
const limit = 30_000;

export interface KeyringSessionOptions {
  /** The keyring is there but locked, and nobody can be asked for its password. */
  readonly locked?: boolean;
  /** `collection`: a keyring that was never set up. `service`: a bus without a keyring. `bus`: no D-Bus at all. */
  readonly without?: 'collection' | 'service' | 'bus';
  readonly env?: Readonly<Record<string, string>>;
  /** A folder that keeps the keyring's files from one session to the next. Default: a fresh one for this session. */
  readonly home?: string;
}

export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Is everything here that a session needs? Linux with dbus and gnome-keyring. */
export function canRunKeyringSession(): boolean {
  return process.platform === 'linux' && programs.every((program) => existsSync(program));
}

/**
 * Runs `node <args>` in a session and waits for its end; all processes of the session end with it.
 * Relative paths in `args` start from the current folder. `code` is null when the session took too long.
 */
export async function runInKeyringSession(
  args: readonly string[],
  options: KeyringSessionOptions = {},
): Promise<ProgramResult> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-keyring-'));
  const home = options.home ?? folder;
  const runtime = join(folder, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  const env = { ...withoutDesktop(), HOME: home, XDG_RUNTIME_DIR: runtime, ...options.env };
  const node = [process.execPath, ...args];
  try {
    if (options.without === 'bus') return await run(node, env);
    if (options.without === 'service') return await run([...bus(emptyBus(folder)), ...node], env);
    if (options.without === 'collection') return await run([...bus(), ...node], env);
    if (options.locked === true) {
      // The keyring must have been set up by a session before it can be locked in this one.
      await run([...bus(), ...unlocked, process.execPath, '--version'], env);
      return await run([...bus(), ...node], env);
    }
    return await run([...bus(), ...unlocked, ...node], env);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/**
 * The command line and the environment with which a program runs for as long as it likes in a session with
 * an unlocked keyring. `home` keeps the keyring for the next session, and the program's process id in the
 * file `process-id`. Start it detached and end what is left of its group afterwards: the keyring's daemon
 * does not end by itself.
 */
export function keyringSession(
  home: string,
  command: readonly string[],
): { readonly command: readonly string[]; readonly env: NodeJS.ProcessEnv } {
  const runtime = join(home, 'run');
  mkdirSync(runtime, { recursive: true, mode: 0o700 });
  const noted = ['sh', '-c', 'echo $$ >"$HOME/process-id"; exec "$@"', 'program'];
  return {
    command: [...bus(), ...unlocked, ...noted, ...command],
    env: { ...withoutDesktop(), HOME: home, XDG_RUNTIME_DIR: runtime },
  };
}

function bus(configuration?: string): readonly string[] {
  const chosen = configuration === undefined ? [] : [`--config-file=${configuration}`];
  return ['dbus-run-session', ...chosen, '--'];
}

/** Unlocks the keyring with a password, sets it up when it is new, then runs what follows. */
const unlocked = [
  'sh',
  '-c',
  // The daemon writes a new keyring's file behind its answer: a session that ended before would leave an empty one.
  'printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null || exit 70; ' +
    'tries=0; until [ -s "$HOME/.local/share/keyrings/login.keyring" ]; do ' +
    '[ "$tries" -lt 500 ] || exit 71; tries=$((tries + 1)); sleep 0.02; done; exec "$@"',
  'session',
];

/** A bus that starts no services: what is on it is what was put there. */
function emptyBus(folder: string): string {
  const file = join(folder, 'bus.conf');
  writeFileSync(
    file,
    `<busconfig><type>session</type><listen>unix:tmpdir=${folder}</listen><policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`,
  );
  return file;
}

/** This process's environment without anything that leads to the session of its user. */
export function withoutDesktop(): NodeJS.ProcessEnv {
  const desktop = /^(DBUS_|XDG_|GNOME_|DISPLAY$|WAYLAND_DISPLAY$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !desktop.test(name)));
}

async function run(command: readonly string[], env: NodeJS.ProcessEnv): Promise<ProgramResult> {
  const [program = '', ...parameters] = command;
  // A group of its own, so that everything in it can be ended by its id.
  const child = spawn(program, parameters, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const timer = setTimeout(() => endGroup(child.pid), limit);
  const closed = once(child, 'close');
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  // A daemon left behind would hold the pipes open for ever.
  endGroup(child.pid);
  await closed;
  return { code, ...output };
}

function endGroup(id: number | undefined): void {
  if (id === undefined) return;
  try {
    process.kill(-id, 'SIGKILL');
  } catch (error) {
    // Nothing was left to end.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
