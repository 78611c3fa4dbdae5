/**
 * Gatehouse as `npm start` runs it, on a workspace of its own for each test, and the windows that people
 * have of it. How a window is opened is known here alone, so that the same specs run in every shell.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect, type Browser, type Page } from '@playwright/test';
import { withoutDesktop } from '#core/testing/keyring-session.ts';
import { root, startProcess, type RunningProcess, type StartOptions } from './process.ts';
import { ElectronGatehouse } from './electron-gatehouse.ts';
import type { Gatehouse } from './gatehouse-shell.ts';
import { askSampleService, membersOf, type ScimAnswer } from './sample-service.ts';
import { StandInGatehouse } from './stand-in-gatehouse.ts';

export interface GatehouseOptions {
  /** `empty`: before the first start. `sample`: with the sample organisation. `large`: that with 100,000 more people and requests. */
  readonly begins: 'empty' | 'sample' | 'large';
  /** `stand-in`: windows of the desktop shell, which runs without Electron (see e2e/electron-stand-in). `electron`: with it. */
  readonly shell: 'browser' | 'electron' | 'stand-in';
  /** Runs in a desktop session with an unlocked keyring, so that secrets can be kept. */
  readonly keyring: boolean;
  /** What a window may complain of in its console without failing the test. */
  readonly expectedComplaints: RegExp | null;
}

interface Fixtures extends GatehouseOptions {
  readonly folder: string;
  readonly gatehouse: Gatehouse;
  /** Opens a further window with a session of its own, as another person would have it. */
  readonly openConsole: () => Promise<Page>;
  /** A window of the console, not signed in. */
  readonly console: Page;
}

export const test = base.extend<Fixtures, { readonly sample: string }>({
  begins: ['sample', { option: true }],
  shell: ['browser', { option: true }],
  keyring: [false, { option: true }],
  expectedComplaints: [null, { option: true }],

  /** The sample organisation as it was made, to be copied. */
  sample: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures a fixture needs from this pattern
    async ({}, provide) => {
      const directory = mkdtempSync(join(tmpdir(), 'gatehouse-sample-'));
      makeWorkspace('sample', directory);
      await provide(directory);
      rmSync(directory, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],

  /** A folder with the workspace it begins with. Making a large one takes its time, which is not the test's. */
  folder: [
    async ({ begins, sample }, provide) => {
      const folder = mkdtempSync(join(tmpdir(), 'gatehouse-e2e-'));
      const workspace = join(folder, 'workspace');
      if (begins === 'sample') cpSync(sample, workspace, { recursive: true });
      else mkdirSync(workspace);
      if (begins === 'large') makeWorkspace('large', workspace);
      await provide(folder);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    },
    { timeout: 300_000 },
  ],

  gatehouse: async ({ folder, keyring, shell }, provide) => {
    const workspace = join(folder, 'workspace');
    const home = join(folder, 'home');
    mkdirSync(home, { mode: 0o700 });
    const Shell = { browser: LaunchedGatehouse, electron: ElectronGatehouse, 'stand-in': StandInGatehouse }[shell];
    const gatehouse: Gatehouse = new Shell(workspace, keyring ? home : null);
    await gatehouse.start();
    await provide(gatehouse);
    await gatehouse.endAll();
  },

  openConsole: async ({ browser, gatehouse, expectedComplaints, shell }, provide) => {
    const complaints: string[] = [];
    const pages: Page[] = [];
    const watch = (page: Page): void => {
      pages.push(page);
      page.on('pageerror', (error) => complaints.push(String(error.stack ?? error)));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
    };
    await provide(() => gatehouse.open(browser, watch));
    for (const page of pages) {
      await page.close();
      // In Electron all windows are one context, which is the program.
      if (shell !== 'electron') await page.context().close();
    }
    const expected = expectedComplaints === null ? whileStopped : [...whileStopped, expectedComplaints];
    expect(complaints.filter((complaint) => !expected.some((pattern) => pattern.test(complaint)))).toEqual([]);
  },

  console: async ({ openConsole }, provide) => {
    await provide(await openConsole());
  },
});

export { expect };
export type { Gatehouse };

function makeWorkspace(kind: 'sample' | 'large', directory: string): void {
  const script = join(root, 'e2e/support/make-workspace.ts');
  execFileSync(process.execPath, [script, kind, directory], { cwd: root, env: withoutDesktop() });
}

/** What the browser itself reports while nobody listens at the console's address. */
const whileStopped = [/net::ERR_CONNECTION_(REFUSED|RESET)/, /WebSocket connection .* failed/];

class LaunchedGatehouse implements Gatehouse {
  readonly workspace: string;
  readonly #keyring: string | null;
  #running: RunningProcess | null = null;
  #link: string | null = null;
  #origin = '';
  #saidBefore = '';
  readonly #workers: RunningProcess[] = [];

  constructor(workspace: string, keyring: string | null) {
    this.workspace = workspace;
    this.#keyring = keyring;
  }

  get origin(): string {
    return this.#origin;
  }

  async start(options: StartOptions = {}): Promise<void> {
    const { port } = options;
    const parameters = [
      '--no-open',
      '--workspace',
      this.workspace,
      ...(port === undefined ? [] : ['--port', String(port)]),
    ];
    this.#running = startProcess('serve', parameters, this.#keyring, options);
    this.#link = await this.#running.line('http://');
    this.#origin = new URL(this.#link).origin;
  }

  async link(): Promise<string> {
    const first = this.#link;
    this.#link = null;
    if (first !== null) return first;
    const running = this.#process();
    const next = running.line('http://');
    running.type('\n');
    return next;
  }

  async open(browser: Browser, watch: (page: Page) => void): Promise<Page> {
    const context = await browser.newContext();
    const page = await context.newPage();
    watch(page);
    await page.goto(await this.link());
    return page;
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  releaseClock(): void {
    this.#process().signal('SIGUSR2');
  }

  async startWorker(): Promise<RunningProcess> {
    const worker = startProcess('worker', ['--workspace', this.workspace], this.#keyring);
    this.#workers.push(worker);
    await worker.line('The worker performs');
    return worker;
  }

  output(): string {
    return this.#saidBefore + (this.#running?.output() ?? '');
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

  #process(): RunningProcess {
    if (this.#running === null) throw new Error('Gatehouse is not running');
    return this.#running;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#running === null) return;
    await this.#running.end(signal);
    this.#saidBefore += this.#running.output();
    this.#running = null;
    this.#link = null;
  }
}
