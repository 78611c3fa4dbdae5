/** Nothing is given to an account that is disabled, and nobody says of one that it is enabled but the application. */
import { expect, it } from 'vitest';
import { completeFulfillmentByHand, sendFulfillmentAgain } from '#core/commands/fulfillment-by-person.command.ts';
import { createMemoryApplication, memoryConnector } from '#core/connectors/memory/index.ts';
import { newId, type AccountId } from '#core/domain/ids.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { previewLines } from '#core/queries/preview.ts';
import { commandOf, connect, line, organisation, rowsOf, submitted } from '#core/testing/builders.ts';
import { startDelivery } from '#core/testing/delivery.ts';
import { describeEachDatabase, type OpenWorkspace } from '#core/testing/each-database.ts';

async function begin(open: OpenWorkspace) {
  const workspace = await open();
  const built = await organisation(workspace);
  const { people, entitlements, applications } = built;
  const application = createMemoryApplication();
  await connect(workspace, applications.automatic, { connector: 'memory' });
  const delivery = startDelivery(workspace, {
    now: workspace.clock.now,
    definitions: [memoryConnector(application)],
  });
  workspace.onClose(() => delivery.stop());
  /** In the application too, unless `onlyKnown`: then the workspace alone has seen it. */
  const account = async (name: string, status: 'active' | 'disabled', onlyKnown = false) => {
    const username = name.includes('@') ? name : `${name}@example.com`;
    const externalId = `account-${username}`;
    const row = { externalId, username, email: username, displayName: name };
    await workspace.database.transaction((writer) =>
      insertRows(writer, 'account', [
        {
          ...row,
          id: newId<AccountId>(),
          applicationId: applications.automatic,
          employeeId: people.requester,
          kind: 'employee',
          usernameKey: username,
          status,
          lastSeenRunId: null,
        },
      ]),
    );
    if (!onlyKnown) application.accounts.set(username, { ...row, active: status === 'active' });
  };
  const wish = line(people.requester, entitlements.automatic[0]);
  const ask = async () => {
    await submitted(delivery.execute, people.requester, [wish]);
    await delivery.fulfillment.idle();
  };
  const again = async () => {
    const [task] = await rowsOf(workspace, 'fulfillment_task');
    await delivery.execute(sendFulfillmentAgain, commandOf(people.owner, { fulfillmentTaskId: task!.id }));
    await delivery.fulfillment.idle();
  };
  const preview = async () =>
    (await previewLines(workspace.database.read, people.requester, [wish], workspace.clock.now()))[0]?.account;
  const task = async () => (await rowsOf(workspace, 'fulfillment_task'))[0];
  return { workspace, ...built, application, delivery, account, ask, again, preview, task };
}

describeEachDatabase('A disabled account', (open) => {
  it('gets nothing until somebody has enabled it, and is told before the request is made', async () => {
    const { workspace, application, account, ask, again, preview, task } = await begin(open);
    await account('requester', 'disabled');
    expect(await preview()).toMatchObject({ state: 'disabled', username: 'requester@example.com' });
    await ask();
    const refused = { state: 'failed', lastProblem: expect.stringContaining('requester@example.com is disabled') };
    expect(await task()).toMatchObject(refused);
    await again();
    expect(await task()).toMatchObject(refused);
    expect(application.writes).toBe(0);
    expect(await rowsOf(workspace, 'account')).toMatchObject([{ status: 'disabled' }]);
    expect(await rowsOf(workspace, 'access_grant')).toEqual([]);
    const known = application.accounts.get('requester@example.com')!;
    application.accounts.set('requester@example.com', { ...known, active: true });
    await again();
    expect(await task()).toMatchObject({ state: 'done' });
    expect(await rowsOf(workspace, 'account')).toMatchObject([{ status: 'active' }]);
  });

  it('is passed over for an enabled one of the same person, and no second one is made beside it', async () => {
    const { application, account, ask, preview, task } = await begin(open);
    await account('aaa-old', 'disabled');
    await account('zzz-new', 'active');
    expect(await preview()).toMatchObject({ state: 'exists', username: 'zzz-new@example.com' });
    await ask();
    expect(await task()).toMatchObject({ state: 'done' });
    expect([...application.members.values()].map((members) => [...members])).toEqual([['account-zzz-new@example.com']]);

    const alone = await begin(open);
    // Not found by the person's address, so that a new one could be made.
    await alone.account('aaa-old', 'disabled', true);
    await alone.ask();
    expect(await alone.task()).toMatchObject({ state: 'failed' });
    expect(alone.application.accounts.size).toBe(0);
  });

  it('that the application answers with is not used either, and an access given by hand does not enable it', async () => {
    const { workspace, application, account, ask, delivery, people, task } = await begin(open);
    const username = 'requester@example.com';
    application.accounts.set(username, {
      externalId: `account-${username}`,
      username,
      email: username,
      displayName: null,
      active: false,
    });
    await ask();
    expect(await task()).toMatchObject({ state: 'failed', lastProblem: expect.stringContaining('is disabled') });
    expect(application.writes).toBe(0);
    await account('requester', 'disabled');
    const done = { fulfillmentTaskId: (await task())!.id, outcome: 'done', note: 'enabled and added' };
    expect(await delivery.execute(completeFulfillmentByHand, commandOf(people.owner, done))).toMatchObject({
      outcome: 'done',
    });
    expect(await rowsOf(workspace, 'account')).toMatchObject([{ status: 'disabled' }]);
  });
});
