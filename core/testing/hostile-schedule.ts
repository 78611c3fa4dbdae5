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
import { insertRows } from '#core/persistence/write-rows.ts';
import { commandOf, employeeRow, line, type Organisation } from './builders.ts';
import { startDelivery } from './delivery.ts';
import type { TestWorkspace } from './each-database.ts';
import { hostileConnector, randomOf, type Breakage, type HostileApplication } from './hostile-connector.ts';
import { consolesHere, Crash, type ConsoleKind, type CrashMode, type MortalConsole } from './hostile-consoles.ts';

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
  readonly crashes: Record<CrashMode, number>;
  /** What was under way, by its effect and its cause, when a console died. */
  readonly cutShort: string[];
  /** Commands that were answered with `done`: none of them may be lost. */
  readonly acknowledged: CommandId[];
}

export interface ScheduleOptions {
  readonly seed: number;
  readonly breakage?: Breakage;
  /** The share of calls that meet a fault; left out: by the seed. */
  readonly trouble?: number;
  /** Says that it looked for what is due and does so ten minutes later; for an oracle that has to fail. */
  readonly overlooks?: boolean;
  /** Left out: consoles in this process. */
  readonly consoles?: ConsoleKind;
  /** A console is about to die at all times until so many have, and not once in a while. */
  readonly deaths?: number;
  /** None of these dies before access ends, of which there is more then: that is what is cut short. */
  readonly diesLate?: boolean;
}

const longTerm = { kind: 'duration', minutes: 20 * 24 * 60 } as const;
const shortTerm = { kind: 'duration', minutes: 15 } as const;
/** More than the longest pause and the longest delay of a retry. */
const allDelays = 41 * 60_000;

/** Plays one schedule to its end, with the application well again and nothing left to do. */
export async function playSchedule(run: HostileRun, options: ScheduleOptions): Promise<void> {
  const { workspace, built, application } = run;
  const random = randomOf(options.seed);
  const { clock } = workspace;
  const kind = options.consoles ?? consolesHere;
  let consoles = 0;
  let armed = false;
  let deaths = 0;
  let isLate = false;
  const isDoomed = () =>
    options.deaths !== undefined && deaths < options.deaths && (options.diesLate !== true || isLate);

  application.onStrike = () => run.troubles.push(clock.now());
  application.onStall = () => clock.pass(leaseMilliseconds + 10_000);
  const people = await twoPeople(workspace, built, options.seed);

  /** In every other schedule a second console works on the same workspace. It outlives the first. */
  const second =
    options.seed % 2 === 0
      ? startDelivery(workspace, {
          now: clock.now,
          definitions: [hostileConnector(application, random, options.breakage)],
          owner: `second console ${options.seed}`,
        })
      : null;
  // What the application does is chosen by itself where the order of its calls is no matter of the seed.
  const days = kind === consolesHere ? random : randomOf(options.seed + 0x5eed);
  let console = await open();
  function open(): Promise<MortalConsole> {
    return kind.open({
      workspace,
      application,
      random: days,
      breakage: options.breakage,
      owner: `console ${options.seed} ${consoles++}`,
      died(mode) {
        run.crashes[mode] += 1;
        deaths += 1;
        run.troubles.push(clock.now());
      },
    });
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
        const result = await console.execute(definition, commandOf(who, payload, { id }));
        if (result.outcome === 'done') run.acknowledged.push(id);
        return result;
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        await restart();
      }
    }
  }

  async function restart(): Promise<void> {
    armed = false;
    await console.stop();
    const running = await workspace.database.read
      .selectFrom('fulfillment_task')
      .select(['effect', 'cause'])
      .where('state', '=', 'running')
      .execute();
    run.cutShort.push(...running.map(({ effect, cause }) => `${effect} ${cause}`));
    clock.pass(kind.leaseOfDead);
    console = await open();
    // Also in the middle of what the next one finds left behind.
    if (isDoomed() && random(3) > 0) await arm(3);
  }

  async function arm(within: number): Promise<void> {
    armed = true;
    await console.dieAt({ mode: pick(kind.crashModes), left: random(within) });
  }

  async function idle(): Promise<void> {
    if (!console.dead) {
      run.looks.push(clock.now());
      await Promise.all([console.idle(), second?.fulfillment.idle()]);
    }
    if (console.dead) await restart();
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
    if (isDoomed() && !armed) await arm(4);
    const what = random(12);
    if (what < 5) {
      const who = pick(people);
      const reviewed = random(2) === 0;
      const name = reviewed ? 'reviewed' : 'automatic';
      const position = random(2);
      const entitlementId = pick([built.entitlements[name][position]].flatMap((id) => id ?? []));
      const external = `${name}-${position}`;
      const action = random(3) === 0 && options.diesLate !== true ? 'REVOKE' : 'GRANT';
      const term =
        action === 'REVOKE'
          ? { kind: 'permanent' as const }
          : options.diesLate === true
            ? shortTerm
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
    } else if (what < 8 && undecided.length > 0) {
      const [waiting] = undecided.splice(random(undecided.length), 1);
      if (waiting !== undefined) await review(waiting);
    } else if (what === 8) clock.pass(random(20) * 60_000);
    else if (what === 9 && options.deaths === undefined) await arm(6);
    else if (what === 10) await console.discover(built.applications.automatic);
    else await idle();
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
  armed = false;
  await console.dieAt(null);
  if (options.deaths === undefined) application.trouble = 0;
  for (const waiting of undecided) await told(cancelRequest, waiting.requester, { requestId: waiting.requestId });
  await settle();
  // The short terms end.
  clock.pass(16 * 60_000);
  isLate = true;
  if (options.overlooks === true) {
    run.looks.push(clock.now());
    clock.pass(10 * 60_000);
  }
  await settle();
  await console.stop();
  await second?.stop();

  /** Until nothing waits: retries come due, and an owner sends again what was given up. */
  async function settle(): Promise<void> {
    for (let round = 0; round < 40; round += 1) {
      application.tokenIsValid = true;
      if (round === 2) application.trouble = 0;
      // Also in the middle of what comes last: the ends of access.
      if (isDoomed() && round < 4) await arm(3);
      await idle();
      // What is due is left as well: whoever should have looked for it may have died before.
      const left = await workspace.database.read
        .selectFrom('fulfillment_task')
        .select(['id', 'state'])
        .where(({ eb, and, or }) =>
          or([
            eb('state', 'in', ['ready', 'running', 'waiting', 'failed']),
            and([eb('state', '=', 'scheduled'), eb('next_attempt_at', '<=', clock.now())]),
          ]),
        )
        .execute();
      if (left.length === 0) return console.dieAt(null);
      for (const task of left)
        if (task.state === 'failed')
          await told(sendFulfillmentAgain, built.people.owner, { fulfillmentTaskId: task.id });
      clock.pass(allDelays);
    }
    throw new Error(`The schedule of seed ${options.seed} does not come to rest`);
  }
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
