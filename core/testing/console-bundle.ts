/**
 * The program of `console-program.ts`, built as all programs are that run the engine. From its sources a process needs a
 * second of work before it has read them all, and tests that kill consoles start them a hundred times.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { buildProgram, builtProgram } from './build-program.ts';

const program = 'console-program';

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
  return { program: builtProgram(program, folder), compileCache: `${folder}-compiled` };
}

/** Beside its place first: another file of the run may be making it as well. */
async function makeIn(folder: string): Promise<void> {
  const draft = `${folder}-${randomUUID()}`;
  await buildProgram(join(import.meta.dirname, `${program}.ts`), draft);
  try {
    await rename(draft, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    await rm(draft, { recursive: true });
  }
}
