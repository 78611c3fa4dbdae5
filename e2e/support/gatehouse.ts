/** Starts Gatehouse as `npm start` does, on a workspace of its own, for each test. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { test as base, expect, type Browser, type Page } from '@playwright/test';

export interface Gatehouse {
  readonly workspace: string;
  /** A fresh one-time address. */
  link(): Promise<string>;
  /** Ends the process as a person does with Ctrl+C. */
  stop(): Promise<void>;
  /** Starts it again on the same workspace; earlier addresses and sessions are void. */
  start(): Promise<void>;
  /** Ends it without warning. */
  kill(): Promise<void>;
  /** The sample organisation's SCIM service, asked by its own API. */
  scim(path: string): Promise<unknown>;
}

const root = join(import.meta.dirname, '../..');
const sampleToken = 'a-token-that-only-this-test-knows';

export const test = base.extend<{ readonly gatehouse: Gatehouse; readonly console: Page }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures a test needs from this pattern
  gatehouse: async ({}, use) => {
    const workspace = mkdtempSync(join(tmpdir(), 'gatehouse-e2e-'));
    const gatehouse = await launch(workspace);
    await use(gatehouse);
    await gatehouse.stop();
    rmSync(workspace, { recursive: true, force: true });
  },
  /** A window of the console, not signed in. */
  console: async ({ browser, gatehouse }, use) => {
    const page = await openConsole(browser, gatehouse);
    await use(page);
    await page.context().close();
  },
});

export { expect };

/** A further window with a session of its own, as another person would have it. */
export async function openConsole(browser: Browser, gatehouse: Gatehouse): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(await gatehouse.link());
  return page;
}

async function launch(workspace: string): Promise<Gatehouse> {
  let running = await run(workspace);
  return {
    workspace,
    link: () => running.link(),
    stop: () => running.end('SIGTERM'),
    kill: () => running.end('SIGKILL'),
    async start() {
      running = await run(workspace);
    },
    async scim(path) {
      const { port } = JSON.parse(readFileSync(join(workspace, 'sample-service', 'process.json'), 'utf8')) as { readonly port: number };
      const response = await fetch(`http://127.0.0.1:${port}/scim/v2${path}`, { headers: { authorization: `Bearer ${sampleToken}` } });
      if (!response.ok) throw new Error(`The SCIM service answered ${response.status} to ${path}`);
      return response.json();
    },
  };
}

interface Running {
  link(): Promise<string>;
  end(signal: NodeJS.Signals): Promise<void>;
}

async function run(workspace: string): Promise<Running> {
  const child = spawn(process.execPath, [join(root, 'core/cli/serve.ts'), '--no-open', '--workspace', workspace], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, GATEHOUSE_SAMPLE_TOKEN: sampleToken },
  });
  const problems: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => problems.push(text));
  const lines = createInterface({ input: child.stdout });
  let first: string | null = await nextLink(child, lines, problems);
  return {
    async link() {
      if (first !== null) {
        const link = first;
        first = null;
        return link;
      }
      const next = nextLink(child, lines, problems);
      child.stdin.write('\n');
      return next;
    },
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

/** The next line that is an address. */
function nextLink(child: ChildProcess, lines: Interface, problems: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`Gatehouse ended before it said its address:\n${problems.join('')}`));
    child.once('exit', ended);
    const read = (line: string) => {
      if (!line.startsWith('http://')) return;
      lines.off('line', read);
      child.off('exit', ended);
      resolve(line);
    };
    lines.on('line', read);
  });
}
