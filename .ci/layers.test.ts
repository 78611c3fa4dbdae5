import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLayers } from './layers.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gatehouse-layers-'));
  write('package.json', JSON.stringify({ type: 'module', imports: { '#core/*': './core/*' } }));
  write('core/domain/ids.ts', 'export type Id = string;\nexport const first = 1;\n');
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

async function problemsOf(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [file, text] of Object.entries(files)) write(file, text);
  return (await checkLayers(root, 1)).problems.join('\n');
}

describe('imports that point the right way', () => {
  it('pass', async () => {
    const problems = await problemsOf({
      'core/engine/transition.ts': `import { first } from '#core/domain/ids.ts';\nexport const second = first + 1;\n`,
      'core/commands/submit.ts': `import { second } from '../engine/transition.ts';\nexport const third = second;\n`,
      'core/host.ts': `export { third } from '#core/commands/submit.ts';\n`,
      'core/contract/index.ts': `export type { Id } from '#core/domain/ids.ts';\n`,
      'renderer/features/requests/list.tsx': `import type { Id } from '#core/contract/index.ts';\nexport function List(p: { id: Id }) { return <b>{p.id}</b>; }\n`,
      'core/domain/ids.test.ts': `import '#core/testing/builders.ts';\n`,
      'core/testing/builders.ts': `import '#core/host.ts';\n`,
    });
    expect(problems).toBe('');
  });
});

describe('a breach is an error', () => {
  const breaches: readonly (readonly [rule: string, files: Readonly<Record<string, string>>])[] = [
    ['core-domain', { 'core/domain/x.ts': `import '#core/engine/y.ts';`, 'core/engine/y.ts': '' }],
    ['core-domain', { 'core/domain/x.ts': `import '../engine/y.ts';`, 'core/engine/y.ts': '' }],
    ['core-engine', { 'core/engine/x.ts': `import '#core/persistence/y.ts';`, 'core/persistence/y.ts': '' }],
    [
      'core-commands',
      { 'core/commands/x.ts': `import type { Y } from '#core/host.ts';`, 'core/host.ts': 'export type Y = 1;' },
    ],
    [
      'core-connectors',
      { 'core/connectors/scim/x.ts': `import '#core/persistence/y.ts';`, 'core/persistence/y.ts': '' },
    ],
    ['core-host', { 'core/host.ts': `await import('#core/cli/y.ts');`, 'core/cli/y.ts': '' }],
    ['core-unknown-room', { 'core/attic/x.ts': `import '#core/domain/ids.ts';` }],
    ['pure-rooms-do-no-io', { 'core/engine/x.ts': `import 'node:fs';` }],
    [
      'connectors-do-not-know-each-other',
      { 'core/connectors/scim/x.ts': `import '#core/connectors/ldap/y.ts';`, 'core/connectors/ldap/y.ts': '' },
    ],
    ['contract-packages', { 'core/contract/x.ts': `import '@orpc/server';` }],
    ['migrations-stand-alone', { 'core/persistence/migrations/sqlite/x.ts': `import '#core/domain/ids.ts';` }],
    ['core-without-screen', { 'core/host.ts': `import 'electron';` }],
    ['core-without-screen', { 'core/queries/x.ts': `import type { ReactNode } from 'react';` }],
    ['core-knows-no-shell', { 'core/cli/x.ts': `import '../../renderer/y.ts';`, 'renderer/y.ts': '' }],
    ['renderer-imports-the-contract', { 'renderer/app/x.tsx': `import type { Id } from '#core/domain/ids.ts';` }],
    ['renderer-without-node', { 'renderer/app/x.ts': `import 'node:fs';` }],
    ['renderer-without-electron', { 'renderer/app/x.ts': `import 'electron';` }],
    [
      'features-do-not-import-each-other',
      { 'renderer/features/a/x.ts': `import '../b/y.ts';`, 'renderer/features/b/y.ts': '' },
    ],
    ['ui-without-data', { 'renderer/ui/x.ts': `import '../features/b/y.ts';`, 'renderer/features/b/y.ts': '' }],
    ['electron-imports-the-contract', { 'electron/main.ts': `import '#core/host.ts';`, 'core/host.ts': '' }],
    ['engine-process-opens-the-host', { 'electron/engine-process.ts': `import '#core/domain/ids.ts';` }],
    ['testing-is-for-tests', { 'core/cli/x.ts': `import '#core/testing/y.ts';`, 'core/testing/y.ts': '' }],
    ['no-cycles', { 'core/domain/x.ts': `import './y.ts';`, 'core/domain/y.ts': `import type { X } from './x.ts';` }],
    ['resolvable', { 'core/domain/x.ts': `import '#core/domain/nowhere.ts';` }],
  ];

  it.each(breaches)('%s: %j', async (rule, files) => {
    const problems = await problemsOf(files);
    expect(problems).toContain(`${rule}:`);
  });
});

describe('a check that saw too little is an error', () => {
  it('when fewer modules were read than expected', async () => {
    const { problems } = await checkLayers(root, 2);
    expect(problems).toEqual([expect.stringContaining('Only 1 modules were read, at least 2 are expected')]);
  });

  it('when the code is not there', async () => {
    rmSync(join(root, 'core'), { recursive: true });
    const { problems } = await checkLayers(root);
    expect(problems).toEqual([expect.stringContaining('Only 0 modules were read')]);
  });

  it('and the command ends with a failure', () => {
    const run = spawnSync(process.execPath, [join(import.meta.dirname, 'layers.ts')], { cwd: root, encoding: 'utf8' });
    expect(run.stderr).toContain('Only 1 modules were read');
    expect(run.status).toBe(1);
  });
});
