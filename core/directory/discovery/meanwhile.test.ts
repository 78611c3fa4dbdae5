/** What a discovery makes of things that happen while it reads, and of what a ticket said was done. */
import { v7 } from 'uuid';
import { afterEach, expect, it } from 'vitest';
import type { EntitlementId } from '#core/domain/ids.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { beginWithBook } from '#core/testing/application-book.ts';
import { line, rowsOf, submitted } from '#core/testing/builders.ts';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { startJiraTestbed } from '#core/testing/ticket-testbed.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describeEachDatabase('a discovery', (open) => {
  it('takes nothing for gone that was added, changed or given while it read', async () => {
    const begun = await beginWithBook(open);
    const { book, delivery, discover, decide, workspace, people, entitlements, applications } = begun;
    // Rows are told apart by when their ids were made, which is by the clock of the machine.
    workspace.clock.pass(50 * 365 * 24 * 3_600_000);
    book.add('colleague', 'Somebody else');
    for (const name of ['left', 'stays']) book.add(name);
    for (const name of ['colleague', 'stays']) book.grants.add(`${name}@example.com automatic-0`);
    await discover();
    const statuses = async () => ({
      accounts: Object.fromEntries(
        (await rowsOf(workspace, 'account')).map(({ username, status }) => [username.split('@')[0], status]),
      ),
      entitlements: Object.fromEntries(
        (await rowsOf(workspace, 'entitlement'))
          .filter(({ applicationId }) => applicationId === applications.automatic)
          .map(({ externalId, status }) => [externalId, status]),
      ),
      grants: (await rowsOf(workspace, 'access_grant')).map(({ status, requestItemId }) => [
        requestItemId === null ? 'found' : 'asked for',
        status,
      ]),
    });

    // What was read lacks an account that is changed just then, and what was given and added; the rest is really gone.
    const { accounts } = book;
    for (const name of ['colleague', 'left']) accounts.delete(`${name}@example.com`);
    book.entitlements.delete('automatic-1');
    book.grants.delete('stays@example.com automatic-0');
    const added = (externalId: string) => ({
      id: v7({ msecs: Date.parse(workspace.clock.now()) }) as EntitlementId,
      externalId,
    });
    book.reading.meanwhile = async () => {
      book.reading.meanwhile = async () => undefined;
      workspace.clock.pass(1_000);
      expect(await decide('updateAccount', 'driftedAttribute')).toMatchObject({ outcome: 'done' });
      await delivery.accountEffects.idle();
      await submitted(delivery.execute, people.requester, [line(people.requester, entitlements.automatic[0])]);
      await delivery.fulfillment.idle();
      const [like] = await rowsOf(workspace, 'entitlement');
      await workspace.database.transaction((writer) =>
        insertRows(writer, 'entitlement', [
          { ...like!, applicationId: applications.automatic, lastSeenRunId: null, ...added('added') },
        ]),
      );
    };
    expect(await discover()).toMatchObject({ state: 'completed' });
    expect(await statuses()).toEqual({
      accounts: { colleague: 'active', requester: 'active', left: 'gone', stays: 'active' },
      entitlements: { 'automatic-0': 'active', 'automatic-1': 'gone', added: 'active' },
      grants: expect.arrayContaining([
        ['found', 'active'],
        ['found', 'ended'],
        ['asked for', 'active'],
      ]),
    });

    // The next one began later: what it does not see is gone.
    accounts.delete('colleague@example.com');
    book.grants.clear();
    expect(await discover()).toMatchObject({ state: 'completed' });
    const after = await statuses();
    expect(after.accounts).toMatchObject({ colleague: 'gone', stays: 'active' });
    expect(after.entitlements).toMatchObject({ added: 'gone' });
    expect(after.grants.filter(([, status]) => status === 'active')).toEqual([]);
  });

  it('confirms or contradicts what a ticket said was done, once the application can be discovered', async () => {
    const { book, delivery, discover, standing, workspace, people, entitlements, applications } =
      await beginWithBook(open);
    const bed = await startJiraTestbed();
    closers.push(() => bed.close());
    await delivery.secrets.write('jira', bed.secrets);
    const connected = async (connection: { connector: string; configuration: string; secret_name: string }) => {
      await workspace.database.transaction((writer) =>
        writer
          .updateTable('connector_instance')
          .set(connection)
          .where('application_id', '=', applications.automatic)
          .execute(),
      );
      await delivery.connections.forget();
    };
    const asTicket = {
      connector: 'ticket',
      configuration: JSON.stringify(bed.configuration),
      secret_name: 'jira',
    };
    const asBook = { connector: 'book', configuration: '{}', secret_name: 'none' };
    const lastTask = async () => (await rowsOf(workspace, 'fulfillment_task')).at(-1);
    const observed = async () =>
      (await rowsOf(workspace, 'audit_event'))
        .filter(({ type }) => type === 'access.observed')
        .map(({ data }) => JSON.parse(data) as { held: boolean; confirms: boolean })
        .map(({ held, confirms }) => ({ held, confirms }));
    /** Has it done by a ticket that is closed as done. */
    const byTicket = async (action: 'GRANT' | 'REVOKE', ticket: string) => {
      await connected(asTicket);
      await submitted(delivery.execute, people.requester, [
        line(people.requester, entitlements.automatic[0], { action }),
      ]);
      await delivery.fulfillment.idle();
      bed.server.move(ticket, { name: 'Done', category: 'done' }, 'Done');
      workspace.clock.pass(6 * 60_000);
      await delivery.fulfillment.idle();
      expect(await lastTask()).toMatchObject({ state: 'done', evidence: { outcome: 'byTicket' } });
      expect((await lastTask())?.unconfirmedSince).not.toBeNull();
      await connected(asBook);
    };

    await byTicket('GRANT', 'ACCESS-1');
    await discover();
    expect(await standing()).toEqual([['notConfirmed', 'open', 'askForGrant']]);
    book.add('requester');
    book.grants.add('requester@example.com automatic-0');
    await discover();
    expect(await standing()).toEqual([]);
    const given = await lastTask();
    expect(given).toMatchObject({ unconfirmedSince: null, observation: { held: true, by: 'discovery' } });
    expect((await rowsOf(workspace, 'access_grant')).filter(({ status }) => status === 'active')).toMatchObject([
      { origin: 'request', requestItemId: given?.itemId },
    ]);

    await byTicket('REVOKE', 'ACCESS-2');
    book.grants.clear();
    await discover();
    expect(await standing()).toEqual([]);
    expect(await lastTask()).toMatchObject({ unconfirmedSince: null, observation: { held: false } });
    expect(await observed()).toEqual([
      { held: false, confirms: false },
      { held: true, confirms: true },
      { held: false, confirms: true },
    ]);
    expect(delivery.problems).toEqual([]);
  });
});
