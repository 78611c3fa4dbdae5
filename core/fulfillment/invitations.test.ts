/** Access that waits for an invitation, from the decision to the team: what is sent is sent once. */
import { expect, it } from 'vitest';
import { sendFulfillmentAgain } from '#core/commands/fulfillment-by-person.command.ts';
import {
  commandOf,
  connect,
  discoveryActor,
  line,
  organisation,
  renameEntitlements,
  rowsOf,
  submitted,
} from '#core/testing/builders.ts';
import { startDelivery } from '#core/testing/delivery.ts';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import { startGithubServer } from '#core/testing/github-server.ts';

describeEachDatabase(
  'An invitation',
  (open) => {
    it('is waited for, through a discovery, left to a person when declined, and taken up in the end', async () => {
      const workspace = await open();
      const { people, entitlements, applications } = await organisation(workspace);
      const github = await startGithubServer();
      workspace.onClose(() => github.close());
      const teams = ['Readers', 'Writers'].map((name) => github.addTeam(name));
      const delivery = startDelivery(workspace, { now: workspace.clock.now });
      workspace.onClose(() => delivery.stop());
      await delivery.secrets.write('of-github', { token: github.token });
      await connect(workspace, applications.automatic, {
        connector: 'github',
        configuration: {
          baseUrl: github.baseUrl,
          organization: 'example-inc',
          authentication: 'token',
          identities: 'saml',
        },
        secretName: 'of-github',
      });
      await renameEntitlements(
        workspace,
        entitlements.automatic.map((id, index) => [id, String(teams[index]?.id)] as const),
      );
      const task = async () => (await rowsOf(workspace, 'fulfillment_task'))[0]!;
      const settled = async (hours: number) => {
        workspace.clock.pass(hours * 3_600_000);
        delivery.fulfillment.wake();
        await delivery.fulfillment.idle();
      };
      const again = async () => {
        await delivery.execute(sendFulfillmentAgain, commandOf(people.owner, { fulfillmentTaskId: (await task()).id }));
        await settled(0);
      };
      const sent = () =>
        github.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/invitations')).length;
      const invited = () => [...github.state.invitations.keys()][0] ?? 0;

      await submitted(delivery.execute, people.requester, [line(people.requester, entitlements.automatic[0])]);
      await delivery.fulfillment.idle();
      const waits = { state: 'waiting', lastProblem: 'Waits for the invitation to the organization to be accepted' };
      expect(await task()).toMatchObject(waits);
      const account = { externalId: `invitation:${invited()}`, employeeId: people.requester, status: 'active' };
      expect(await rowsOf(workspace, 'account')).toMatchObject([account]);
      // A discovery that did not list the invitation would end what is known of it.
      await delivery.discovery.start(applications.automatic, discoveryActor);
      await delivery.discovery.idle();
      expect(await rowsOf(workspace, 'account')).toContainEqual(expect.objectContaining(account));
      await settled(25);
      expect(await task()).toMatchObject(waits);

      github.decline(invited());
      await settled(25);
      for (let attempt = 0; attempt < 2; attempt += 1) {
        expect(await task()).toMatchObject({
          state: 'failed',
          lastProblem: expect.stringContaining('declined or cancelled'),
        });
        // A discovery ends what is known of the invitation, and not that there was one.
        // Whether an account was there before the discovery, its id says, which is of this machine's clock.
        await settled(1 + (Date.now() - Date.parse(workspace.clock.now())) / 3_600_000);
        await delivery.discovery.start(applications.automatic, discoveryActor);
        await delivery.discovery.idle();
        await again();
      }
      expect(await rowsOf(workspace, 'account')).toContainEqual(expect.objectContaining({ status: 'gone' }));
      expect(sent()).toBe(1);

      const id = (github.state.nextId += 1);
      github.state.invitations.set(id, { id, email: 'requester@example.com', login: null, teamIds: [] });
      await again();
      expect(await task()).toMatchObject(waits);
      github.accept(id, 'requester-on-github');
      await settled(25);
      expect(await task()).toMatchObject({ state: 'done' });
      expect(github.membersOf(teams[0]!)).toEqual(['requester-on-github']);
      expect(sent()).toBe(1);
      expect([github.problems, delivery.problems]).toEqual([[], []]);
    });
  },
  ['sqlite'],
);
