/** Builds the console's screens when they were not built yet, or have changed since. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GatehouseError } from '#core/domain/errors.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The folder of the built console. */
export const rendererDirectory = join(root, 'dist', 'renderer');

/** @throws GatehouseError `renderer.build` with the builder's own words. */
export async function ensureRenderer(say: (line: string) => void): Promise<void> {
  const built = join(rendererDirectory, 'index.html');
  const sources = ['renderer', 'core/contract', 'core/domain', 'vite.config.ts', 'package-lock.json'].map((name) =>
    join(root, name),
  );
  // A packaged console has its screens and no sources.
  const present = sources.filter((source) => existsSync(source));
  if (existsSync(built) && statSync(built).mtimeMs >= Math.max(0, ...present.map(lastChange))) return;
  say('Building the console. This happens once, and again when its sources change.');
  try {
    await promisify(execFile)(
      process.execPath,
      [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'error'],
      { cwd: root },
    );
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string };
    throw new GatehouseError('renderer.build', `The console could not be built:\n${stderr || message}`, {}, error);
  }
}

/** The time of the newest file under a path, in epoch milliseconds. */
function lastChange(path: string): number {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => lastChange(join(path, name))));
}
