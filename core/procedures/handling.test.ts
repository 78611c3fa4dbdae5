import { expect, it } from 'vitest';
import { newId, type EmployeeId } from '#core/domain/ids.ts';
import { seedsOf, smallOrganisation } from '#core/queries/seeds.ts';
import { rowsOf } from '#core/testing/builders.ts';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { daysPass } from '#core/testing/review-time.ts';
import { clientOf, commandId, errorOf, sessionOf, workspaceOf } from './callers.ts';

describeEachDatabase('Handing a task on, asking and answering', (open) => {
  async function start() {
    const opened = await open();
    const seeds = seedsOf(opened);
    const cast = await smallOrganisation(seeds);
    const { workspace } = workspaceOf(opened);
    const as = (who: EmployeeId) => clientOf(workspace, sessionOf(who));
    const request = await seeds.request(cast.requester, [
      { beneficiary: cast.beneficiary, entitlement: cast.payrollAdmins },
    ]);
    const [task] = await rowsOf(opened, 'review_task');
    const taskId = task!.id;
    const reassign = (who: EmployeeId, toReviewerId: EmployeeId, id = taskId) =>
      as(who).handling.reassign({ commandId: commandId(), taskId: id, toReviewerId, reason: 'You know the team' });
    const away = (who: EmployeeId, delegateId: EmployeeId) =>
      as(who).delegations.create({ commandId: commandId(), delegateId });
    return { opened, seeds, cast, as, request, taskId, reassign, away };
  }

  it('gives a task to somebody eligible, who decides in the place of its reviewer, and keeps the chain', async () => {
    const { opened, cast, as, request, taskId, reassign } = await start();
    expect(await reassign(cast.manager, cast.stranger)).toMatchObject({ outcome: 'done' });
    const next = (await rowsOf(opened, 'review_task')).find((task) => task.state === 'open');
    expect(next).toMatchObject({ reviewerId: cast.stranger, via: 'reassigned', fromTaskId: taskId });
    expect(await reassign(cast.administrator, cast.wikiOwner, next!.id)).toMatchObject({ outcome: 'done' });
    const last = (await rowsOf(opened, 'review_task')).find((task) => task.state === 'open');
    const story = await as(cast.wikiOwner).handling.story({ taskId: last!.id });
    expect(story.handOvers.map((step) => [step.reviewer.fullName, step.via, step.state])).toEqual([
      ['Mona Manager', 'planned', 'handedOn'],
      ['Stella Stranger', 'reassigned', 'handedOn'],
      ['Willi Wiki', 'reassigned', 'open'],
    ]);
    expect(story).toMatchObject({ standsInFor: null, mayAsk: true, mayReassign: true });
    const { events } = await as(cast.requester).requests.trail({ requestId: request.id });
    expect(events.filter((event) => event.type === 'review.reassigned').map((event) => event.actor)).toEqual([
      'Mona Manager',
      'Ada Admin',
    ]);
    expect((await as(cast.wikiOwner).notices.list({})).rows[0]?.kind).toBe('taskReassigned');
    const decided = await as(cast.wikiOwner).tasks.decide({
      commandId: commandId(),
      taskId: last!.id,
      basedOn: 99,
      verdict: 'approve',
    });
    expect(decided).toMatchObject({ outcome: 'done', value: { requestState: 'fulfilling' } });
  });

  it('gives it to nobody who asked, benefits, stands in for them, has left, is away or has it already', async () => {
    const { opened, seeds, cast, reassign, away } = await start();
    const leaver = await seeds.employee({ fullName: 'Leo Left', status: 'left' });
    expect(await away(cast.beneficiary, cast.secondOwner)).toMatchObject({ outcome: 'done' });
    expect(await away(cast.riskManager, cast.stranger)).toMatchObject({ outcome: 'done' });
    const unfit = [
      cast.requester,
      cast.beneficiary,
      cast.secondOwner,
      leaver,
      cast.riskManager,
      cast.manager,
      newId<EmployeeId>(),
    ];
    for (const person of unfit)
      expect(await reassign(cast.manager, person)).toMatchObject({ refusal: { code: 'task.notEligible' } });
    expect(await rowsOf(opened, 'review_task')).toHaveLength(1);
  });

  it('is handed on only by its reviewer or an administrator, never by whom it concerns, and while it is open', async () => {
    const { opened, seeds, cast, request, reassign, as } = await start();
    expect(await reassign(cast.owner, cast.stranger)).toMatchObject({ refusal: { code: 'decision.notReviewer' } });
    expect(await reassign(cast.requester, cast.stranger)).toMatchObject({ refusal: { code: 'decision.ownRequest' } });
    expect(await reassign(cast.manager, cast.stranger, newId())).toMatchObject({ refusal: { code: 'task.notFound' } });
    const own = await seeds.request(cast.administrator, [
      { beneficiary: cast.requester, entitlement: cast.wikiEditors },
    ]);
    const ownTask = (await rowsOf(opened, 'review_task')).find((task) => task.requestId === own.id);
    expect(await reassign(cast.administrator, cast.stranger, ownTask!.id)).toMatchObject({
      refusal: { code: 'decision.ownRequest' },
    });
    await seeds.decide(cast.manager, request.id);
    expect(await reassign(cast.manager, cast.stranger)).toMatchObject({ refusal: { code: 'decision.stale' } });
    expect(await as(cast.manager).handling.story({ taskId: ownTask!.id })).toMatchObject({ mayReassign: true });
  });

  it('lists only people it can be given to', async () => {
    const { cast, as, taskId, away } = await start();
    await away(cast.riskManager, cast.stranger);
    const names = async (search = '') =>
      (await as(cast.manager).handling.candidates({ taskId, search })).people.map((person) => person.fullName);
    expect(await names()).toEqual(['Ada Admin', 'Olga Owner', 'Stella Stranger', 'Sven Second', 'Willi Wiki']);
    expect(await names('olga')).toEqual(['Olga Owner']);
    expect(await names('rita')).toEqual([]);
  });

  it('asks, answers, tells both, and leaves the task open all the while', async () => {
    const { cast, as, request, taskId } = await start();
    const asked = await as(cast.manager).handling.ask({ commandId: commandId(), taskId, text: 'Which project?' });
    expect(asked).toMatchObject({ outcome: 'done' });
    expect((await as(cast.requester).notices.list({})).rows[0]?.kind).toBe('informationAsked');
    expect((await as(cast.beneficiary).notices.list({})).rows[0]?.kind).toBe('informationAsked');
    const conversation = async (who: EmployeeId) =>
      (await as(who).handling.conversation({ requestId: request.id })).messages;
    const [question] = await conversation(cast.beneficiary);
    expect(question).toMatchObject({ text: 'Which project?', mayAnswer: true });
    expect((await conversation(cast.manager))[0]).toMatchObject({ mayAnswer: false });
    const answer = (who: EmployeeId, questionId = question!.id) =>
      as(who).handling.answer({ commandId: commandId(), questionId, text: 'The audit.' });
    expect(await answer(cast.stranger)).toMatchObject({ refusal: { code: 'access.notAllowed' } });
    expect(await answer(cast.requester, newId())).toMatchObject({ refusal: { code: 'message.notFound' } });
    expect(await answer(cast.beneficiary)).toMatchObject({ outcome: 'done' });
    expect((await as(cast.manager).notices.list({})).rows[0]?.kind).toBe('informationGiven');
    const story = await as(cast.manager).handling.story({ taskId });
    expect(story.messages.map((message) => [message.author.fullName, message.text])).toEqual([
      ['Mona Manager', 'Which project?'],
      ['Ben Beneficiary', 'The audit.'],
    ]);
    const [row] = (await as(cast.manager).tasks.list({})).rows;
    const decision = { commandId: commandId(), taskId, basedOn: row!.requestVersion, verdict: 'approve' as const };
    expect(await as(cast.manager).tasks.decide(decision)).toMatchObject({ outcome: 'done' });
    expect(await answer(cast.requester)).toMatchObject({ refusal: { code: 'request.final' } });
    expect(await as(cast.manager).handling.ask({ commandId: commandId(), taskId, text: 'And?' })).toMatchObject({
      refusal: { code: 'decision.stale' },
    });
  });

  it('takes questions from the reviewer alone, and shows a task to nobody who may not see its request', async () => {
    const { cast, as, taskId, request } = await start();
    const ask = (who: EmployeeId, id = taskId) =>
      as(who).handling.ask({ commandId: commandId(), taskId: id, text: 'Why?' });
    expect(await ask(cast.owner)).toMatchObject({ refusal: { code: 'decision.notReviewer' } });
    expect(await ask(cast.manager, newId())).toMatchObject({ refusal: { code: 'task.notFound' } });
    const stranger = as(cast.stranger).handling;
    expect(await errorOf(stranger.story({ taskId }))).toMatchObject({ data: { code: 'task.notFound' } });
    expect(await errorOf(stranger.candidates({ taskId }))).toMatchObject({ data: { code: 'task.notFound' } });
    expect(await errorOf(stranger.conversation({ requestId: request.id }))).toMatchObject({
      data: { code: 'request.notFound' },
    });
  });

  it('says for whom a delegate decides and until when, and lists absences to whom they concern', async () => {
    const { opened, cast, as, away } = await start();
    expect(await away(cast.manager, cast.stranger)).toMatchObject({ outcome: 'done' });
    await daysPass(opened, 0);
    const task = (await rowsOf(opened, 'review_task')).find((row) => row.state === 'open');
    expect(await as(cast.stranger).handling.story({ taskId: task!.id })).toMatchObject({
      standsInFor: { person: { fullName: 'Mona Manager' }, until: null },
    });
    const mine = await as(cast.manager).delegations.list({});
    expect(mine.away).toMatchObject([{ delegate: { fullName: 'Stella Stranger' }, state: 'active', mayEnd: true }]);
    expect((await as(cast.stranger).delegations.list({})).standingIn).toMatchObject([{ mayEnd: false }]);
    expect((await as(cast.administrator).delegations.list({ employeeId: cast.manager })).away).toHaveLength(1);
    expect(await errorOf(as(cast.owner).delegations.list({ employeeId: cast.manager }))).toMatchObject({
      data: { code: 'access.notAllowed' },
    });
    const ended = await as(cast.manager).delegations.end({ commandId: commandId(), delegationId: mine.away[0]!.id });
    expect(ended).toMatchObject({ outcome: 'done' });
  });
});
