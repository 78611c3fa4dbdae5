/** Builds a program that runs the engine as the product's own are built (core/vite.config.ts). */
import { basename, join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '..', '..');

/** @param outDir somewhere below the checkout, so that the packages which stay outside are found from there. */
export async function buildProgram(source: string, outDir: string): Promise<void> {
  await build({
    root,
    configFile: join(root, 'core', 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir, rolldownOptions: { input: { [basename(source, '.ts')]: source } } },
  });
}

/** Where a program of this name lies once it is built into `outDir`. */
export function builtProgram(name: string, outDir: string): string {
  return join(outDir, 'programs', `${name}.js`);
}
