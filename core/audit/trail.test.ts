import { expect, it } from 'vitest';
import { newId, type RequestId } from '#core/domain/ids.ts';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { AuditScenario } from './audit-scenario.ts';
import { trailOf } from './trail.ts';

/** What `eventful` went through. */
const eventful = [
  'Åsa Öberg: Åsa Öberg submitted request 1 with 3 items, under ticket INC-4711: “Quarter end”',
  'Åsa Öberg: Asked to give Editors in Wiki for Ελένη Παπαδοπούλου, for 8 hours from delivery. To be reviewed by Николай Петров (the manager).',
  "Åsa Öberg: Asked to give Payslip reader in Payroll for 张伟 (Zhang Wei), without an end. To be reviewed by Tomás O’Neill (the application's owner).",
  'Åsa Öberg: Asked to give Editors in Wiki for 张伟 (Zhang Wei), without an end. To be reviewed by Николай Петров (the manager).',
  'Николай Петров: Николай Петров approved Editors in Wiki for Ελένη Παπαδοπούλου as the manager at level 1: “Covers for Åsa until the audit ends”',
  'Николай Петров: Editors in Wiki for Ελένη Παπαδοπούλου was approved; it goes to the application through its connector.',
  "Tomás O’Neill: Tomás O’Neill approved Payslip reader in Payroll for 张伟 (Zhang Wei) as the application's owner at level 1.",
  'Tomás O’Neill: Payslip reader in Payroll for 张伟 (Zhang Wei) was approved; a person carries it out by hand.',
  'Николай Петров: Николай Петров denied Editors in Wiki for 张伟 (Zhang Wei) as the manager at level 1: “Not needed for her role; ask for “Readers”.”',
  'Николай Петров: Editors in Wiki for 张伟 (Zhang Wei) was denied: “Not needed for her role; ask for “Readers”.”',
  'Gatehouse (fulfillment): Attempt 1 to give Editors in Wiki to Ελένη Παπαδοπούλου began.',
  'Gatehouse (fulfillment): Attempt 1 to give Editors in Wiki to Ελένη Παπαδοπούλου did not succeed: The server answered 503 (Service Unavailable). The next attempt is due at 2026-03-02 08:00:02 UTC.',
  'Gatehouse (fulfillment): Attempt 2 to give Editors in Wiki to Ελένη Παπαδοπούλου began.',
  'Gatehouse (fulfillment): An account (eleni) was created for Ελένη Παπαδοπούλου in Wiki, at https://wiki.example.com/scim/v2/Groups/9.',
  'Gatehouse (fulfillment): Ελένη Παπαδοπούλου was given Editors in Wiki. Read back at 2026-03-02 08:00:04 UTC from https://wiki.example.com/scim/v2/Groups/9: the access is there. It ends at 2026-03-02 16:00:04 UTC.',
  'Gatehouse (fulfillment): A person has to give Payslip reader in Payroll to 张伟 (Zhang Wei): The application is fulfilled by hand.',
  'Tomás O’Neill: Tomás O’Neill gave Payslip reader in Payroll to 张伟 (Zhang Wei) by hand. Noted: “Added to the group in the payroll portal, see change CHG-77.” It was not read back from the application. It does not end by itself.',
  'Tomás O’Neill: The request is completed: 1 item denied and 2 items fulfilled.',
  'Gatehouse (fulfillment): Attempt 1 to take Editors in Wiki away from Ελένη Παπαδοπούλου at the end of its time began.',
  'Gatehouse (fulfillment): Editors in Wiki was taken away from Ελένη Παπαδοπούλου. Its time was over at 2026-03-02 16:00:04 UTC; it was removed 3 minutes late. Read back at 2026-03-02 16:03:10 UTC from https://wiki.example.com/scim/v2/Groups/9: the access is not there.',
];

describeEachDatabase('the trail of a request', (open) => {
  it('tells what happened in order, with everybody’s and everything’s name', async () => {
    const workspace = await open();
    const scenario = new AuditScenario(workspace);
    await scenario.fill();
    const requestId = await scenario.eventful('Quarter end');
    const trail = await trailOf(workspace.database.read, requestId);
    expect(trail.map(({ actor, sentence }) => `${actor}: ${sentence}`)).toEqual(eventful);
    expect(trail.map(({ sequence }) => sequence)).toEqual(trail.map((_, index) => index + 1));
    expect(trail[0]).toMatchObject({ actor: 'Åsa Öberg', actorEmail: 'asa@example.com', type: 'request.submitted' });
  });

  it('names the setting and its version of an automatic decision', async () => {
    const workspace = await open();
    const scenario = new AuditScenario(workspace);
    await scenario.fill();
    const { asa } = scenario.people;
    const requestId = await scenario.submit(asa, 'Chat', [[asa, scenario.chat, { kind: 'permanent' }]]);
    const [, , automatic] = await trailOf(workspace.database.read, requestId);
    expect(automatic?.sentence).toBe(
      'All hands in Chat for Åsa Öberg was approved automatically by the setting “automatic approval” of Chat, version 3 of its settings.',
    );
  });

  it('says why somebody else reviews, and who cancelled', async () => {
    const workspace = await open();
    const scenario = new AuditScenario(workspace);
    await scenario.fill();
    const { boss, owner } = scenario.people;
    const requestId = await scenario.submit(boss, 'Me', [[boss, scenario.wiki, { kind: 'permanent' }]], null);
    await scenario.cancel(owner, requestId, 'Asked twice');
    expect((await trailOf(workspace.database.read, requestId)).map(({ sentence }) => sentence)).toEqual([
      'Николай Петров submitted request 1 with 1 item: “Me”',
      "Asked to give Editors in Wiki for Николай Петров, without an end. To be reviewed by Tomás O’Neill (the application's owner) because nobody is the manager.",
      'Editors in Wiki for Николай Петров was cancelled by Tomás O’Neill: “Asked twice”',
      'The request is cancelled: 1 item cancelled.',
    ]);
  });

  it('needs the same few queries for one item and for many', async () => {
    const workspace = await open();
    const scenario = new AuditScenario(workspace);
    await scenario.fill();
    const { asa, boss, eleni, zhang } = scenario.people;
    const one = await scenario.submit(asa, 'One', [[eleni, scenario.chat, { kind: 'permanent' }]]);
    const many = await scenario.submit(
      asa,
      'Many',
      [eleni, zhang, boss, asa].map((person) => [person, scenario.wiki, { kind: 'permanent' }]),
    );
    expect(await queriesOf(workspace.database.read, one)).toBe(4);
    expect(await queriesOf(workspace.database.read, many)).toBe(4);
  });

  it('of a request that does not exist is empty', async () => {
    const { database } = await open();
    expect(await trailOf(database.read, newId<RequestId>())).toEqual([]);
  });
});

type Reader = Parameters<typeof trailOf>[0];

async function queriesOf(reader: Reader, requestId: RequestId): Promise<number> {
  let queries = 0;
  const counting = reader.withPlugin({
    transformQuery: ({ node }) => {
      queries += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  await trailOf(counting, requestId);
  return queries;
}
