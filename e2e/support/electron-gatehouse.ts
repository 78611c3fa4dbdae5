/**
 * Gatehouse in Electron itself, driven by Playwright: a packed test artefact, whose one difference from what people get is
 * the fuse that lets a debugger in. Only where Electron's binary is at hand.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type Browser, type ElectronApplication, type Page } from '@playwright/test';
import { withoutDesktop } from '#core/testing/keyring-session.ts';
import { isDesktopWindow } from './desktop-window.ts';
import type { Gatehouse } from './gatehouse-shell.ts';
import {
  clockEnvironment,
  root,
  sampleToken,
  startProcess,
  type RunningProcess,
  type StartOptions,
} from './process.ts';
import { askSampleService, membersOf, type ScimAnswer } from './sample-service.ts';

/** How long a window may take to open, in milliseconds. */
const patience = 30_000;
let packed: string | null = null;

/** Packs the built program on the binary that is here, once in a run. */
function testArtefact(): string {
  packed ??= packTestArtefact();
  return packed;
}

function packTestArtefact(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-artefact-'));
  const electronDist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules/electron/dist');
  const builder = join(root, 'node_modules/electron-builder/cli.js');
  const settings = [`-c.electronDist=${electronDist}`, `-c.directories.output=${folder}`, '-c.mac.identity=null'];
  execFileSync(process.execPath, [builder, '--dir', `--${process.arch}`, '--publish', 'never', ...settings], {
    cwd: root,
    env: { ...process.env, GATEHOUSE_TEST_ARTEFACT: '1' },
  });
  const arm = process.arch === 'arm64' ? '-arm64' : '';
  const programs: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
    darwin: `mac${arm}/Gatehouse.app/Contents/MacOS/Gatehouse`,
    win32: `win${arm}-unpacked/Gatehouse.exe`,
  };
  return join(folder, programs[process.platform] ?? `linux${arm}-unpacked/gatehouse`);
}

export class ElectronGatehouse implements Gatehouse {
  readonly workspace: string;
  readonly origin = 'app://gatehouse';
  readonly #keyring: string | null;
  #start: StartOptions = {};
  #program: ElectronApplication | null = null;
  #said = '';
  readonly #workers: RunningProcess[] = [];

  constructor(workspace: string, keyring: string | null) {
    this.workspace = workspace;
    this.#keyring = keyring;
  }

  get #saves(): string {
    return join(this.workspace, '..', 'saved');
  }

  /** The program itself starts with its first window. */
  async start(options: StartOptions = {}): Promise<void> {
    this.#start = options;
  }

  async open(_browser: Browser, watch: (page: Page) => void): Promise<Page> {
    const isFirst = this.#program === null;
    const program = (this.#program ??= await this.#launch());
    const opening = isFirst ? program.firstWindow({ timeout: patience }) : program.waitForEvent('window');
    if (!isFirst) {
      await program.evaluate(({ Menu }) => {
        const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
        items.find(({ label }) => label === 'New Window')?.click();
      });
    }
    const page = await opening;
    watch(page);
    isDesktopWindow(page, { saves: this.#saves, standIn: null });
    return page;
  }

  async link(): Promise<string> {
    throw new Error('A desktop program has no address.');
  }

  async stop(): Promise<void> {
    await this.#program?.close();
    this.#program = null;
  }

  async kill(): Promise<void> {
    const process_ = this.#program?.process();
    process_?.kill('SIGKILL');
    this.#program = null;
  }

  releaseClock(): void {
    throw new Error('A packed program lets nobody change its clock.');
  }

  async startWorker(): Promise<RunningProcess> {
    const worker = startProcess('worker', ['--workspace', this.workspace], this.#keyring);
    this.#workers.push(worker);
    await worker.line('The worker performs');
    return worker;
  }

  output(): string {
    return this.#said + readFileSync(join(this.workspace, '..', 'user-data', 'logs', 'shell.log'), 'utf8');
  }

  scim(path: string): Promise<ScimAnswer> {
    return askSampleService(this.workspace, path);
  }

  membersOf(group: string): Promise<readonly string[]> {
    return membersOf(this.workspace, group);
  }

  async endAll(): Promise<void> {
    for (const worker of this.#workers) await worker.end('SIGTERM');
    await this.stop();
  }

  async #launch(): Promise<ElectronApplication> {
    if (Object.keys(clockEnvironment(this.#start)).length > 0) {
      throw new Error('A packed program lets nobody change its clock.');
    }
    mkdirSync(this.#saves, { recursive: true });
    const program = await _electron.launch({
      executablePath: testArtefact(),
      args: ['--workspace', this.workspace, '--user-data', join(this.workspace, '..', 'user-data')],
      env: {
        ...(this.#keyring === null ? withoutDesktop() : process.env),
        DISPLAY: process.env.DISPLAY ?? '',
        GATEHOUSE_SAMPLE_TOKEN: sampleToken,
      },
      timeout: patience,
    });
    for (const stream of [program.process().stdout, program.process().stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
    }
    // The person's answer to the dialog: their folder, under the name that is offered.
    await program.evaluate(({ dialog }, saves) => {
      dialog.showSaveDialog = (async (...given: readonly unknown[]) => {
        const { defaultPath = '' } = given.at(-1) as { readonly defaultPath?: string };
        return { canceled: false, filePath: `${saves}/${defaultPath.split(/[\\/]/).at(-1) ?? ''}` };
      }) as typeof dialog.showSaveDialog;
    }, this.#saves);
    return program;
  }
}
