/** The contract of connectors, kept against OpenLDAP in each of its schemas. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Connector } from '#core/connectors/connector.ts';
import { describeConnectorContract, type ContractHarness } from '#core/connectors/contract-suite.ts';
import { awkwardNames, equals, openDirectory, personDraft, type DirectoryAdmin } from '#core/testing/ldap-testbed.ts';
import { canRunSlapd, startSlapd, type SlapdServer } from '#core/testing/slapd-server.ts';
import { ldapConnector } from './index.ts';
import { escapeDnValue, normalDn } from './names.ts';

const kinds = [
  { schema: 'groupOfNames', objectClass: 'groupOfNames', member: 'member', accountKind: 'inetOrgPerson' },
  {
    schema: 'groupOfUniqueNames',
    objectClass: 'groupOfUniqueNames',
    member: 'uniqueMember',
    accountKind: 'posixAccount',
  },
  { schema: 'posixGroup', objectClass: 'posixGroup', member: 'memberUid', accountKind: 'posixAccount' },
] as const;

describe.skipIf(!canRunSlapd())('OpenLDAP', () => {
  let server: SlapdServer;
  let admin: DirectoryAdmin;
  beforeAll(async () => {
    server = await startSlapd();
    const url = `ldaps://${server.host}:${server.tlsPort}`;
    admin = await openDirectory({ url, certificateAuthority: server.certificateAuthority, login: server.admin });
  });
  afterAll(async () => {
    await admin?.close();
    await server?.stop();
  });

  for (const { schema, objectClass, member, accountKind } of kinds) {
    const abilities = [
      'discover',
      'createAccount',
      'updateAccount',
      'disableAccount',
      'enableAccount',
      'deleteAccount',
    ] as const;
    describeConnectorContract(`groups of the kind ${schema}`, { abilities, names: awkwardNames }, async () => {
      const unit = `ou=${randomUUID()},${server.base}`;
      await admin.add(unit, { objectClass: 'organizationalUnit' });
      const [people, groups] = [`ou=people,${unit}`, `ou=groups,${unit}`];
      for (const dn of [people, groups]) await admin.add(dn, { objectClass: 'organizationalUnit' });

      const open = (password: string): Connector =>
        ldapConnector.open({
          configuration: ldapConnector.configuration.parse({
            address: `ldap://${server.host}:${server.port}`,
            encryption: 'startTls',
            certificateAuthority: server.certificateAuthority,
            bindDn: server.service.dn,
            schema,
            accountsBase: people,
            groupsBase: groups,
            accountKind,
            disabling: 'ppolicy',
            pageSize: 2,
          }),
          secrets: { password },
        });
      const accountDn = (username: string): string => `uid=${escapeDnValue(username)},${people}`;
      const idAt = async (dn: string): Promise<string> => (await admin.texts(dn, 'entryUUID'))[0] ?? '';
      const makeAccount = async (username: string) => {
        const { email, displayName } = personDraft(username);
        await admin.add(accountDn(username), {
          objectClass: ['inetOrgPerson', 'posixAccount'],
          cn: displayName,
          sn: username,
          mail: email,
          displayName,
          uidNumber: '5000',
          gidNumber: '5000',
          homeDirectory: '/',
        });
        return {
          externalId: await idAt(accountDn(username)),
          username,
          email,
          displayName,
          active: true,
        };
      };
      const makeEntitlement = async (name: string): Promise<string> => {
        const dn = `cn=${escapeDnValue(name)},${groups}`;
        const first: Readonly<Record<string, string>> =
          schema === 'posixGroup' ? { gidNumber: '7000' } : { [member]: dn };
        await admin.add(dn, { objectClass, ...first });
        return idAt(dn);
      };
      // The connection test asks for at least one group; in the tree of a case there would be none.
      await makeEntitlement('always there');
      const harness: ContractHarness = {
        connector: open(server.service.password),
        openWithWrongCredential: () => open('not the password'),
        makeEntitlement,
        makeAccount,
        draftOf: personDraft,
        unknownAccount: randomUUID(),
        unknownEntitlement: randomUUID(),
        async holdersOf(entitlement) {
          const [dn = ''] = await admin.find(groups, equals('entryUUID', entitlement));
          const values = (await admin.texts(dn, member)).filter((value) => normalDn(value) !== normalDn(dn));
          return Promise.all(values.map((value) => idAt(schema === 'posixGroup' ? accountDn(value) : value)));
        },
        countAccounts: async (username) => (await admin.find(people, equals('uid', username))).length,
        async close() {
          // The next case has a folder of its own; the server goes with the file.
        },
      };
      return harness;
    });
  }
});
