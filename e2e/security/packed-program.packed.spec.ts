/** What a packed program can be made to do on a machine, whatever its arguments and its environment say. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { filesOfArchive } from '../../.ci/packaging/archive.ts';
import { packOnStandIn, type Packed } from '../../.ci/packaging/pack.ts';
import { readFuses } from '../../resources/fuses/fuses.ts';
import { guards } from '../support/security.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-packed-'));
let packed: Packed;

test.beforeAll(async () => {
  test.setTimeout(240_000);
  packed = await packOnStandIn(folder);
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

test(
  'no Node by environment or argument, no inspector, no snapshot, no privileges for `file:`, encrypted cookies',
  guards('Fuses are strict, and read back from the packed binary'),
  async () => {
    expect(await readFuses(packed.binary)).toMatchObject({
      RunAsNode: false,
      EnableNodeOptionsEnvironmentVariable: false,
      EnableNodeCliInspectArguments: false,
      LoadBrowserProcessSpecificV8Snapshot: false,
      GrantFileProtocolExtraPrivileges: false,
      EnableCookieEncryption: true,
    });
  },
);

test(
  'the program is loaded from its archive alone, which is compared with the hashes recorded in it, and every file has one',
  guards('The archive’s integrity is checked (by Electron, on macOS and Windows)'),
  async () => {
    expect(await readFuses(packed.binary)).toMatchObject({
      EnableEmbeddedAsarIntegrityValidation: true,
      OnlyLoadAppFromAsar: true,
    });
    const files = filesOfArchive(packed.archive);
    expect(files.map(({ path }) => path)).toContain('dist/electron/main.js');
    expect(files.filter(({ hash }) => !/^[0-9a-f]{64}$/.test(hash ?? ''))).toEqual([]);
  },
);
