/**
 * A thousand approved items delivered to one SCIM service by eight at once, beside the same calls made with
 * bare fetch by eight at once.
 */
import { join } from 'node:path';
import {
  decide,
  openReplayWorkspace,
  prepare,
  submit,
  type RecordedDecision,
  type ReplayWorkspace,
} from '#core/cli/replay/replay-workspace.ts';
import { newId, type CommandId, type EmployeeId, type EntitlementId, type ReviewTaskId } from '#core/domain/ids.ts';
import { startScriptedProxy, type SeenRequest } from '#core/testing/scripted-proxy.ts';
import { startChild } from './child.ts';
import { measurementOf, type Benchmark } from './figure.ts';

/** At least 70 % of the throughput of bare calls. */
const limit = 1 / 0.7;
const atOnce = 8;
const groups = 10;
/** Delivered before the measurement; the last one's calls are taken down. */
const beforehand = 3;

interface Service {
  readonly baseUrl: string;
  readonly token: string;
  readonly users: Readonly<Record<string, string>>;
  readonly groups: Readonly<Record<string, string>>;
}

export const deliveries: Benchmark = {
  name: 'deliveries-1000',
  title: 'Deliver 1,000 approved items to one SCIM service, eight at once (80 in quick mode)',
  async run({ quick, directory }) {
    const rounds = quick ? 2 : 4;
    const people = quick ? 8 : 100;
    const { told: service, end } = await startChild<Service>('scim-service-child.ts', [
      join(directory, 'scim'),
      String(people + 1),
      String(groups),
    ]);
    try {
      const replay = await openReplayWorkspace(join(directory, 'workspace'), 'Benchmark');
      let cast: Cast;
      let calls: readonly SeenRequest[];
      try {
        cast = await prepareCast(replay, service, people + 1);
        calls = await callsOfOneDelivery(replay, service, cast);
        await connect(replay, service, service.baseUrl);
      } finally {
        await replay.workspace.close();
      }
      let [ours, floor] = [0, 0];
      for (let round = 0; round < rounds; round += 1) {
        const share = Array.from({ length: people }, (_, person) => person).filter(
          (person) => person % rounds === round,
        );
        await approve(replay, cast, share);
        ours += await delivered(replay);
        floor += await bareCalls(service, calls, share, cast.recordedPerson);
      }
      await sameMembers(service, people);
      const items = people * groups;
      return [
        measurementOf({
          name: 'deliveries-1000',
          unit: 's',
          measured: ours / 1000,
          floor: floor / 1000,
          limit,
          limitOf: 'ratio',
          notes: [
            `${items} items, ${calls.length} calls each: ${(items / (ours / 1000)).toFixed(0)} a second beside ${(items / (floor / 1000)).toFixed(0)}, the opening of the workspace and every record of it included`,
          ],
        }),
      ];
    } finally {
      await end();
    }
  },
};

interface Cast {
  readonly managerId: EmployeeId;
  readonly people: readonly EmployeeId[];
  readonly entitlements: readonly EntitlementId[];
  /** Whose delivery was taken down: nobody's the measurement asks for. */
  readonly recordedPerson: number;
}

/** People and groups as the service has them; a discovery ties the accounts to the people. */
async function prepareCast(replay: ReplayWorkspace, service: Service, people: number): Promise<Cast> {
  const manager = {
    id: newId<EmployeeId>(),
    workEmail: 'manager@bench.example',
    fullName: 'Manager',
    department: null,
    jobTitle: null,
    managerId: null,
    attributes: {},
  };
  const members = Array.from({ length: people }, (_, index) => ({
    ...manager,
    id: newId<EmployeeId>(),
    workEmail: `person-${index}@bench.example`,
    fullName: `person-${index}`,
    managerId: manager.id,
  }));
  const things = Array.from({ length: groups }, (_, index) => ({
    id: newId<EntitlementId>(),
    externalId: service.groups[`group-${index}`] ?? '',
    name: `group-${index}`,
  }));
  await prepare(replay, [manager, ...members], things);
  await connect(replay, service, service.baseUrl);
  const { discovery } = replay.workspace;
  const started = await discovery.start(replay.applicationId, { kind: 'system', part: 'discovery' });
  if (started.outcome === 'refused') throw new Error(started.refusal.message);
  await discovery.idle();
  return {
    managerId: manager.id,
    people: members.map(({ id }) => id),
    entitlements: things.map(({ id }) => id),
    recordedPerson: people - 1,
  };
}

async function connect(replay: ReplayWorkspace, service: Service, baseUrl: string): Promise<void> {
  const set = await replay.workspace.connectors.setConnection(
    {
      applicationId: replay.applicationId,
      connector: 'scim',
      configuration: { baseUrl, authentication: 'bearer' },
      secrets: { token: service.token },
    },
    { actor: { kind: 'system', part: 'setup' }, commandId: newId<CommandId>() },
  );
  if (set.outcome === 'refused') throw new Error(set.refusal.message);
}

