/** Builds what the desktop program is made of, when it was not built yet or its sources have changed since. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const parts = [
  {
    built: 'dist/renderer/index.html',
    sources: ['renderer', 'core/contract', 'core/domain', 'vite.config.ts', 'package-lock.json'],
    command: ['build'],
  },
  {
    built: 'dist/electron/main.js',
    sources: ['electron', 'core', 'resources', 'package.json', 'package-lock.json'],
    command: ['build', '--app', '--config', 'electron/vite.config.ts'],
  },
] as const;

/** @throws Error with the builder's own words. */
export async function buildDesktop(root: string, say: (line: string) => void): Promise<void> {
  for (const { built, sources, command } of parts) {
    if (
      isFresh(
        join(root, built),
        sources.map((source) => join(root, source)),
      )
    )
      continue;
    say(
      `Building ${built.startsWith('dist/renderer') ? 'the console' : 'the desktop program'}. This happens once, and again when its sources change.`,
    );
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
