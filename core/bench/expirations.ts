/** 10,000 accesses whose time is over at once: removed from an application in memory, while others ask for their lists. */
import { join } from 'node:path';
import { openReplayWorkspace, prepare, type ReplayWorkspace } from '#core/cli/replay/replay-workspace.ts';
import { submitRequest } from '#core/commands/submit-request.command.ts';
import { wallClock } from '#core/commands/execute.ts';
import { newId, type CommandId, type EmployeeId, type EntitlementId } from '#core/domain/ids.ts';
import { plusMilliseconds } from '#core/domain/instant.ts';
import type { OpenWorkspace } from '#core/host.ts';
import { listMyTasks } from '#core/queries/my-tasks.ts';
import { listRequests } from '#core/queries/requests-list.ts';
import { loadViewer } from '#core/queries/visibility.ts';
import { askWhile, forRounds, meanwhile, memoryFigure, watchMemory } from './bystanders.ts';
import type { Benchmark } from './figure.ts';

const limits = { queryMilliseconds: 50, memoryMegabytes: 300 };
const membersEach = 50;
const hour = 3_600_000;

export const expirations: Benchmark = {
  name: 'expirations-10000',
  title: 'End 10,000 accesses that are due at once (250 in quick mode)',
  async run({ quick, directory }) {
    const groups = quick ? 5 : 200;
    const count = groups * membersEach;
    const replay = await openReplayWorkspace(join(directory, 'workspace'), 'Benchmark', 'auto');
    let asker: EmployeeId;
    try {
      asker = await grantForAnHour(replay, groups);
    } finally {
      await replay.workspace.close();
    }
    expectMembers(replay, count);
    let ahead = 0;
    const workspace = await replay.reopen({ now: () => plusMilliseconds(wallClock(), ahead) });
    try {
      const queries = await questions(workspace, asker);
      const before = await askWhile(queries, forRounds(60));
      let ended = false;
      const memory = watchMemory();
      const asking = askWhile(queries, () => !ended);
      ahead = 2 * hour;
      const from = performance.now();
      workspace.wake();
      await workspace.fulfillment.idle();
      const seconds = (performance.now() - from) / 1000;
      ended = true;
      const during = await asking;
      const grown = memory.stop();
      expectMembers(replay, 0);
      await expectDone(workspace, count);
      const figure = meanwhile('expirations-10000', limits.queryMilliseconds, { before, during });
      return [
        {
          ...figure,
          notes: [
            `${count.toLocaleString('en')} accesses removed, read back and recorded in ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(0)} a second`,
            ...figure.notes,
          ],
        },
        memoryFigure('expirations-10000', limits.memoryMegabytes, grown),
      ];
    } finally {
      await workspace.close();
    }
  },
};

/** Everybody asks for everything for an hour, and gets it by the application's setting. Answers with who asked. */
async function grantForAnHour(replay: ReplayWorkspace, groups: number): Promise<EmployeeId> {
  const { workspace } = replay;
  const people = Array.from({ length: membersEach }, (_, index) => ({
    id: newId<EmployeeId>(),
    workEmail: `person-${index}@bench.example`,
    fullName: `Person ${index}`,
    department: null,
    jobTitle: null,
    managerId: null,
    attributes: {},
  }));
  const things = Array.from({ length: groups }, (_, index) => ({
    id: newId<EntitlementId>(),
    externalId: `thing-${index}`,
    name: `Thing ${index}`,
  }));
  await prepare(replay, people, things);
  const [first] = people;
  if (first === undefined) throw new Error('The benchmark has nobody');
  for (const { id: entitlementId } of things) {
    const submitted = await workspace.execute(submitRequest, {
      id: newId<CommandId>(),
      actor: { kind: 'employee', employeeId: first.id },
      issuedAt: workspace.now(),
      basedOn: null,
      payload: {
        justification: 'For an hour.',
        ticketReference: null,
        items: people.map(({ id: beneficiaryId }) => ({
          action: 'GRANT',
          beneficiaryId,
          entitlementId,
          term: { kind: 'duration', minutes: 60 },
        })),
      },
    });
    if (submitted.outcome === 'refused') throw new Error(submitted.refusal.message);
  }
  await workspace.fulfillment.idle();
  return first.id;
}

async function questions({ database }: OpenWorkspace, asker: EmployeeId) {
  const viewer = await loadViewer(database.read, asker);
  if (viewer === null) throw new Error('The benchmark has lost one of its people');
  const asked = { status: 'all', search: '', cursor: null, limit: 50 } as const;
  return [
    () => listMyTasks(database.read, viewer, { ...asked, status: 'open' }),
    () => listRequests(database.read, viewer, { ...asked, scope: 'visible', applicationId: null, sort: 'newest' }),
  ];
}

function expectMembers({ application }: ReplayWorkspace, count: number): void {
  const held = [...application.members.values()].reduce((total, members) => total + members.size, 0);
  if (held !== count) throw new Error(`The application holds ${held} accesses instead of ${count}`);
}

async function expectDone({ database }: OpenWorkspace, count: number): Promise<void> {
  const { done } = await database.read
    .selectFrom('fulfillment_task')
    .select(({ fn }) => fn.countAll<number>().as('done'))
    .where('cause', '=', 'expiry')
    .where('state', '=', 'done')
    .executeTakeFirstOrThrow();
  if (Number(done) !== count) throw new Error(`${done} ends are recorded instead of ${count}`);
}
