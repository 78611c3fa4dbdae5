/** What discoveries make of an application that changed past Gatehouse, and what people do about it. */
import { expect, it } from 'vitest';
import { createHash } from 'node:crypto';
import { changeByHandSettings } from '#core/commands/by-hand-settings.command.ts';
import { completeFulfillmentByHand } from '#core/commands/fulfillment-by-person.command.ts';
import { nextByHandReminder, remindByHand } from '#core/commands/remind-by-hand.command.ts';
import { plusMinutes } from '#core/domain/instant.ts';
import { evidenceFile } from '#core/queries/evidence-file.ts';
import { getRequest } from '#core/queries/request-detail.ts';
import { loadViewer, type Viewer } from '#core/queries/visibility.ts';
import { decideFinding } from '#core/commands/finding.command.ts';
import type { RemoteAccount } from '#core/connectors/connector.ts';
import { linkAccount } from '#core/commands/link-account.command.ts';
import { newId } from '#core/domain/ids.ts';
import { beginWithBook } from '#core/testing/application-book.ts';
import { commandOf, line, rowsOf, submitted } from '#core/testing/builders.ts';
import { startDelivery } from '#core/testing/delivery.ts';
import { describeEachDatabase } from '#core/testing/each-database.ts';

describeEachDatabase('a discovery', (open) => {
  it('has accounts disabled one after the other and once, whichever console is at it', async () => {
    const { book, delivery, discover, decide, workspace } = await beginWithBook(open);
    const names = ['ghost', 'shade', 'spook'];
    for (const name of names) book.add(name);
    await discover();
    for (const _ of names) expect(await decide('disableAccount', 'orphanAccount')).toMatchObject({ outcome: 'done' });
    const definitions = [book.definition];
    const second = startDelivery(workspace, { now: workspace.clock.now, definitions, owner: 'another console' });
    workspace.onClose(() => second.stop());
    await Promise.all([delivery.accountEffects.idle(), second.accountEffects.idle()]);
    expect(book.disabling.together).toHaveLength(names.length);
    expect(new Set(book.disabling.together.map((together) => together.at(-1)))).toEqual(
      new Set(names.map((name) => `${name}@example.com`)),
    );
    for (const together of book.disabling.together) expect(new Set(together).size).toBe(together.length);
    expect([...delivery.problems, ...second.problems]).toEqual([]);
  });

  it('calls what it meets first the state of things, and later additions findings that close themselves', async () => {
    const { book, discover, standing } = await beginWithBook(open);
    book.add('colleague');
    book.grants.add('colleague@example.com automatic-0');
    await discover();
    expect(await standing()).toEqual([]);
    book.grants.add('colleague@example.com automatic-1');
    await discover();
    expect(await standing()).toEqual([['addedOutside', 'open', 'askForRemoval']]);
    // Seen again, it is the same one.
    await discover();
    expect(await standing()).toHaveLength(1);
    book.grants.delete('colleague@example.com automatic-1');
    await discover();
    expect(await standing()).toEqual([]);
  });

  it('raises what was taken away past Gatehouse, and never gives it again by itself', async () => {
    const { book, delivery, discover, standing, people, entitlements, decide, workspace } = await beginWithBook(open);
    await discover();
    await submitted(delivery.execute, people.requester, [line(people.requester, entitlements.automatic[0])]);
    await delivery.fulfillment.idle();
    book.grants.clear();
    // That an application which shows no holders lists none means nothing.
    book.hidden.push('automatic-0');
    await discover();
    expect(await standing()).toEqual([]);
    expect((await rowsOf(workspace, 'access_grant')).map(({ status }) => status)).toEqual(['active']);
    book.hidden.length = 0;
    await discover();
    expect(await standing()).toEqual([['removedOutside', 'open', 'askForGrant']]);
    await delivery.fulfillment.idle();
    expect([...book.grants]).toEqual([]);
    expect(await decide('askForGrant', 'removedOutside')).toMatchObject({ outcome: 'done' });
    await delivery.fulfillment.idle();
    expect([...book.grants]).toEqual(['requester@example.com automatic-0']);
    await discover();
    expect(await standing()).toEqual([]);
    expect((await rowsOf(workspace, 'finding')).map(({ state }) => state)).toEqual(['resolved']);
  });

  it('confirms or contradicts what a person said that they did by hand, in the trail of the request', async () => {
    const { book, delivery, discover, standing, people, entitlements, applications, workspace } =
      await beginWithBook(open);
    await discover();
    await workspace.database.transaction((writer) =>
      writer
        .updateTable('application')
        .set({ fulfillment: 'manual' })
        .where('id', '=', applications.automatic)
        .execute(),
    );
    const { execute } = delivery;
    const owner = people.owner;
    const settings = { applicationId: applications.automatic, instructions: 'Add them to the sheet.', byHandHours: 4 };
    expect(await execute(changeByHandSettings, commandOf(people.requester, settings))).toMatchObject({
      refusal: { code: 'access.notAllowed' },
    });
    expect(await execute(changeByHandSettings, commandOf(owner, settings))).toMatchObject({ outcome: 'done' });
    const tasks = () => rowsOf(workspace, 'fulfillment_task');
    const observed = async () =>
      (await rowsOf(workspace, 'audit_event'))
        .filter(({ type }) => type === 'access.observed')
        .map(({ data, requestId }) => ({ ...(JSON.parse(data) as { held: boolean; confirms: boolean }), requestId }))
        .map(({ held, confirms }) => ({ held, confirms }));
    const requestId = await submitted(execute, people.requester, [line(people.requester, entitlements.automatic[0])]);
    await delivery.fulfillment.idle();
    const [grant] = await tasks();
    expect(grant).toMatchObject({ state: 'byHand', byHandSince: workspace.clock.now() });
    // Not looked at before its time, and then once a day.
    const remind = () => execute(remindByHand, commandOf({ kind: 'system', part: 'reviews' } as never, {}));
    expect(await nextByHandReminder(workspace.database.read)).toBe(plusMinutes(workspace.clock.now(), 4 * 60));
    expect(await remind()).toMatchObject({ value: { told: 0 } });
    workspace.clock.pass(4 * 3_600_000);
    expect(await remind()).toMatchObject({ value: { told: 1 } });
    expect(await remind()).toMatchObject({ value: { told: 0 } });
    expect(await nextByHandReminder(workspace.database.read)).toBe(plusMinutes(workspace.clock.now(), 24 * 60));

    const file = (text: string, name = 'C:\\shots\\..\\shot.txt') => ({
      name,
      content: Buffer.from(text, 'latin1').toString('base64'),
    });
    const complete = (id: string | undefined, evidence: object | null = null) =>
      execute(
        completeFulfillmentByHand,
        commandOf(owner, { fulfillmentTaskId: id, outcome: 'done', note: 'In the sheet.', file: evidence }),
      );
    expect(await complete(grant?.id, file('MZ\u0000\u0001\u0002'))).toMatchObject({
      refusal: { code: 'fulfillment.evidenceInvalid' },
    });
    expect(await complete(grant?.id, file('seen'))).toMatchObject({ outcome: 'done' });
    const [done] = await tasks();
    expect(done?.evidence?.file).toEqual({
      name: 'shot.txt',
      mediaType: 'text/plain',
      bytes: 4,
      sha256: createHash('sha256').update('seen').digest('hex'),
    });
    const viewers = await Promise.all([owner, people.colleague].map((id) => loadViewer(workspace.database.read, id)));
    const [theOwner, stranger] = viewers as [Viewer, Viewer];
    const left = await evidenceFile(workspace.database.read, theOwner, done!.id);
    expect([left.name, left.type, await left.text()]).toEqual(['shot.txt', 'text/plain', 'seen']);
    await expect(evidenceFile(workspace.database.read, stranger, done!.id)).rejects.toMatchObject({
      refusal: { code: 'fulfillment.notFound' },
    });

    // Nobody did it: a finding, told once, until it is seen; then it is the request's access, and ends with it.
    await discover();
    await discover();
    expect(await standing()).toEqual([['notConfirmed', 'open', 'askForGrant']]);
    expect(await observed()).toEqual([{ held: false, confirms: false }]);
    const shown = await getRequest(workspace.database.read, theOwner, requestId);
    expect(shown.items[0]).toMatchObject({
      lastSeen: { held: false, by: 'discovery' },
      findings: [{ kind: 'notConfirmed' }],
    });
    book.add('requester');
    book.grants.add('requester@example.com automatic-0');
    await discover();
    expect(await standing()).toEqual([]);
    expect((await observed()).at(-1)).toEqual({ held: true, confirms: true });
    expect((await rowsOf(workspace, 'access_grant')).find(({ status }) => status === 'active')).toMatchObject({
      origin: 'request',
      requestItemId: done!.itemId,
    });
    expect((await tasks())[0]).toMatchObject({ unconfirmedSince: null, observation: { held: true } });

    // The same for a removal that did not happen.
    await submitted(execute, people.requester, [
      line(people.requester, entitlements.automatic[0], { action: 'REVOKE' }),
    ]);
    await delivery.fulfillment.idle();
    expect(await complete((await tasks()).at(-1)?.id)).toMatchObject({ outcome: 'done' });
    await discover();
    expect(await standing()).toEqual([['notConfirmed', 'open', 'askForRemoval']]);
    book.grants.clear();
    await discover();
    expect(await standing()).toEqual([]);
    expect((await observed()).slice(2)).toEqual([
      { held: true, confirms: false },
      { held: false, confirms: true },
    ]);
  });

  it('names accounts of nobody and names that differ; a person has an account disabled, and it is read back', async () => {
    const { book, delivery, discover, standing, decide, workspace, people } = await beginWithBook(open);
    book.add('ghost');
    book.add('colleague', 'Somebody Else');
    await discover();
    expect((await standing()).toSorted((a, b) => String(a[0]).localeCompare(String(b[0])))).toEqual([
      ['driftedAttribute', 'open', 'updateAccount'],
      ['orphanAccount', 'open', 'disableAccount'],
    ]);
    expect(await decide('accept', 'driftedAttribute')).toMatchObject({ outcome: 'done' });
    expect(await decide('disableAccount', 'orphanAccount')).toMatchObject({ outcome: 'done' });
    expect(book.accounts.get('ghost@example.com')?.active).toBe(true);
    await delivery.accountEffects.idle();
    expect(book.accounts.get('ghost@example.com')?.active).toBe(false);
    const changed = (await rowsOf(workspace, 'audit_event')).find(({ type }) => type === 'account.changed');
    expect(JSON.parse(changed?.data ?? '{}')).toMatchObject({
      effect: 'disableAccount',
      outcome: 'applied',
      source: 'book:',
    });
    await discover();
    // Accepted as it is, it is not raised again while it stands.
    expect(await standing()).toEqual([['driftedAttribute', 'accepted', 'updateAccount']]);
    expect(
      await delivery.execute(
        decideFinding,
        commandOf(people.requester, { findingId: newId(), action: 'accept', effects: [] }),
      ),
    ).toMatchObject({ refusal: { code: 'finding.notFound' } });
  });

  it('has an account brought up to date, and calls it done only when that is seen', async () => {
    const { book, delivery, discover, standing, decide, workspace } = await beginWithBook(open);
    book.add('colleague', 'Somebody Else');
    await discover();
    book.moods.lies = true;
    expect(await decide('updateAccount', 'driftedAttribute')).toMatchObject({ outcome: 'done' });
    await delivery.accountEffects.idle();
    const finding = async () => (await rowsOf(workspace, 'finding')).at(0);
    expect(await finding()).toMatchObject({
      effectState: 'ready',
      lastProblem: expect.stringContaining('another name'),
    });
    expect(await rowsOf(workspace, 'account')).toMatchObject([{ displayName: 'Somebody Else' }]);
    book.moods.lies = false;
    workspace.clock.pass(60_000);
    await delivery.accountEffects.idle();
    expect(await finding()).toMatchObject({ effectState: 'done', effectAttempts: 2, lastProblem: null });
    const changed = (await rowsOf(workspace, 'audit_event')).filter(({ type }) => type === 'account.changed');
    expect(changed.map(({ data }) => JSON.parse(data))).toMatchObject([{ readBackAt: workspace.clock.now() }]);
    await discover();
    expect(await standing()).toEqual([]);
  });

  it('has an account deleted with a reason, after all its access was taken away', async () => {
    const { book, delivery, discover, decide, workspace, people, entitlements } = await beginWithBook(open);
    await submitted(delivery.execute, people.colleague, [line(people.colleague, entitlements.automatic[0])]);
    await delivery.fulfillment.idle();
    // Its removal was asked for while the person still worked here, and the application does not take it.
    book.moods.stuck = true;
    await submitted(delivery.execute, people.colleague, [
      line(people.colleague, entitlements.automatic[0], { action: 'REVOKE' }),
    ]);
    await delivery.fulfillment.idle();
    await workspace.database.transaction((writer) =>
      writer.updateTable('employee').set({ status: 'left' }).where('id', '=', people.colleague).execute(),
    );
    await discover();
    expect(await decide('deleteAccount', 'orphanAccount')).toMatchObject({ refusal: { code: 'finding.notPossible' } });
    expect(await decide('deleteAccount', 'orphanAccount', 'She has left.')).toMatchObject({ outcome: 'done' });
    await delivery.accountEffects.idle();
    // Also while the removal waits for a person.
    await workspace.database.transaction((writer) =>
      writer.updateTable('fulfillment_task').set({ state: 'byHand' }).where('state', '=', 'waiting').execute(),
    );
    workspace.clock.pass(60_000);
    await delivery.accountEffects.idle();
    expect(book.calls).toEqual([]);
    expect((await rowsOf(workspace, 'finding')).at(-1)).toMatchObject({
      effectState: 'ready',
      lastProblem: expect.stringContaining('taken away first'),
    });
    book.moods.stuck = false;
    await workspace.database.transaction((writer) =>
      writer.updateTable('fulfillment_task').set({ state: 'waiting' }).where('state', '=', 'byHand').execute(),
    );
    workspace.clock.pass(3_600_000);
    await delivery.fulfillment.idle();
    await delivery.accountEffects.idle();
    expect(book.calls).toEqual(['revoke colleague@example.com', 'delete colleague@example.com']);
    expect(await rowsOf(workspace, 'account')).toMatchObject([{ status: 'gone' }]);
  });

  it('takes a service for one, asks who answers for it, and sees what else of an account differs from the directory', async () => {
    const { book, delivery, discover, standing, decide, workspace, people, entitlements } = await beginWithBook(open);
    const change = (name: string, change: Partial<RemoteAccount>) =>
      book.accounts.set(`${name}@example.com`, { ...book.accounts.get(`${name}@example.com`)!, ...change });
    book.add('robot', 'Nightly loads');
    change('robot', { kind: 'service', email: null, attributes: { jobTitle: 'Robot' } });
    const [colleague] = (await rowsOf(workspace, 'employee')).filter(({ id }) => id === people.colleague);
    await workspace.database.transaction((writer) =>
      writer.updateTable('employee').set({ job_title: 'Engineer' }).where('id', '=', people.colleague).execute(),
    );
    book.add('colleague', colleague?.fullName);
    change('colleague', { attributes: { jobTitle: 'Intern', powers: 'none' } });
    await discover();
    const kinds = async () => (await rowsOf(workspace, 'account')).map(({ username, kind }) => [username, kind]);
    expect(await kinds()).toContainEqual(['robot@example.com', 'service']);
    expect((await standing()).toSorted((a, b) => String(a[0]).localeCompare(String(b[0])))).toEqual([
      ['driftedAttribute', 'open', 'updateAccount'],
      ['ownerMissing', 'open', 'linkAccount'],
    ]);
    const found = (await rowsOf(workspace, 'finding')).find(({ kind }) => kind === 'driftedAttribute');
    expect(found?.detail).toMatchObject({ attribute: 'jobTitle', expected: 'Engineer', actual: 'Intern' });

    // Seen again only when it is so.
    book.moods.lies = true;
    expect(await decide('updateAccount', 'driftedAttribute')).toMatchObject({ outcome: 'done' });
    await delivery.accountEffects.idle();
    const effect = async () => (await rowsOf(workspace, 'finding')).find(({ id }) => id === found?.id);
    expect(await effect()).toMatchObject({ effectState: 'ready', lastProblem: expect.stringContaining('Intern') });
    book.moods.lies = false;
    workspace.clock.pass(60_000);
    await delivery.accountEffects.idle();
    expect(await effect()).toMatchObject({ effectState: 'done' });

    // An owner answers for it; the application says nothing of its kind any more, and it stays a service.
    expect(await decide('linkAccount', 'ownerMissing')).toMatchObject({ refusal: { code: 'finding.notPossible' } });
    const robot = (await rowsOf(workspace, 'account')).find(({ kind }) => kind === 'service');
    const link = { accountId: robot?.id, employeeId: people.colleague };
    expect(await delivery.execute(linkAccount, commandOf(people.owner, link))).toMatchObject({ outcome: 'done' });
    book.add('robot', 'Nightly loads');
    book.grants.add('robot@example.com automatic-0');
    await discover();
    expect(await standing()).toEqual([['addedOutside', 'open', 'askForRemoval']]);
    expect(await kinds()).toContainEqual(['robot@example.com', 'service']);
    expect(await decide('askForRemoval', 'addedOutside')).toMatchObject({ outcome: 'done' });
    await delivery.fulfillment.idle();
    expect(book.calls).toContain('revoke robot@example.com');

    // What a request gave stays with the account as it was asked for.
    await submitted(delivery.execute, people.colleague, [line(people.colleague, entitlements.automatic[1])]);
    await delivery.fulfillment.idle();
    change('colleague', { kind: 'service' });
    await discover();
    expect(await kinds()).toContainEqual(['colleague@example.com', 'employee']);
  });

  it('has a person say whose account it is, and keeps to it', async () => {
    const { book, delivery, discover, standing, workspace, people } = await beginWithBook(open);
    book.add('ghost');
    await discover();
    expect(await standing()).toEqual([['orphanAccount', 'open', 'disableAccount']]);
    const ghost = (await rowsOf(workspace, 'account')).find(({ username }) => username.startsWith('ghost'));
    const link = (who: typeof people.owner, employeeId: string | null) =>
      delivery.execute(linkAccount, commandOf(who, { accountId: ghost?.id, employeeId }));
    expect(await link(people.requester, people.requester)).toMatchObject({ refusal: { code: 'access.notAllowed' } });
    expect(await link(people.owner, newId())).toMatchObject({ refusal: { code: 'account.notLinkable' } });
    expect(await link(people.owner, people.colleague)).toMatchObject({ outcome: 'done' });
    expect(await link(people.owner, people.requester)).toMatchObject({ refusal: { code: 'account.notLinkable' } });
    await discover();
    // The account is theirs; that it says something else of them is another question.
    expect((await standing()).map(([kind]) => kind)).toEqual(['driftedAttribute']);
    expect(await link(people.owner, null)).toMatchObject({ outcome: 'done' });
    await discover();
    expect((await standing()).map(([kind]) => kind)).toEqual(['orphanAccount']);
    const told = (await rowsOf(workspace, 'audit_event')).filter(({ type }) => type === 'account.linked');
    expect(told.map(({ data }) => (JSON.parse(data) as { employeeId: string | null }).employeeId)).toEqual([
      people.colleague,
      null,
    ]);
  });

  it('asks before it ends much, and ends it when a person confirms', async () => {
    const { book, delivery, discover, workspace, people } = await beginWithBook(open);
    // Rows are told apart by when their ids were made, which is by the clock of the machine.
    workspace.clock.pass(50 * 365 * 24 * 3_600_000);
    for (let index = 0; index < 40; index += 1) book.add(`member${index}`);
    await discover();
    const all = new Map(book.accounts);
    for (let index = 0; index < 15; index += 1) book.accounts.delete(`member${index}@example.com`);
    const gone = async () => (await rowsOf(workspace, 'account')).filter(({ status }) => status === 'gone').length;
    const held = await discover();
    expect(held).toMatchObject({ state: 'held', question: { accounts: { known: 40, gone: 15 } } });
    expect(await gone()).toBe(0);
    const answer = (answered: 'confirm' | 'dismiss', runId = held!.id) =>
      delivery.discovery.answer(
        { commandId: newId(), actor: { kind: 'employee', employeeId: people.owner } },
        { runId, answer: answered, note: null },
      );
    expect(await answer('dismiss')).toMatchObject({ outcome: 'done' });
    expect(await gone()).toBe(0);
    expect(await answer('confirm')).toMatchObject({ refusal: { code: 'discovery.answered' } });
    const again = await discover();
    expect(await answer('confirm', again!.id)).toMatchObject({ outcome: 'done' });
    expect(await gone()).toBe(15);
    // A few are no question.
    for (const [name, account] of all) book.accounts.set(name, account);
    await discover();
    for (let index = 0; index < 8; index += 1) book.accounts.delete(`member${index}@example.com`);
    expect(await discover()).toMatchObject({ state: 'completed' });
    // Nothing at all is one, however few there were.
    for (const name of [...book.accounts.keys()].slice(2)) book.accounts.delete(name);
    const two = await discover();
    expect(two).toMatchObject({ state: 'held', question: { accounts: { known: 32, gone: 30 } } });
    expect(await answer('confirm', two!.id)).toMatchObject({ outcome: 'done' });
    book.accounts.clear();
    expect(await discover()).toMatchObject({ state: 'held', question: { accounts: { known: 2, gone: 2 } } });
  });
});
