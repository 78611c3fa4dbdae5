/**
 * Gatehouse as `npm start` runs it, on a workspace of its own for each test, and the windows that people
 * have of it. How a window is opened is known here alone, so that the same specs run in every shell.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect, type Page } from '@playwright/test';
import { withoutDesktop } from '#core/testing/keyring-session.ts';
import { root, sampleToken, startProcess, type RunningProcess, type StartOptions } from './process.ts';

export interface Gatehouse {
  readonly workspace: string;
  /** Where it is served now, e.g. `http://127.0.0.1:49152`. */
  readonly origin: string;
  /** A fresh one-time address. */
  link(): Promise<string>;
  /** Ends the process as a person does with Ctrl+C. */
  stop(): Promise<void>;
  /** Starts it again on the same workspace; earlier addresses and sessions are void. */
  start(options?: StartOptions): Promise<void>;
  /** Ends it without warning. */
  kill(): Promise<void>;
  /** Lets a clock that was held go on. */
  releaseClock(): void;
  /** A worker on the same workspace, as `npm run worker` runs it; ended with the test. */
  startWorker(): Promise<RunningProcess>;
  /** Everything the process has said on its terminal since the workspace was made. */
  output(): string;
  /** The sample organisation's SCIM service, asked by its own API. */
  scim(path: string): Promise<ScimAnswer>;
  /** User names of the members of a group, by that API. */
  membersOf(group: string): Promise<readonly string[]>;
}

export interface ScimAnswer {
  readonly totalResults?: number;
  readonly Resources?: readonly Record<string, unknown>[];
  readonly [name: string]: unknown;
}

export interface GatehouseOptions {
  /** `empty`: before the first start. `sample`: with the sample organisation. `large`: that with 100,000 more people and requests. */
  readonly begins: 'empty' | 'sample' | 'large';
  /** Runs in a desktop session with an unlocked keyring, so that secrets can be kept. */
  readonly keyring: boolean;
  /** What a window may complain of in its console without failing the test. */
  readonly expectedComplaints: RegExp | null;
}

interface Fixtures extends GatehouseOptions {
  readonly gatehouse: Gatehouse;
  /** Opens a further window with a session of its own, as another person would have it. */
  readonly openConsole: () => Promise<Page>;
  /** A window of the console, not signed in. */
  readonly console: Page;
}

export const test = base.extend<Fixtures, { readonly sample: string }>({
  begins: ['sample', { option: true }],
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

  gatehouse: async ({ begins, keyring, sample }, provide) => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-e2e-'));
    const workspace = join(folder, 'workspace');
    if (begins === 'sample') cpSync(sample, workspace, { recursive: true });
    else mkdirSync(workspace);
    if (begins === 'large') makeWorkspace('large', workspace);
    const home = join(folder, 'home');
    mkdirSync(home, { mode: 0o700 });
    const gatehouse = new LaunchedGatehouse(workspace, keyring ? home : null);
    await gatehouse.start();
    await provide(gatehouse);
    await gatehouse.endAll();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  },

  openConsole: async ({ browser, gatehouse, expectedComplaints }, provide) => {
    const complaints: string[] = [];
    const pages: Page[] = [];
    await provide(async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      pages.push(page);
      page.on('pageerror', (error) => complaints.push(String(error.stack ?? error)));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      await page.goto(await gatehouse.link());
      return page;
    });
    for (const page of pages) await page.context().close();
    const expected = expectedComplaints === null ? whileStopped : [...whileStopped, expectedComplaints];
    expect(complaints.filter((complaint) => !expected.some((pattern) => pattern.test(complaint)))).toEqual([]);
  },

  console: async ({ openConsole }, provide) => {
    await provide(await openConsole());
  },
});

export { expect };

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
    this.#running = startProcess('serve.ts', parameters, this.#keyring, options);
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
    const worker = startProcess('worker.ts', ['--workspace', this.workspace], this.#keyring);
    this.#workers.push(worker);
    await worker.line('The worker performs');
    return worker;
  }

  output(): string {
    return this.#saidBefore + (this.#running?.output() ?? '');
  }

  async scim(path: string): Promise<ScimAnswer> {
    const { port } = JSON.parse(readFileSync(join(this.workspace, 'sample-service', 'process.json'), 'utf8')) as {
      readonly port: number;
    };
    const response = await fetch(`http://127.0.0.1:${port}/scim/v2${path}`, {
      headers: { authorization: `Bearer ${sampleToken}` },
    });
    if (!response.ok) throw new Error(`The SCIM service answered ${response.status} to ${path}`);
    return (await response.json()) as ScimAnswer;
  }

  async membersOf(group: string): Promise<readonly string[]> {
    const found = await this.scim(`/Groups?filter=${encodeURIComponent(`displayName eq "${group}"`)}`);
    const members = (found.Resources?.[0]?.['members'] ?? []) as readonly { readonly value: string }[];
    const users = await this.scim('/Users?count=500');
    const names = new Map((users.Resources ?? []).map((user) => [user['id'], String(user['userName'])]));
    return members.map(({ value }) => names.get(value) ?? value);
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
