/** What is left of a request once its time to be decided is over: everything. */
import { expect, it } from 'vitest';
import { loadReportData } from '#core/audit/report-data.ts';
import { line, organisation, rowsOf, submitted } from '#core/testing/builders.ts';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { daysPass } from '#core/testing/review-time.ts';

describeEachDatabase('A request that nobody decided in time', (open) => {
  it('stays, with its items, its tasks and its whole trail (defect 6)', async () => {
    const workspace = await open();
    const { people, entitlements } = await organisation(workspace);
    await workspace.database.transaction((writer) =>
      writer
        .updateTable('application')
        .set({
          review_settings: JSON.stringify({ approval: 'review', reviewers: ['manager'], decideWithinDays: 2 }) as never,
        })
        .where('name', '=', 'reviewed')
        .execute(),
    );
    const requestId = await submitted(workspace.execute, people.requester, [
      line(people.requester, entitlements.reviewed[0]),
    ]);
    await daysPass(workspace, 3);
    expect(await rowsOf(workspace, 'access_request')).toMatchObject([{ id: requestId, state: 'expired' }]);
    expect(await rowsOf(workspace, 'request_item')).toMatchObject([{ state: 'expired' }]);
    expect(await rowsOf(workspace, 'review_task')).toMatchObject([{ reviewerId: people.manager, state: 'closed' }]);
    const generated = { at: workspace.clock.now(), by: 'test' };
    const report = await loadReportData(workspace.database.read, requestId, generated);
    expect(report.verification).toMatchObject({ intact: true, events: 4 });
    expect(report.differences).toEqual([]);
  });
});
