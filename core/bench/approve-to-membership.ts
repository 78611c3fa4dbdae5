/**
 * From a reviewer's approval to the membership on a real SCIM service, account creation included, beside the
 * same HTTP calls made one after another with bare fetch.
 */
import { join } from 'node:path';
import {
  decide,
  nextDelivery,
  openReplayWorkspace,
  prepare,
  submit,
  type ReplayWorkspace,
} from '#core/cli/replay/replay-workspace.ts';
import { newId, type CommandId, type EmployeeId, type EntitlementId } from '#core/domain/ids.ts';
import { startSampleScimService, type SampleScimService } from '#core/sample/scim-service.ts';
import { startScriptedProxy, type SeenRequest } from '#core/testing/scripted-proxy.ts';
import { measurementOf, median, spread, type Benchmark } from './figure.ts';

const limit = 1.5;
/** The product's people join one group and the floor's another, so that both grow alike. */
const groups = { product: 'Product', floor: 'Floor' } as const;

export const approveToMembership: Benchmark = {
  name: 'approve-to-membership',
  title: 'From approval to membership on a SCIM service, account creation included',
  async run({ quick, directory }) {
    const warmUp = quick ? 3 : 20;
    const rounds = quick ? 12 : 100;
    const service = await startSampleScimService({ directory: join(directory, 'scim') });
    const replay = await openReplayWorkspace(join(directory, 'workspace'), 'Benchmark');
    try {
      const { groups: groupIds } = await service.seed(
        [{ displayName: groups.product }, { displayName: groups.floor }],
        [],
      );
      const productGroup = groupIds[groups.product] ?? '';
      const cast = await prepareCast(replay, beforehand + warmUp + rounds, productGroup);
      const calls = await callsOfOneDelivery(replay, service, cast);
      await connect(replay, service, service.baseUrl);
      const call = bareCaller(service, calls, productGroup, groupIds[groups.floor] ?? '');
      const measured: number[] = [];
      const bare: number[] = [];
      for (let round = 0; round < warmUp + rounds; round += 1) {
        const ours = await deliver(replay, cast, beforehand + round);
        const floor = await call(round);
        if (round < warmUp) continue;
        measured.push(ours);
        bare.push(floor);
      }
      await sameMembers(service, groupIds, warmUp + rounds);
      return [
        measurementOf({
          name: 'approve-to-membership',
          unit: 'ms',
          measured: median(measured),
          floor: median(bare),
          limit,
          limitOf: 'ratio',
          notes: [
            `${calls.length} calls: ${calls.map((seen) => `${seen.method} ${seen.path.replace(/^.*\/(Users|Groups).*$/, '$1')}`).join(', ')}`,
            `approval to membership: ${spread(measured)}`,
            `the calls alone: ${spread(bare)}; ${rounds} times each, in turn`,
          ],
        }),
      ];
    } finally {
      await replay.workspace.close();
      await service.close();
    }
  },
};

/** Deliveries before the measurement, of which the last one is taken down. */
const beforehand = 3;
const recordedPerson = 2;

interface Cast {
  readonly managerId: EmployeeId;
  readonly people: readonly EmployeeId[];
  readonly entitlementId: EntitlementId;
}

const nameOf = (index: number) => `person-${String(index).padStart(5, '0')}`;

async function prepareCast(replay: ReplayWorkspace, count: number, groupId: string): Promise<Cast> {
  const manager = {
    id: newId<EmployeeId>(),
    workEmail: 'manager@bench.example',
    fullName: 'Manager',
    department: 'Operations',
    jobTitle: 'Lead',
    managerId: null,
    attributes: {},
  };
  const people = Array.from({ length: count }, (_, index) => ({
    ...manager,
    id: newId<EmployeeId>(),
    workEmail: `${nameOf(index)}@bench.example`,
    fullName: nameOf(index),
    managerId: manager.id,
  }));
  const entitlementId = newId<EntitlementId>();
  await prepare(replay, [manager, ...people], [{ id: entitlementId, externalId: groupId, name: groups.product }]);
  return { managerId: manager.id, people: people.map((person) => person.id), entitlementId };
}

async function connect(
  { workspace, applicationId }: ReplayWorkspace,
  service: SampleScimService,
  baseUrl: string,
): Promise<void> {
  const draft = {
    applicationId,
    connector: 'scim',
    configuration: { baseUrl, authentication: 'bearer' },
    secrets: { token: service.token },
  };
  const set = await workspace.connectors.setConnection(draft, {
    actor: { kind: 'system', part: 'setup' },
    commandId: newId<CommandId>(),
  });
  if (set.outcome === 'refused') throw new Error(set.refusal.message);
}

