/** What goes with an account besides its access: its first password in a directory, and the end of one in PostgreSQL. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instant } from '#core/domain/instant.ts';
import { connect, line, organisation, renameEntitlements, rowsOf, submitted } from '#core/testing/builders.ts';
import { startDelivery } from '#core/testing/delivery.ts';
import { describeEachDatabase, type OpenWorkspace } from '#core/testing/each-database.ts';
import { acceptsLogin } from '#core/testing/ldap-testbed.ts';
import { startOpenLdapTestbed, type OpenLdapTestbed } from '#core/testing/openldap-testbed.ts';
import { startRoleTestbed, type RoleTestbed } from '#core/testing/role-testbed.ts';
import { canRunSlapd } from '#core/testing/slapd-server.ts';

async function begin(
  open: OpenWorkspace,
  connector: string,
  configuration: Readonly<Record<string, unknown>>,
  entitlement: string,
  password: string,
) {
  const workspace = await open();
  const built = await organisation(workspace);
  const delivery = startDelivery(workspace, { now: workspace.clock.now });
  workspace.onClose(() => delivery.stop());
  await delivery.secrets.write('secret', { password });
  await connect(workspace, built.applications.automatic, { connector, configuration, secretName: 'secret' });
  await renameEntitlements(workspace, [[built.entitlements.automatic[0], entitlement]]);
  return { workspace, delivery, ...built };
}

describe.skipIf(!canRunSlapd())('a first password in a directory', () => {
  let bed: OpenLdapTestbed;
  beforeAll(async () => {
    bed = await startOpenLdapTestbed();
  });
  afterAll(() => bed?.close());

  describeEachDatabase('', (open) => {
    it('is in the keychain under the name the evidence gives, works there, and is nowhere in the workspace', async () => {
      await bed.newTree();
      const group = await bed.group('readers');
      const { workspace, delivery, people, entitlements } = await begin(
        open,
        'ldap',
        bed.form(),
        group.id,
        bed.server.service.password,
      );
      await submitted(delivery.execute, people.requester, [line(people.requester, entitlements.automatic[0])]);
      await delivery.fulfillment.idle();
      const [task] = await rowsOf(workspace, 'fulfillment_task');
      expect(task).toMatchObject({ state: 'done', lastProblem: null, evidence: { accountCreated: true } });
      const entry = task?.initialPassword?.name ?? '';
      expect(task?.evidence?.facts['initialPassword']).toContain(entry);
      const password = (await delivery.secrets.read(entry))?.['password'] ?? '';
      expect(password.length).toBeGreaterThan(20);
      const signsIn = (text: string) =>
        acceptsLogin({
          url: `ldap://${bed.server.host}:${bed.server.port}`,
          certificateAuthority: null,
          login: { dn: `uid=requester,${bed.people()}`, password: text },
        });
      expect(await signsIn(password)).toBe(true);
      expect(await signsIn(`${password}x`)).toBe(false);
      const everything = JSON.stringify(
        await Promise.all(
          (['fulfillment_task', 'audit_event', 'command_record', 'notice', 'account'] as const).map((table) =>
            rowsOf(workspace, table),
          ),
        ),
      );
      expect(everything).toContain(entry);
      expect(everything).not.toContain(password);
      expect((await rowsOf(workspace, 'notice')).filter(({ kind }) => kind === 'passwordWaits')).not.toEqual([]);
    });
  });
});

describe('the end of temporary access to a database', () => {
  let bed: RoleTestbed;
  beforeAll(async () => {
    bed = await startRoleTestbed();
  });
  afterAll(() => bed.close());

  describeEachDatabase('', (open) => {
    it('becomes the end of the password of an account that was made for it', async () => {
      await bed.reset();
      const { workspace, delivery, people, entitlements } = await begin(
        open,
        'postgres',
        { ...bed.configuration, passwordEnds: 'withOnlyGrant' },
        await bed.createGroup('readers'),
        bed.secrets['password'] ?? '',
      );
      const endsAt = instant('2026-03-09T08:00:00.000Z');
      await submitted(delivery.execute, people.requester, [
        line(people.requester, entitlements.automatic[0], { term: { kind: 'until', endsAt } }),
      ]);
      await delivery.fulfillment.idle();
      expect(await rowsOf(workspace, 'fulfillment_task')).toContainEqual(
        expect.objectContaining({ effect: 'grant', state: 'done', lastProblem: null }),
      );
      const ends = await bed.sql<{ name: string; until: Date | null }>(
        `select rolname as name, rolvaliduntil as until from pg_roles where rolname like 'requester%'`,
      );
      expect(ends.map(({ until }) => until?.toISOString())).toEqual([endsAt]);
      // The membership has no end of its own: that is what our own task is for.
      workspace.clock.pass(8 * 24 * 3_600_000);
      await delivery.fulfillment.idle();
      expect(await bed.membersOf('readers')).toEqual([]);
    });
  });
});
