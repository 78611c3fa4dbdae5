/**
 * A console in a process of its own, for tests that kill it: opens a workspace through the real host and does
 * what the test tells it. Run as a program it is that process; imported it starts one.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startBulkDecision, undoBulkDecision } from '#core/commands/bulk-decision.command.ts';
import { decideTask } from '#core/commands/decide-task.command.ts';
import { defineCommand } from '#core/commands/command-definition.ts';
import { submitRequest } from '#core/commands/submit-request.command.ts';
import type { Actor } from '#core/domain/audit.ts';
import type { Command } from '#core/domain/command.ts';
import { done, messageOf, type Result } from '#core/domain/errors.ts';
import { newId, type ApplicationId } from '#core/domain/ids.ts';
import { instant } from '#core/domain/instant.ts';
import type { Topic } from '#core/domain/topics.ts';
import { openWorkspace, type OpenWorkspace } from '#core/host.ts';
import type { DatabaseLocation } from '#core/persistence/open-database.ts';
import { createMemorySecretStore } from '#core/secrets/memory-secret-store.ts';
import type { SecretFields } from '#core/secrets/secret-store.ts';

export interface ConsoleOptions {
  readonly directory: string;
  readonly location: DatabaseLocation;
  /** Milliseconds by which its clock is ahead of this machine's: a lease of before has then ended. */
  readonly ahead: number;
  readonly runtime: boolean;
  readonly secrets: Readonly<Record<string, SecretFields>>;
}

type Plain = Omit<Command<never, unknown>, 'type'>;

/** What a console can be told. */
export type Order =
  | { readonly kind: 'submit'; readonly command: Plain }
  | { readonly kind: 'decide'; readonly command: Plain }
  | { readonly kind: 'startBulk'; readonly command: Plain }
  | { readonly kind: 'undoBulk'; readonly command: Plain }
  | { readonly kind: 'createSample' }
  /** Kills itself right after so many commits that had to do with this. */
  | { readonly kind: 'dieAfterCommits'; readonly topic: Topic; readonly commits: number }
  /** Until no review work is due or under way. */
  | { readonly kind: 'reviewsIdle' }
  /** Writes many rows in one transaction, says `half`, and never ends. */
  | { readonly kind: 'writeHalf'; readonly command: Plain }
  | { readonly kind: 'discover'; readonly applicationId: ApplicationId; readonly actor: Actor }
  /** Until nothing is due or under way. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'close' };

type Message =
  | { readonly kind: 'answer'; readonly number: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly number: number; readonly message: string }
  | { readonly kind: 'half' }
  | { readonly kind: 'open' };

export interface Console {
  /** @throws Error when the console answers with one, or is dead before it answers. */
  tell(order: Order): Promise<unknown>;
  /** Resolves when the process says that it is in the middle of a transaction. */
  half(): Promise<void>;
  /** SIGKILL: no handler runs, nothing is flushed. Resolves when the process is gone. */
  kill(): Promise<void>;
  readonly dead: boolean;
}

export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(() => undefined);
  const waiting = new Map<
    number,
    { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }
  >();
  let number = 0;
  let dead = false;
  let half: () => void = () => undefined;
  let open: () => void = () => undefined;
  const isHalf = new Promise<void>((resolve) => (half = resolve));
  const isOpen = new Promise<void>((resolve) => (open = resolve));
  child.on('message', (message: Message) => {
    if (message.kind === 'half') half();
    else if (message.kind === 'open') open();
    else if (message.kind === 'answer') waiting.get(message.number)?.resolve(message.value);
    else waiting.get(message.number)?.reject(new Error(message.message));
  });
  void ended.then(() => {
    dead = true;
    for (const { reject } of waiting.values()) reject(new Error('The console is dead.'));
  });
  await Promise.race([isOpen, ended.then(() => Promise.reject(new Error('The console did not open.')))]);
  return {
    tell(order) {
      number += 1;
      const mine = number;
      const answer = new Promise<unknown>((resolve, reject) => waiting.set(mine, { resolve, reject }));
      if (dead) return Promise.reject(new Error('The console is dead.'));
      child.send({ number: mine, order }, () => undefined);
      return answer;
    },
    half: () => isHalf,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    get dead() {
      return dead || hasEnded(child);
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

const writeHalf = defineCommand({
  type: 'test.writeHalf',
  payload: z.object({ rows: z.number() }),
  async run({ rows }, context): Promise<Result<Record<string, never>>> {
    for (let index = 0; index < rows; index += 1) {
      await context.writer
        .insertInto('setting')
        .values({ name: `half-${index}`, value: JSON.stringify({ text: 'x'.repeat(500) }) })
        .execute();
    }
    process.send?.({ kind: 'half' } satisfies Message);
    // The process is kept alive by its channel to the test.
    await new Promise(() => undefined);
    return done({});
  },
});

async function obey(workspace: OpenWorkspace, order: Order): Promise<unknown> {
  switch (order.kind) {
    case 'submit':
      return workspace.execute(submitRequest, order.command);
    case 'decide':
      return workspace.execute(decideTask, order.command);
    case 'startBulk':
      return workspace.execute(startBulkDecision, order.command);
    case 'undoBulk':
      return workspace.execute(undoBulkDecision, order.command);
    case 'createSample':
      return workspace.createSample(newId());
    case 'dieAfterCommits':
      dieAfterCommits(workspace, order.topic, order.commits);
      return null;
    case 'reviewsIdle':
      return workspace.reviewClock.idle();
    case 'writeHalf':
      return workspace.execute(writeHalf, order.command);
    case 'discover': {
      const started = await workspace.discovery.start(order.applicationId, order.actor);
      await workspace.discovery.idle();
      return started;
    }
    case 'idle':
      return workspace.fulfillment.idle();
    case 'close':
      return workspace.close();
  }
}

function dieAfterCommits(workspace: OpenWorkspace, topic: Topic, commits: number): void {
  let left = commits;
  workspace.changes.subscribe((topics) => {
    if (!topics.includes(topic)) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  });
}

if (import.meta.main) {
  const options = JSON.parse(process.argv[2] ?? '') as ConsoleOptions;
  const secrets = createMemorySecretStore();
  for (const [name, fields] of Object.entries(options.secrets)) await secrets.write(name, fields);
  const { directory, location, runtime, ahead } = options;
  const workspace = await openWorkspace({
    directory,
    location,
    runtime,
    secrets,
    now: () => instant(Date.now() + ahead),
  });
  process.on('message', ({ number, order }: { readonly number: number; readonly order: Order }) => {
    obey(workspace, order).then(
      (value) => process.send?.({ kind: 'answer', number, value: value ?? null } satisfies Message),
      (error: unknown) => process.send?.({ kind: 'failed', number, message: messageOf(error) } satisfies Message),
    );
  });
  process.once('disconnect', () => process.exit(1));
  process.send?.({ kind: 'open' } satisfies Message);
}
