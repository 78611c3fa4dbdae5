/** Whoever joined a line of a request sees that line by every query and report of the contract, and nothing of the others. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startFulfillmentTask } from '#core/commands/fulfillment.command.ts';
import type { EmployeeId, RequestId, ReviewTaskId } from '#core/domain/ids.ts';
import { seedsOf, smallOrganisation } from '#core/queries/seeds.ts';
import { commandOf, rowsOf } from '#core/testing/builders.ts';
import { describeEachDatabase, type TestWorkspace } from '#core/testing/each-database.ts';
import { clientOf, commandId, errorOf, sessionOf, workspaceOf } from './callers.ts';

type Client = ReturnType<typeof clientOf>;

/** Of poppler-utils, which reads the PDF back. */
const pdftotext = '/usr/bin/pdftotext';

async function textOf(report: Blob): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-joined-'));
  const file = join(directory, 'report.pdf');
  writeFileSync(file, Buffer.from(await report.arrayBuffer()));
  const text = execFileSync(pdftotext, ['-layout', file, '-'], { encoding: 'utf8' });
  rmSync(directory, { recursive: true });
  return text.replaceAll(/\s+/g, ' ');
}

/** Everything that the contract tells somebody of a request, in one text. */
async function toldOf(client: Client, requestId: RequestId, taskIds: readonly ReviewTaskId[]): Promise<string> {
  const lists = [];
  for (const scope of ['mine', 'visible'] as const) lists.push(await client.requests.list({ scope, status: 'all' }));
  for (const sort of ['oldest', 'changed'] as const) lists.push(await client.requests.list({ status: 'all', sort }));
  for (const status of ['open', 'completed'] as const) lists.push(await client.requests.list({ status }));
  const stories = [];
  for (const taskId of taskIds)
    stories.push(await client.handling.story({ taskId }).catch((error: unknown) => String(error)));
  return [
    JSON.stringify([
      lists,
      stories,
      await client.dashboard.summary(),
      await client.requests.get({ requestId }),
      await client.requests.trail({ requestId }),
      await client.handling.conversation({ requestId }),
      await client.notices.list({}),
    ]),
    await (await client.requests.report({ requestId, format: 'csv' })).text(),
    existsSync(pdftotext) ? await textOf(await client.requests.report({ requestId, format: 'pdf' })) : '',
  ].join('\n');
}

