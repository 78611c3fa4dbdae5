/** Checks the types of every runtime under its own tsconfig, so that core sees no DOM and the renderer no Node. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';

const projects = ['core', 'renderer', 'electron', 'e2e', '.ci'];
const root = join(import.meta.dirname, '..');
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

const failed: string[] = [];
for (const project of projects) {
  if (globSync(`${project}/**/*.{ts,tsx}`, { cwd: root }).length === 0) {
    console.log(`${project}: no TypeScript yet`);
    continue;
  }
  // What was checked before and has not changed since is not checked again.
  const notes = join('node_modules/.cache/typecheck', `${project}.tsbuildinfo`);
  const parameters = ['-p', project, '--incremental', '--tsBuildInfoFile', notes];
  const { status } = spawnSync(process.execPath, [compiler, ...parameters], { cwd: root, stdio: 'inherit' });
  if (status !== 0) failed.push(project);
}

if (failed.length > 0) console.error(`Types do not hold in: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
