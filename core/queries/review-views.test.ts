/** What the plan of a review says, and what reviewers did with it, where reviewers, requesters and administrators look. */
import { expect, it } from 'vitest';
import { saveConflictRule } from '#core/commands/conflict-rule.command.ts';
import { decideTask } from '#core/commands/decide-task.command.ts';
import { savePolicy } from '#core/commands/policy.command.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import { plusMinutes } from '#core/domain/instant.ts';
import { commandOf, holds, line, organisation, rowsOf, submitted } from '#core/testing/builders.ts';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { listMyTasks } from './my-tasks.ts';
import { getRequest } from './request-detail.ts';
import { loadViewer } from './visibility.ts';

describeEachDatabase('The review of a line as people see it', (open) => {
  it('names the policy, the levels that lack, duties in conflict, who was skipped, and what was shortened', async () => {
    const workspace = await open();
    const { people, entitlements, applications } = await organisation(workspace);
    const viewer = async (id: EmployeeId) => {
      const loaded = await loadViewer(workspace.database.read, id);
      if (loaded === null) throw new Error('Nobody');
      return loaded;
    };
    await holds(workspace, {
      employeeId: people.requester,
      applicationId: applications.reviewed,
      entitlementId: entitlements.reviewed[1],
      username: 'requester',
      externalId: 'r-1',
    });
    const rule = {
      name: 'Pay and approve',
      left: [entitlements.reviewed[0]],
      right: [entitlements.reviewed[1]],
      effect: 'warn' as const,
    };
    await workspace.execute(saveConflictRule, commandOf(people.administrator, rule));
    const policy = {
      name: 'Finance',
      conditions: {},
      effect: {
        kind: 'route' as const,
        route: {
          reviewers: ['manager' as const, 'designated' as const, 'riskManager' as const],
          levels: 3,
          quorum: { kind: 'all' as const },
          designated: { employeeIds: [people.manager, people.director], groupIds: [] },
          skipEarlierApprovers: true,
        },
      },
    };
    await workspace.execute(savePolicy, commandOf(people.administrator, policy));
    const asked = { kind: 'duration', minutes: 10_080 } as const;
    const startsAt = plusMinutes(workspace.clock.now(), 600);
    const requestId = await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0], { term: asked, startsAt }),
      line(people.requester, entitlements.manual[0], { serviceAccount: 'svc.robot' }),
    ]);
    const plan = {
      policy: { name: 'Finance', version: 1 },
      levelsAsked: 3,
      notAutomatic: null,
      conflicts: [
        {
          name: 'Pay and approve',
          version: 1,
          effect: 'warn',
          with: [{ entitlement: 'reviewed 1', application: 'reviewed', standing: 'held' }],
        },
      ],
    };
    const mine = async (id: EmployeeId) =>
      (
        await listMyTasks(workspace.database.read, await viewer(id), {
          status: 'open',
          search: '',
          cursor: null,
          limit: 50,
        })
      ).rows;
    const first = (await mine(people.manager)).find((row) => row.item.serviceAccount === null);
    expect(first).toMatchObject({ ticketReference: null, item: { startsAt, askedTerm: null, prolongs: null, plan } });
    expect(new Set((await mine(people.manager)).map((row) => row.item.serviceAccount))).toEqual(
      new Set([null, 'svc.robot']),
    );

    const shorter = { kind: 'duration', minutes: 60 } as const;
    const decided = { taskId: first!.id, verdict: 'approve' as const, shortenedTo: shorter };
    expect(await workspace.execute(decideTask, commandOf(people.manager, decided))).toMatchObject({ outcome: 'done' });

    expect(await mine(people.director)).toMatchObject([{ level: 2, item: { term: shorter, askedTerm: asked, plan } }]);
    const seenBy = async (id: EmployeeId) => {
      const { items } = await getRequest(workspace.database.read, await viewer(id), requestId);
      return items.find((item) => item.serviceAccount === null)!;
    };
    const item = await seenBy(people.requester);
    expect(item).toMatchObject({ plan, term: shorter, askedTerm: asked });
    expect(item.decisions).toMatchObject([{ level: 1, shortenedTo: shorter }]);
    expect(new Map(item.stages[1]?.tasks.map((task) => [task.reviewer.id, task.state]))).toEqual(
      new Map([
        [people.manager, 'skipped'],
        [people.director, 'open'],
      ]),
    );
    const mayGive = async (id: EmployeeId) =>
      (await seenBy(id)).stages
        .flatMap((stage) => stage.tasks)
        .filter((task) => task.mayReassign)
        .map((task) => task.reviewer.id);
    expect([
      await mayGive(people.requester),
      await mayGive(people.administrator),
      await mayGive(people.director),
    ]).toEqual([[], [people.director], [people.director]]);
    expect((await rowsOf(workspace, 'decision')).length).toBe(1);
  });
});
