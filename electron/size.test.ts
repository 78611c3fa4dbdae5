/** How large the shell may become: small enough to be read in ten minutes. What counts is said in README.md. */
import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const folder = import.meta.dirname;

/** A module of the shell and all that is packed with it; what it imports as types alone leaves nothing behind. */
function modulesFrom(entry: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(entry)) return found;
  found.add(entry);
  for (const [, name = ''] of readFileSync(entry, 'utf8').matchAll(/^import (?!type )[^;]* from '(\.[^']+)'/gm)) {
    modulesFrom(join(dirname(entry), name), found);
  }
  return found;
}

/** Without blank lines and comments. */
function linesIn(text: string): number {
  const code = text.replaceAll(/^\s*\/\*.*?\*\/\s*$/gms, '');
  return code.split('\n').filter((line) => !/^[\s;]*(\/\/.*)?$/.test(line)).length;
}

/** What is left of a module when it runs: its types are erased, and their lines with them. */
function linesOf(file: string): number {
  return linesIn(stripTypeScriptTypes(readFileSync(file, 'utf8')));
}

function countLines(entry: string): { readonly modules: number; readonly lines: number } {
  const modules = [...modulesFrom(join(folder, entry))];
  return { modules: modules.length, lines: modules.reduce((sum, file) => sum + linesOf(file), 0) };
}

describe('the code of the shell', () => {
  it('has fewer than 1,500 lines', () => {
    const { modules, lines } = countLines('main.ts');
    const sources = globSync('**/*.ts', { cwd: folder, exclude: ['testing/**', '**/*.test.ts'] });
    const written = sources.reduce((sum, name) => sum + linesIn(readFileSync(join(folder, name), 'utf8')), 0);
    process.stdout.write(`The shell has ${lines} lines of code in ${modules} modules. `);
    process.stdout.write(`With types, the engine’s process and what starts it all, the folder has ${written}.\n`);
    expect(modules).toBeGreaterThan(20);
    expect(lines).toBeGreaterThan(1_000);
    expect(lines).toBeLessThan(1_500);
  });

  it('has a preload of fewer than 100', () => {
    const { modules, lines } = countLines('preload.ts');
    process.stdout.write(`The preload has ${lines} lines of code.\n`);
    expect(modules).toBe(1);
    expect(lines).toBeLessThan(100);
  });
});
