/** What is rare goes through the unit of work, and must work in a workspace that was only opened, not made, by this process. */
import { expect, it } from 'vitest';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { organisation, commandOf } from '#core/testing/builders.ts';
import { openDatabase } from '#core/persistence/open-database.ts';
import { createApplication } from './application.command.ts';
import { createExecutor } from './execute.ts';

describeEachDatabase('a workspace that is opened again', (open) => {
  it('takes an application as its first command', async () => {
    const first = await open();
    const { people } = await organisation(first);
    const database = await openDatabase(first.location);
    try {
      const execute = createExecutor({ database, now: first.clock.now, committed: () => undefined });
      const settings = {
        name: 'Filing',
        description: null,
        primaryOwnerId: people.owner,
        secondaryOwnerIds: [],
        fulfillment: 'manual',
        reviewSettings: { approval: 'review', reviewers: ['manager'] },
      };
      const created = await execute(createApplication, commandOf(people.administrator, settings));
      expect(created.outcome).toBe('done');
    } finally {
      await database.close();
    }
  });
});
