/**
 * Random schedules of requests, decisions, withdrawals, time and crashes against a hostile application. What was
 * acknowledged is kept in books that Gatehouse does not see; in the end they say what must be held, and nothing else is.
 */
import { cancelRequest } from '#core/commands/cancel-request.command.ts';
import type { CommandDefinition } from '#core/commands/command-definition.ts';
import { decideTask } from '#core/commands/decide-task.command.ts';
import { sendFulfillmentAgain } from '#core/commands/fulfillment-by-person.command.ts';
import { submitRequest } from '#core/commands/submit-request.command.ts';
import type { Result } from '#core/domain/errors.ts';
import { newId, type CommandId, type EmployeeId, type RequestId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import { leaseMilliseconds } from '#core/fulfillment/attempt.ts';
import type { Term } from '#core/domain/request.ts';
import type { Database } from '#core/persistence/open-database.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { commandOf, employeeRow, line, type Organisation } from './builders.ts';
import { startDelivery, type Delivery } from './delivery.ts';
import type { TestWorkspace } from './each-database.ts';
import { hostileConnector, randomOf, type Breakage, type HostileApplication } from './hostile-connector.ts';

/** One approved line as the books have it. */
export interface Intent {
  readonly person: string;
  readonly entitlement: string;
  readonly action: 'GRANT' | 'REVOKE';
  readonly term: Term;
}

export interface HostileRun {
  readonly workspace: TestWorkspace;
  readonly built: Organisation;
  readonly application: HostileApplication;
  readonly intents: Intent[];
  /** When faults struck and consoles crashed: what may explain that something was late. */
  readonly troubles: Instant[];
  /** When somebody looked for what is due. */
  readonly looks: Instant[];
  crashes: Record<CrashMode, number>;
}

export const crashModes = ['before', 'within', 'after'] as const;
/** Before the transaction, in it with everything written, or after its commit with the answer lost. */
export type CrashMode = (typeof crashModes)[number];

export interface ScheduleOptions {
  readonly seed: number;
  readonly breakage?: Breakage;
  /** The share of calls that meet a fault; left out: by the seed. */
  readonly trouble?: number;
  /** Says that it looked for what is due and does so ten minutes later; for an oracle that has to fail. */
  readonly overlooks?: boolean;
}

class Crash extends Error {}

const longTerm = { kind: 'duration', minutes: 20 * 24 * 60 } as const;
const shortTerm = { kind: 'duration', minutes: 15 } as const;
/** More than the longest pause and the longest delay of a retry. */
const allDelays = 41 * 60_000;

/** Plays one schedule to its end, with the application well again and nothing left to do. */
export async function playSchedule(run: HostileRun, options: ScheduleOptions): Promise<void> {
  const { workspace, built, application } = run;
  const random = randomOf(options.seed);
  const { clock } = workspace;
  let crash: { mode: CrashMode; left: number } | null = null;
  let crashed: (() => void) | null = null;
  let dead = false;
  let consoles = 0;

  application.onStrike = () => run.troubles.push(clock.now());
  application.onStall = () => clock.pass(leaseMilliseconds + 10_000);
  const people = await twoPeople(workspace, built, options.seed);

  /** The database of one console, whose process may be gone from one transaction to the next. */
  const mortal: Database = {
    ...workspace.database,
    async transaction(work) {
      if (dead) throw new Crash('dead');
      const mode = crash !== null && (crash.left -= 1) < 0 ? crash.mode : null;
      if (mode === 'before') die('before');
      const value = await workspace.database.transaction(async (writer) => {
        const inner = await work(writer);
        if (mode === 'within') die('within');
        return inner;
      });
      if (mode === 'after') die('after');
      return value;
    },
  };
  function die(mode: CrashMode): never {
    run.crashes[mode] += 1;
    run.troubles.push(clock.now());
    dead = true;
    crash = null;
    crashed?.();
    throw new Crash('dead');
  }

  /** In every other schedule a second console works on the same workspace. It outlives the first. */
  const second =
    options.seed % 2 === 0
      ? startDelivery(workspace, {
          now: clock.now,
          definitions: [hostileConnector(application, random, options.breakage)],
          owner: `second console ${options.seed}`,
        })
      : null;
  let delivery = open();
  function open(): Delivery {
    dead = false;
    return startDelivery(
      { database: mortal },
      {
        now: clock.now,
        definitions: [hostileConnector(application, random, options.breakage)],
        owner: `console ${options.seed} ${consoles++}`,
      },
    );
  }

  /** Does it, and does it again under the same id in the next console when this one died: the answer is the first's. */
  async function told<Payload, Value>(
    definition: CommandDefinition<string, Payload, Value>,
    who: EmployeeId,
    payload: unknown,
  ): Promise<Result<Value>> {
    const id = newId<CommandId>();
    for (;;) {
      try {
        return await delivery.execute(definition, commandOf(who, payload, { id }));
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        await restart();
      }
    }
  }

  async function restart(): Promise<void> {
    await delivery.stop();
    // The leases of the dead end by the clock: nothing tells that a console of a test is dead.
    clock.pass(61_000);
    delivery = open();
  }

  async function idle(): Promise<void> {
    const death = new Promise<void>((resolve) => (crashed = resolve));
    if (!dead) {
      run.looks.push(clock.now());
      await Promise.all([Promise.race([delivery.fulfillment.idle(), death]), second?.fulfillment.idle()]);
    }
    crashed = null;
    if (dead) await restart();
  }

  const pick = <Value>(values: readonly Value[]): Value => {
    const value = values[random(values.length)];
    if (value === undefined) throw new Error('Nothing to choose from');
    return value;
  };
  const asked = new Set<RequestId>();
  const undecided: { requestId: RequestId; intent: Intent; requester: EmployeeId }[] = [];
  const steps = 5 + random(5);
  application.trouble = options.trouble ?? pick([0, 0.2, 0.5]);
  for (let step = 0; step < steps; step += 1) {
    const kind = random(12);
    if (kind < 5) {
      const who = pick(people);
      const reviewed = random(2) === 0;
      const name = reviewed ? 'reviewed' : 'automatic';
      const position = random(2);
      const entitlementId = pick([built.entitlements[name][position]].flatMap((id) => id ?? []));
      const external = `${name}-${position}`;
      const action = random(3) === 0 ? 'REVOKE' : 'GRANT';
      const term =
        action === 'REVOKE'
          ? { kind: 'permanent' as const }
          : pick([{ kind: 'permanent' as const }, shortTerm, longTerm]);
      const result = await told(submitRequest, who.id, {
        justification: 'work',
        items: [line(who.id, entitlementId, { action, term })],
      });
      // Who asks for what somebody asked for already joins that request, with its term.
      const joined = result.outcome === 'done' && asked.has(result.value.requestId);
      if (result.outcome === 'done' && !joined) {
        asked.add(result.value.requestId);
        const intent = { person: who.name, entitlement: external, action, term } as const;
        if (reviewed) undecided.push({ requestId: result.value.requestId, intent, requester: who.id });
        else run.intents.push(intent);
      }
    } else if (kind < 8 && undecided.length > 0) {
      const [waiting] = undecided.splice(random(undecided.length), 1);
      if (waiting !== undefined) await review(waiting);
    } else if (kind === 8) clock.pass(random(20) * 60_000);
    else if (kind === 9) crash = { mode: crashModes[random(3)] ?? 'before', left: random(6) };
    else if (kind === 10) {
      await delivery.discovery
        .start(built.applications.automatic, { kind: 'system', part: 'discovery' })
        .catch(onlyCrash);
      await delivery.discovery.idle();
    } else await idle();
  }

  async function review({ requestId, intent, requester }: (typeof undecided)[number]): Promise<void> {
    const verdict = random(5);
    if (verdict === 0) {
      const cancelled = await told(cancelRequest, requester, { requestId });
      if (cancelled.outcome === 'done') return;
    }
    for (;;) {
      const tasks = await workspace.database.read
        .selectFrom('review_task')
        .select(['id', 'reviewer_id'])
        .where('request_id', '=', requestId)
        .where('state', '=', 'open')
        .orderBy('id')
        .execute();
      const task = tasks[0];
      // Nobody is left to decide: every level has approved it.
      if (task === undefined) break;
      const deny = verdict === 1;
      await told(decideTask, task.reviewer_id, {
        taskId: task.id,
        verdict: deny ? 'deny' : 'approve',
        reason: deny ? 'not now' : null,
      });
      if (deny) return;
    }
    run.intents.push(intent);
  }

  await idle();
  clock.pass(5 * 60_000);
  await idle();
  crash = null;
  application.trouble = 0;
  for (const waiting of undecided) await told(cancelRequest, waiting.requester, { requestId: waiting.requestId });
  await settle();
  // The short terms end.
  clock.pass(16 * 60_000);
  if (options.overlooks === true) {
    run.looks.push(clock.now());
    clock.pass(10 * 60_000);
  }
  await settle();
  await delivery.stop();
  await second?.stop();

  /** Until nothing waits: retries come due, and an owner sends again what was given up. */
  async function settle(): Promise<void> {
    application.tokenIsValid = true;
    for (let round = 0; round < 40; round += 1) {
      await idle();
      const left = await workspace.database.read
        .selectFrom('fulfillment_task')
        .select(['id', 'state'])
        .where('state', 'in', ['ready', 'running', 'waiting', 'failed'])
        .execute();
      if (left.length === 0) return;
      for (const task of left)
        if (task.state === 'failed')
          await told(sendFulfillmentAgain, built.people.owner, { fulfillmentTaskId: task.id });
      clock.pass(allDelays);
    }
    throw new Error(`The schedule of seed ${options.seed} does not come to rest`);
  }
}

function onlyCrash(error: unknown): void {
  if (!(error instanceof Crash)) throw error;
}

async function twoPeople(
  { database }: TestWorkspace,
  built: Organisation,
  seed: number,
): Promise<readonly { readonly id: EmployeeId; readonly name: string }[]> {
  const people = [0, 1].map((index) => ({ id: newId<EmployeeId>(), name: `p${seed}x${index}` }));
  await database.transaction((writer) =>
    insertRows(
      writer,
      'employee',
      people.map(({ id, name }) => employeeRow({ id, name, managerId: built.people.manager })),
    ),
  );
  return people;
}

/** What must be held in the end, by the books alone: what was approved last about each access. */
export function intended(run: Pick<HostileRun, 'intents'>, withLongTerms: boolean): readonly string[] {
  const last = new Map<string, Intent>();
  for (const intent of run.intents) last.set(`${intent.person}@example.com ${intent.entitlement}`, intent);
  return [...last]
    .filter(
      ([, { action, term }]) =>
        action === 'GRANT' && (term.kind === 'permanent' || (withLongTerms && term === longTerm)),
    )
    .map(([key]) => key)
    .toSorted((a, b) => (a < b ? -1 : 1));
}

/** What the application holds, by its own books. */
export function actual({ application }: Pick<HostileRun, 'application'>): readonly string[] {
  const names = new Map(application.accounts.map(({ externalId, username }) => [externalId, username]));
  return [...application.members]
    .flatMap(([entitlement, members]) => [...members].map((account) => `${names.get(account)} ${entitlement}`))
    .toSorted((a, b) => (a < b ? -1 : 1));
}
