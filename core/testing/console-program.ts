/**
 * The process behind `console-process.ts`: opens a workspace through the real host, does what the test tells it, and
 * dies when it is told to. The application of its connector `hostile` lives with the test.
 */
import { flushCompileCache } from 'node:module';
import { z } from 'zod';
import { startBulkDecision, undoBulkDecision } from '#core/commands/bulk-decision.command.ts';
import { cancelRequest } from '#core/commands/cancel-request.command.ts';
import { decideTask } from '#core/commands/decide-task.command.ts';
import { defineCommand, type CommandDefinition } from '#core/commands/command-definition.ts';
import { sendFulfillmentAgain } from '#core/commands/fulfillment-by-person.command.ts';
import { submitRequest } from '#core/commands/submit-request.command.ts';
import {
  ConnectorFault,
  type Connector,
  type ConnectorDefinition,
  type DiscoveryPage,
} from '#core/connectors/connector.ts';
import { done, messageOf, type Result } from '#core/domain/errors.ts';
import { newId } from '#core/domain/ids.ts';
import { instant } from '#core/domain/instant.ts';
import { topics as everyTopic, type Topic } from '#core/domain/topics.ts';
import { openWorkspace, type OpenWorkspace } from '#core/host.ts';
import { createMemorySecretStore } from '#core/secrets/memory-secret-store.ts';
import type { ApplicationCall, ConsoleOptions, Message, Order, Told, TransactionPoint } from './console-process.ts';
import { hostileDefinition } from './hostile-connector.ts';

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

const scheduled = new Map(
  [submitRequest, decideTask, cancelRequest, sendFulfillmentAgain].map((definition) => [
    definition.type as string,
    definition as unknown as CommandDefinition<string, unknown, unknown>,
  ]),
);

async function obey(workspace: OpenWorkspace, order: Order): Promise<unknown> {
  switch (order.kind) {
    case 'execute': {
      const definition = scheduled.get(order.type);
      if (definition === undefined) throw new Error(`${order.type} is no command of schedules`);
      return workspace.execute(definition, order.command);
    }
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
    case 'dieAt':
      dieAt = order.point;
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
    // What another process commits has to do with everything.
    if (!topics.includes(topic) || topics.length === everyTopic.length) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  });
}

let dieAt: TransactionPoint | null = null;

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** From now on it may die at any transaction. */
function makeMortal({ database }: OpenWorkspace): void {
  const transaction = database.transaction.bind(database);
  const mortal: typeof database.transaction = async (work) => {
    const mode = dieAt !== null && dieAt.left === 0 ? dieAt.mode : null;
    if (dieAt !== null) dieAt = { ...dieAt, left: dieAt.left - 1 };
    if (mode === 'before') die();
    const value = await transaction(async (writer) => {
      const inner = await work(writer);
      if (mode === 'within') die();
      return inner;
    });
    if (mode === 'after') die();
    return value;
  };
  Object.assign(database, { transaction: mortal });
}

const unanswered = new Map<
  number,
  { readonly resolve: (value: never) => void; readonly reject: (error: Error) => void }
>();
let calls = 0;

function ask<Value>(method: ApplicationCall['method'], argument: unknown): Promise<Value> {
  calls += 1;
  const number = calls;
  return new Promise<Value>((resolve, reject) => {
    unanswered.set(number, { resolve, reject });
    process.send?.({ kind: 'call', number, method, argument } satisfies Message);
  });
}

/** The same connector as in this process, with its application in the test's. */
const hostileElsewhere = hostileDefinition((): Connector => ({
  source: 'hostile:',
  test: async () => ({ passed: true, checks: [] }),
  findAccount: (login) => ask('findAccount', login),
  createAccount: (draft) => ask('createAccount', draft),
  grant: (grant) => ask('grant', grant),
  revoke: (grant) => ask('revoke', grant),
  read: (grant) => ask('read', grant),
  async *discover(checkpoint) {
    for (let next = checkpoint; ;) {
      const page = await ask<DiscoveryPage>('discover', next);
      yield page;
      if (page.checkpoint === null) return;
      next = page.checkpoint;
    }
  },
  close: async () => undefined,
}));

const options = JSON.parse(process.argv[2] ?? '') as ConsoleOptions;
const secrets = createMemorySecretStore();
for (const [name, fields] of Object.entries(options.secrets)) await secrets.write(name, fields);
const { directory, location, runtime, ahead } = options;
let moment = options.at ?? null;
const workspace = await openWorkspace({
  directory,
  location,
  runtime,
  secrets,
  now: () => moment ?? instant(Date.now() + ahead),
  connectors: [hostileElsewhere as unknown as ConnectorDefinition],
});
makeMortal(workspace);
process.on('message', (told: Told) => {
  moment = told.at ?? moment;
  if (told.kind === 'answered') unanswered.get(told.number)?.resolve(told.value as never);
  else if (told.kind === 'fault') unanswered.get(told.number)?.reject(new ConnectorFault(told.failure));
  if (told.kind !== 'order') return;
  const { number } = told;
  obey(workspace, told.order).then(
    (value) => {
      process.send?.({ kind: 'answer', number, value: value ?? null } satisfies Message);
      leaveCompiled(told.order);
    },
    (error: unknown) => process.send?.({ kind: 'failed', number, message: messageOf(error) } satisfies Message),
  );
});
let left = false;

/** Who is killed leaves what it compiled to nobody by itself. After the first command everything that is needed is there. */
function leaveCompiled({ kind }: Order): void {
  if (left || kind === 'dieAt' || kind === 'idle') return;
  left = true;
  flushCompileCache();
}

process.once('disconnect', () => process.exit(1));
process.send?.({ kind: 'open' } satisfies Message);
