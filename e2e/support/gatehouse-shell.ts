/** What a test can do with Gatehouse, in whichever shell its windows are. */
import type { Browser, Page } from '@playwright/test';
import type { RunningProcess, StartOptions } from './process.ts';
import type { ScimAnswer } from './sample-service.ts';

export interface Gatehouse {
  readonly workspace: string;
  /** Where it is served now, e.g. `http://127.0.0.1:49152`. */
  readonly origin: string;
  /** A fresh one-time address. */
  link(): Promise<string>;
  /** A further window with a session of its own. `watch` gets its page before anything is loaded in it. */
  open(browser: Browser, watch: (page: Page) => void): Promise<Page>;
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
  /** Ends everything that belongs to it. */
  endAll(): Promise<void>;
}