describeEachDatabase('Whoever joined one line of a request', (open) => {
  async function start(opened: TestWorkspace) {
    const seeds = seedsOf(opened);
    const cast = await smallOrganisation(seeds);
    const lena = await seeds.employee({ fullName: 'Lena Line', managerId: cast.secondOwner });
    const nina = await seeds.employee({ fullName: 'Nina Neighbour' });
    const { workspace } = workspaceOf(opened);
    const as = (who: EmployeeId) => clientOf(workspace, sessionOf(who));
    const line = (beneficiaryId: EmployeeId, entitlementId: typeof cast.payrollAdmins) =>
      ({ action: 'GRANT', beneficiaryId, entitlementId, term: { kind: 'permanent' } }) as const;
    const lines = [line(cast.beneficiary, cast.payrollAdmins), line(lena, cast.wikiEditors)] as const;
    const ask = (who: EmployeeId, items: readonly (typeof lines)[number][], why: string, ticket: string | null) =>
      as(who).requests.submit({
        commandId: commandId(),
        justification: why,
        ticketReference: ticket,
        items: [...items],
      });
    await ask(cast.requester, lines, 'The merger that is still secret', 'TICKET-77');
    await ask(cast.stranger, [lines[0]], 'Me too', null);
    await ask(nina, [lines[1]], 'Me too', null);
    const [request] = await rowsOf(opened, 'access_request');
    const items = await rowsOf(opened, 'request_item');
    const [first, second] = [cast.payrollAdmins, cast.wikiEditors].map((id) =>
      items.find((item) => item.entitlementId === id)!,
    );
    const tasks = await rowsOf(opened, 'review_task');
    const taskOf = (item: typeof first) => tasks.find((task) => task.itemId === item!.id)!;
    return { cast, lena, nina, as, lines, ask, requestId: request!.id, first: first!, second: second!, tasks, taskOf };
  }

  it('sees that line and what becomes of it, and nothing of the others by any query or report', async () => {
    const opened = await open();
    const { cast, nina, as, lines, ask, requestId, first, second, tasks, taskOf } = await start(opened);
    const stranger = as(cast.stranger);
    const decide = (item: typeof first, verdict: 'approve' | 'deny', reason: string) =>
      as(taskOf(item).reviewerId).tasks.decide({
        commandId: commandId(),
        taskId: taskOf(item).id,
        basedOn: 99,
        verdict,
        reason,
      });
    const question = await as(taskOf(second).reviewerId).handling.ask({
      commandId: commandId(),
      taskId: taskOf(second).id,
      text: 'Does she edit at all?',
    });
    const theirs: readonly string[] = [
      'Lena Line',
      'Wiki',
      'Sven Second',
      'Nina Neighbour',
      'The merger',
      'TICKET-77',
      'Does she edit',
      second.id,
      second.beneficiaryId,
      second.entitlementId,
      taskOf(second).id,
    ];
    const found = (text: string) => theirs.filter((word) => text.includes(word));
    const taskIds = tasks.map((task) => task.id);
    const everything = await toldOf(as(cast.requester), requestId, taskIds);
    expect(found(everything)).toEqual(theirs);

    opened.clock.pass(1000);
    expect(await decide(first, 'deny', 'Enough admins there are')).toMatchObject({ outcome: 'done' });
    const before = await toldOf(stranger, requestId, taskIds);
    expect(found(before)).toEqual([]);
    for (const word of ['Payroll admins', 'Ben Beneficiary', 'Mona Manager', 'Enough admins there are', first.id])
      expect(before).toContain(word);
    // Whatever is said of the request as a whole follows from that line: the other one is still in review.
    expect(await stranger.requests.get({ requestId })).toMatchObject({
      isPart: true,
      state: 'denied',
      endedAt: opened.clock.now(),
      itemCount: 1,
      beneficiaryCount: 1,
      progress: { taken: 1, needed: 1 },
      followers: [{ fullName: 'Stella Stranger' }],
    });
    expect(await as(cast.requester).requests.get({ requestId })).toMatchObject({ isPart: false, state: 'inReview' });
    const listed = async (input: object) =>
      (await stranger.requests.list({ status: 'all', ...input })).rows.map((row) => [row.number, row.state]);
    expect((await stranger.requests.list({})).counts).toEqual({ open: 0, completed: 1 });
    for (const mine of [
      {},
      { search: 'payroll ben' },
      { applicationId: cast.payroll },
      { states: ['denied'] },
      { search: '#1' },
    ])
      expect(await listed(mine)).toEqual([[1, 'denied']]);
    for (const other of [
      { search: 'wiki' },
      { search: 'lena' },
      { applicationId: cast.wiki },
      { states: ['inReview'] },
    ])
      expect(await listed(other)).toEqual([]);

    // What happens to the other line changes nothing that is told, and is not theirs to ask about or to answer.
    expect(await decide(second, 'approve', 'She edits')).toMatchObject({ outcome: 'done' });
    expect(await toldOf(stranger, requestId, taskIds)).toBe(before);
    expect((await errorOf(stranger.handling.candidates({ taskId: taskOf(second).id, search: '' }))).code).toBe(
      (await errorOf(stranger.handling.candidates({ taskId: commandId() as never, search: '' }))).code,
    );
    const questionId = question.outcome === 'done' ? question.value.messageId : ('' as never);
    expect(await stranger.handling.answer({ commandId: commandId(), questionId, text: 'She does' })).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    const fulfillment = (await rowsOf(opened, 'fulfillment_task')).find((task) => task.itemId === second.id)!;
    expect(await errorOf(stranger.fulfillment.evidenceFile({ fulfillmentTaskId: fulfillment.id }))).toBeDefined();

    // The other follower has the other line; joining a further one adds it.
    expect(await as(nina).requests.get({ requestId })).toMatchObject({
      state: 'fulfilling',
      items: [{ id: second.id, stages: expect.anything() }],
    });
    await ask(cast.stranger, [lines[1]], 'Now this', null);
    const both = await stranger.requests.get({ requestId });
    expect(both).toMatchObject({ isPart: true, state: 'fulfilling', justification: null, ticketReference: null });
    expect(both.items.map((item) => item.id)).toEqual([first.id, second.id]);
    expect(both.followers.map((person) => person.fullName)).toEqual(['Stella Stranger', 'Nina Neighbour']);

    // The end of a line that was fulfilled is told to those who joined it as well, and that of the other line is not.
    opened.clock.pass(1000);
    const claim = { fulfillmentTaskId: fulfillment.id, leaseOwner: 'test', leaseUntil: opened.clock.now() };
    await opened.execute(startFulfillmentTask, commandOf({ kind: 'system', part: 'fulfillment' }, claim));
    expect(
      await as(cast.wikiOwner).fulfillment.completeByHand({
        commandId: commandId(),
        fulfillmentTaskId: fulfillment.id,
        outcome: 'done',
        note: 'Made her an editor',
      }),
    ).toMatchObject({ outcome: 'done' });
    const told = async (who: EmployeeId) =>
      (await as(who).notices.list({})).rows.map((notice) => `${notice.kind} ${notice.at}`);
    const works = `accessWorks ${opened.clock.now()}`;
    expect(await told(nina)).toEqual([works, expect.stringMatching(/^informationAsked /)]);
    expect(await told(cast.stranger)).toEqual([works, expect.stringMatching(/^requestDenied /)]);
    expect(await as(nina).requests.get({ requestId })).toMatchObject({
      isPart: true,
      state: 'completed',
      endedAt: opened.clock.now(),
      itemCount: 1,
      progress: { taken: 1, needed: 1 },
    });
    expect((await as(nina).requests.list({ scope: 'mine' })).counts).toEqual({ open: 0, completed: 1 });
    expect(await toldOf(as(nina), requestId, taskIds)).not.toContain('Payroll');
  });
});