/** Milliseconds from the manager's approval to its delivery being recorded. The request itself is handed in before. */
async function deliver(replay: ReplayWorkspace, cast: Cast, index: number): Promise<number> {
  const beneficiaryId = cast.people[index];
  if (beneficiaryId === undefined) throw new Error('The benchmark has run out of people');
  const recorded = {
    beneficiaryId,
    managerId: cast.managerId,
    entitlementId: cast.entitlementId,
    approved: true,
    justification: 'For the on-call rotation.',
  };
  const submitted = await submit(replay, recorded);
  if (submitted.outcome === 'refused') throw new Error(submitted.refusal.message);
  await replay.workspace.fulfillment.idle();
  const delivered = nextDelivery(replay);
  const from = performance.now();
  const decided = await decide(replay, recorded, submitted.value.taskId);
  if (decided.outcome === 'refused') throw new Error(decided.refusal.message);
  await delivered;
  const time = performance.now() - from;
  await replay.workspace.fulfillment.idle();
  return time;
}

/** The HTTP calls of one delivery, as a proxy between product and service saw them. */
async function callsOfOneDelivery(
  replay: ReplayWorkspace,
  service: SampleScimService,
  cast: Cast,
): Promise<readonly SeenRequest[]> {
  const proxy = await startScriptedProxy(service.baseUrl);
  try {
    await connect(replay, service, proxy.baseUrl);
    // The first delivery finds out things about the service that later ones know.
    await deliver(replay, cast, 0);
    proxy.forgetRequests();
    await deliver(replay, cast, 1);
    const usual = proxy.requests.length;
    proxy.forgetRequests();
    await deliver(replay, cast, recordedPerson);
    // A floor of more calls than the product usually makes would flatter it.
    if (proxy.requests.length !== usual)
      throw new Error(`One delivery makes ${usual} calls and the next ${proxy.requests.length}`);
    return [...proxy.requests];
  } finally {
    await proxy.close();
  }
}

/** Makes the calls of a delivery for somebody else, one after another; answers with the milliseconds they took. */
function bareCaller(
  service: SampleScimService,
  calls: readonly SeenRequest[],
  recordedGroup: string,
  group: string,
): (round: number) => Promise<number> {
  const origin = new URL(service.baseUrl).origin;
  const headers = {
    authorization: `Bearer ${service.token}`,
    accept: 'application/scim+json',
    'content-type': 'application/scim+json',
  };
  const recordedUser = /"value":"([^"]+)"/.exec(calls.find((seen) => seen.method === 'PATCH')?.body ?? '')?.[1];
  if (recordedUser === undefined) throw new Error('The delivery made no PATCH that names the account');
  return async (round) => {
    let user = recordedUser;
    const ofFloor = (text: string) =>
      text
        .replaceAll(nameOf(recordedPerson), `bare-${nameOf(round)}`)
        .replaceAll(recordedUser, user)
        .replaceAll(recordedGroup, group);
    const from = performance.now();
    for (const { method, path, body, status } of calls) {
      const response = await fetch(`${origin}${ofFloor(path)}`, {
        method,
        headers,
        ...(body === '' ? {} : { body: ofFloor(body) }),
      });
      const answer = await response.text();
      if (response.status !== status)
        throw new Error(
          `The bare ${method} ${path} was answered with ${response.status}, the product's with ${status}`,
        );
      if (method === 'POST') user = (JSON.parse(answer) as { readonly id: string }).id;
    }
    return performance.now() - from;
  };
}

/** Both sides must have done it; the product did so beforehand too, when its calls were taken down. */
async function sameMembers(
  service: SampleScimService,
  groupIds: Readonly<Record<string, string>>,
  rounds: number,
): Promise<void> {
  for (const [name, expected] of [
    [groups.product, beforehand + rounds],
    [groups.floor, rounds],
  ] as const) {
    const response = await fetch(`${service.baseUrl}/Groups/${groupIds[name]}`, {
      headers: { authorization: `Bearer ${service.token}` },
    });
    const { members = [] } = (await response.json()) as { readonly members?: readonly unknown[] };
    if (members.length !== expected)
      throw new Error(`The group ${name} has ${members.length} members instead of ${expected}`);
  }
}
