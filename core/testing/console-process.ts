/**
 * A console in a process of its own, for tests that kill it: it opens a workspace through the real host and does
 * what the test tells it.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ConnectorFault, type Connector, type Failure } from '#core/connectors/connector.ts';
import type { Actor } from '#core/domain/audit.ts';
import type { Command } from '#core/domain/command.ts';
import type { ApplicationId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Topic } from '#core/domain/topics.ts';
import type { DatabaseLocation } from '#core/persistence/open-database.ts';
import type { SecretFields } from '#core/secrets/secret-store.ts';
import { consoleBundle } from './console-bundle.ts';

export interface ConsoleOptions {
  readonly directory: string;
  readonly location: DatabaseLocation;
  /** Milliseconds by which its clock is ahead of this machine's: a lease of before has then ended. */
  readonly ahead: number;
  readonly runtime: boolean;
  readonly secrets: Readonly<Record<string, SecretFields>>;
  /** Its clock stands still at this, and moves with each order and each answer of the application. */
  readonly at?: Instant;
}

type Plain = Omit<Command<never, unknown>, 'type'>;

/** What a console can be told. */
export type Order =
  | { readonly kind: 'submit'; readonly command: Plain }
  | { readonly kind: 'decide'; readonly command: Plain }
  | { readonly kind: 'startBulk'; readonly command: Plain }
  | { readonly kind: 'undoBulk'; readonly command: Plain }
  /** One of the commands that schedules are made of, by its type. */
  | { readonly kind: 'execute'; readonly type: string; readonly command: Plain }
  | { readonly kind: 'createSample' }
  /** Kills itself right after so many commits that had to do with this. */
  | { readonly kind: 'dieAfterCommits'; readonly topic: Topic; readonly commits: number }
  /** Kills itself at the transaction after so many: before it, in it with everything written, or after its commit. Null: lives. */
  | { readonly kind: 'dieAt'; readonly point: TransactionPoint | null }
  /** Until no review work is due or under way. */
  | { readonly kind: 'reviewsIdle' }
  /** Writes many rows in one transaction, says `half`, and never ends. */
  | { readonly kind: 'writeHalf'; readonly command: Plain }
  | { readonly kind: 'discover'; readonly applicationId: ApplicationId; readonly actor: Actor }
  /** Until nothing is due or under way. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'close' };

export interface TransactionPoint {
  readonly mode: 'before' | 'within' | 'after';
  readonly left: number;
}

/** What a console asks of an application that lives with the test, so that it outlives the console. */
export interface ApplicationCall {
  readonly kind: 'call';
  readonly number: number;
  readonly method: 'findAccount' | 'createAccount' | 'grant' | 'revoke' | 'read' | 'discover';
  readonly argument: unknown;
}

/** What a test tells a console. */
export type Told = { readonly at: Instant | null } & (
  | { readonly kind: 'order'; readonly number: number; readonly order: Order }
  | { readonly kind: 'answered'; readonly number: number; readonly value: unknown }
  /** The connector threw it. */
  | { readonly kind: 'fault'; readonly number: number; readonly failure: Failure }
);

export type Message =
  | ApplicationCall
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

/** The application behind the connector `hostile` of a console, and the time it is there. */
export interface ConsoleWorld {
  readonly now: () => Instant;
  readonly connector: () => Connector;
  /** Before the application hears of a call, and before the console hears what it answered. */
  readonly onCall: (moment: 'asked' | 'unanswered') => Promise<void>;
}

export async function startConsole(options: ConsoleOptions, world: ConsoleWorld | null = null): Promise<Console> {
  const { program, compileCache } = await consoleBundle();
  const child = fork(program, [JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  });
  const send = (told: WithoutTime) => {
    // Whoever is dead is told nothing; that it is dead is seen by its end.
    if (child.connected) child.send({ ...told, at: world?.now() ?? null } as Told, () => undefined);
  };
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
    else if (message.kind === 'call') void answer(message);
    else if (message.kind === 'answer') waiting.get(message.number)?.resolve(message.value);
    else waiting.get(message.number)?.reject(new Error(message.message));
  });
  void ended.then(() => {
    dead = true;
    for (const { reject } of waiting.values()) reject(new Error('The console is dead.'));
  });
  async function answer(call: ApplicationCall): Promise<void> {
    if (world === null) throw new Error('This console was given no application');
    const { number } = call;
    await world.onCall('asked');
    if (hasEnded(child)) return;
    try {
      const value = await asked(world.connector(), call);
      await world.onCall('unanswered');
      send({ kind: 'answered', number, value });
    } catch (error) {
      if (!(error instanceof ConnectorFault)) throw error;
      send({ kind: 'fault', number, failure: error.failure });
    }
  }
  await Promise.race([isOpen, ended.then(() => Promise.reject(new Error('The console did not open.')))]);
  return {
    tell(order) {
      number += 1;
      const mine = number;
      const answer = new Promise<unknown>((resolve, reject) => waiting.set(mine, { resolve, reject }));
      if (dead) return Promise.reject(new Error('The console is dead.'));
      send({ kind: 'order', number: mine, order });
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

type WithoutTime = Told extends infer Each ? (Each extends Told ? Omit<Each, 'at'> : never) : never;

/** A discovery is asked for page by page: a console that dies between two leaves nothing open here. */
async function asked(connector: Connector, { method, argument }: ApplicationCall): Promise<unknown> {
  const never = new AbortController().signal;
  if (method !== 'discover') return connector[method]?.(argument as never, never);
  for await (const page of connector.discover?.(argument as string | null, never) ?? []) return page;
  return null;
}