function recordedOf(cast: Cast, person: number, group: number): RecordedDecision {
  const [beneficiaryId, entitlementId] = [cast.people[person], cast.entitlements[group]];
  if (beneficiaryId === undefined || entitlementId === undefined)
    throw new Error('The benchmark has run out of people');
  return {
    beneficiaryId,
    entitlementId,
    managerId: cast.managerId,
    approved: true,
    justification: 'For the on-call rotation.',
  };
}

async function callsOfOneDelivery(
  replay: ReplayWorkspace,
  service: Service,
  cast: Cast,
): Promise<readonly SeenRequest[]> {
  const proxy = await startScriptedProxy(service.baseUrl);
  try {
    await connect(replay, service, proxy.baseUrl);
    for (let group = 0; group < beforehand; group += 1) {
      proxy.forgetRequests();
      const recorded = recordedOf(cast, cast.recordedPerson, group);
      const submitted = await submit(replay, recorded);
      if (submitted.outcome === 'refused') throw new Error(submitted.refusal.message);
      const decided = await decide(replay, recorded, submitted.value.taskId);
      if (decided.outcome === 'refused') throw new Error(decided.refusal.message);
      await replay.workspace.fulfillment.idle();
    }
    return [...proxy.requests];
  } finally {
    await proxy.close();
  }
}

/** Asks for every group for each of them and approves it, while nothing is delivered. */
async function approve(replay: ReplayWorkspace, cast: Cast, people: readonly number[]): Promise<void> {
  const workspace = await replay.reopen({ runtime: false });
  const quiet = { ...replay, workspace };
  try {
    const tasks: { readonly recorded: RecordedDecision; readonly taskId: ReviewTaskId }[] = [];
    for (const person of people) {
      for (let group = 0; group < groups; group += 1) {
        const recorded = recordedOf(cast, person, group);
        const submitted = await submit(quiet, recorded);
        if (submitted.outcome === 'refused') throw new Error(submitted.refusal.message);
        tasks.push({ recorded, taskId: submitted.value.taskId });
      }
    }
    for (const { recorded, taskId } of tasks) {
      const decided = await decide(quiet, recorded, taskId);
      if (decided.outcome === 'refused') throw new Error(decided.refusal.message);
    }
  } finally {
    await workspace.close();
  }
}

/** Milliseconds from opening the workspace until everything in it that was approved is delivered. */
async function delivered(replay: ReplayWorkspace): Promise<number> {
  const from = performance.now();
  const workspace = await replay.reopen();
  try {
    await workspace.fulfillment.idle();
    const time = performance.now() - from;
    const left = await workspace.database.read
      .selectFrom('fulfillment_task')
      .select('last_problem')
      .where('state', '!=', 'done')
      .execute();
    if (left.length > 0) throw new Error(`${left.length} deliveries are not done: ${left[0]?.last_problem ?? ''}`);
    return time;
  } finally {
    await workspace.close();
  }
}

/** Makes the calls of as many deliveries, by eight at once; answers with the milliseconds they took. */
async function bareCalls(
  service: Service,
  calls: readonly SeenRequest[],
  people: readonly number[],
  recordedPerson: number,
): Promise<number> {
  const origin = new URL(service.baseUrl).origin;
  const headers = {
    authorization: `Bearer ${service.token}`,
    accept: 'application/scim+json',
    'content-type': 'application/scim+json',
  };
  const recordedName = `person-${recordedPerson}@`;
  const recordedUser = service.users[`${recordedName}bench.example`] ?? '';
  const recordedGroup = service.groups[`group-${beforehand - 1}`] ?? '';
  const todo = people.flatMap((person) => Array.from({ length: groups }, (_, group) => ({ person, group })));
  const worker = async (): Promise<void> => {
    for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
      const user = service.users[`bare-person-${next.person}@bench.example`] ?? '';
      const group = service.groups[`bare-group-${next.group}`] ?? '';
      const name = `bare-person-${next.person}@`;
      const forBare = (text: string) =>
        text.replaceAll(recordedUser, user).replaceAll(recordedGroup, group).replaceAll(recordedName, name);
      for (const { method, path, body, status } of calls) {
        const response = await fetch(`${origin}${forBare(path)}`, {
          method,
          headers,
          ...(body === '' ? {} : { body: forBare(body) }),
        });
        await response.text();
        if (response.status !== status)
          throw new Error(
            `The bare ${method} ${path} was answered with ${response.status}, the product's with ${status}`,
          );
      }
    }
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: atOnce }, worker));
  return performance.now() - from;
}

/** Every group must have got everybody, on both sides. */
async function sameMembers(service: Service, people: number): Promise<void> {
  for (const [name, id] of Object.entries(service.groups)) {
    const response = await fetch(`${service.baseUrl}/Groups/${id}`, {
      headers: { authorization: `Bearer ${service.token}` },
    });
    const { members = [] } = (await response.json()) as { readonly members?: readonly unknown[] };
    const recorded = /^group-\d$/.test(name) && Number(name.slice(6)) < beforehand ? 1 : 0;
    if (members.length !== people + recorded)
      throw new Error(`${name} has ${members.length} members instead of ${people + recorded}`);
  }
}
