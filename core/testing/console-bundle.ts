/**
 * The program of `console-program.ts` as one file. From its sources a process needs a second of work before it has
 * read them all, and tests that kill consoles start them a hundred times.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { inject } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** Native parts cannot be in a bundle. */
const external = ['better-sqlite3', '@napi-rs/keyring'];

let bundled: Promise<Bundle> | undefined;

export interface Bundle {
  readonly program: string;
  /** Where Node keeps what it compiled, for the next process. */
  readonly compileCache: string;
}

/** Made by the first that needs it, once for all files of a run. */
export function consoleBundle(): Promise<Bundle> {
  return (bundled ??= bundle());
}

async function bundle(): Promise<Bundle> {
  const folder = inject('consoleFolder');
  if (!existsSync(folder)) await makeIn(folder);
  return { program: join(folder, 'console-program.js'), compileCache: `${folder}-compiled` };
}

/** Beside its place first: another file of the run may be making it as well. */
async function makeIn(folder: string): Promise<void> {
  const draft = `${folder}-${randomUUID()}`;
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    publicDir: false,
    build: {
      ssr: join(import.meta.dirname, 'console-program.ts'),
      outDir: draft,
      minify: false,
      target: 'node24',
    },
    ssr: { noExternal: true, external },
  });
  try {
    await rename(draft, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    await rm(draft, { recursive: true });
  }
}
