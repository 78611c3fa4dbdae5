/** Builds what Gatehouse is started from, when it was not built yet or its sources have changed since. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

interface Part {
  readonly name: string;
  /** What is there when it was built. */
  readonly built: string;
  readonly sources: readonly string[];
  readonly command: readonly string[];
}

const common = ['package.json', 'package-lock.json'] as const;
const parts = {
  renderer: {
    name: 'the console',
    built: 'dist/renderer/index.html',
    sources: [...common, 'renderer', 'core/contract', 'core/domain', 'vite.config.ts'],
    command: ['build'],
  },
  engine: {
    name: 'the engine',
    built: 'dist/engine/programs/engine-process.js',
    sources: [...common, 'core', 'electron', 'resources'],
    command: ['build', '--config', 'core/vite.config.ts'],
  },
  electron: {
    name: 'the desktop program',
    built: 'dist/electron/main.js',
    sources: [...common, 'electron', 'core/contract', 'core/domain'],
    command: ['build', '--app', '--config', 'electron/vite.config.ts'],
  },
} as const satisfies Record<string, Part>;

/** @throws Error with the builder's own words. */
export async function buildParts(
  root: string,
  names: readonly (keyof typeof parts)[],
  say: (line: string) => void,
): Promise<void> {
  for (const { name, built, sources, command } of names.map((of): Part => parts[of])) {
    const from = sources.map((source) => join(root, source));
    if (isFresh(join(root, built), from)) continue;
    say(`Building ${name}. This happens once, and again when its sources change.`);
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    await promisify(execFile)(process.execPath, [vite, ...command, '--logLevel', 'error'], { cwd: root });
  }
}

export function isFresh(built: string, sources: readonly string[]): boolean {
  return (
    existsSync(built) &&
    statSync(built).mtimeMs >= Math.max(0, ...sources.filter((source) => existsSync(source)).map(lastChange))
  );
}

/** The time of the newest file under a path, in epoch milliseconds. */
function lastChange(path: string): number {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => lastChange(join(path, name))));
}
