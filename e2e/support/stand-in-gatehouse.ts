/** Gatehouse as a desktop program, on the stand-in for Electron: the same doings of a test, by the shell's own means. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { StandInShell } from '../electron-stand-in/stand-in-shell.ts';
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

export class StandInGatehouse implements Gatehouse {
  readonly workspace: string;
  readonly origin = 'app://gatehouse';
  readonly #keyring: string | null;
  #start: StartOptions = {};
  #shell: StandInShell | null = null;
  #saidBefore = '';
  readonly #workers: RunningProcess[] = [];

  constructor(workspace: string, keyring: string | null) {
    this.workspace = workspace;
    this.#keyring = keyring;
  }

  get userData(): string {
    return join(this.workspace, '..', 'user-data');
  }

  /** Where people save files, unless a test says otherwise. */
  get saves(): string {
    return join(this.workspace, '..', 'saved');
  }

  /** The running program, to do what only a desktop program can. */
  get shell(): StandInShell {
    if (this.#shell === null) throw new Error('The shell opens with its first window.');
    return this.#shell;
  }

  /** What the shell's own process has noted so far. */
  readonly shellLog = (): string => readFileSync(join(this.userData, 'logs', 'shell.log'), 'utf8');

  /** The program itself starts with its first window: only then is there a browser to have it in. */
  async start(options: StartOptions = {}): Promise<void> {
    this.#start = options;
  }

  async open(browser: Browser, watch: (page: Page) => void): Promise<Page> {
    if (this.#shell === null || this.#shell.hasEnded) {
      this.#shell = this.#launch(browser, watch);
    } else {
      await this.#shell.call('pressMenu', 'New Window');
    }
    const window = await this.#shell.nextWindow();
    isDesktopWindow(window.page, { saves: this.saves, standIn: window });
    return window.page;
  }

  async link(): Promise<string> {
    throw new Error('A desktop program has no address.');
  }

  async stop(): Promise<void> {
    await this.#end((shell) => shell.quit());
  }

  async kill(): Promise<void> {
    await this.#end((shell) => shell.kill());
  }

  releaseClock(): void {
    void this.shell.signalEngine('SIGUSR2');
  }

  async startWorker(): Promise<RunningProcess> {
    const worker = startProcess('worker', ['--workspace', this.workspace], this.#keyring);
    this.#workers.push(worker);
    await worker.line('The worker performs');
    return worker;
  }

  output(): string {
    return this.#saidBefore + (this.#shell?.output() ?? '');
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

  #launch(browser: Browser, watch: (page: Page) => void): StandInShell {
    const clock = clockEnvironment(this.#start);
    const { holdCommit, isLocked = false, development } = this.#start;
    const preloads = [
      ...(Object.keys(clock).length === 0 ? [] : ['clock.mjs']),
      ...(holdCommit === undefined ? [] : ['held-commit.mjs']),
    ];
    mkdirSync(this.saves, { recursive: true });
    const shell = new StandInShell({
      browser,
      workspace: this.workspace,
      userData: this.userData,
      keyring: this.#keyring,
      isLocked,
      env: {
        GATEHOUSE_SAMPLE_TOKEN: sampleToken,
        ...clock,
        ...(holdCommit === undefined ? {} : { GATEHOUSE_TEST_HOLD_COMMIT: holdCommit }),
        ...(development === undefined
          ? {}
          : { GATEHOUSE_DEV_SERVER: development.server, GATEHOUSE_DEV_NONCE: development.nonce }),
      },
      preloads: preloads.map((file) => join(root, 'e2e/support', file)),
      watch,
    });
    shell.saveAt = (name) => join(this.saves, name);
    return shell;
  }

  async #end(how: (shell: StandInShell) => Promise<void>): Promise<void> {
    const shell = this.#shell;
    if (shell === null) return;
    await how(shell);
    this.#saidBefore += shell.output();
    this.#shell = null;
  }
}

/** The desktop program of a test that runs on the stand-in. */
export function desktopOf(gatehouse: Gatehouse): StandInGatehouse {
  if (!(gatehouse instanceof StandInGatehouse)) throw new Error('This spec needs the project stand-in.');
  return gatehouse;
}
