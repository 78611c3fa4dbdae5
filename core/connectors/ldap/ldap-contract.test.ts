/** The contract of connectors, kept against OpenLDAP in each of its schemas. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Connector } from '#core/connectors/connector.ts';
import { uniqueName } from '#core/connectors/contract-harness.ts';
import { describeConnectorContract, type ContractHarness, type OpenSettings } from '#core/connectors/contract-suite.ts';
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
    const options = {
      capabilities: ldapConnector.description.capabilities,
      names: awkwardNames,
      // A Unix login takes none of them, and the connector says so.
      usernames: accountKind === 'posixAccount' ? [] : awkwardNames,
    };
    describeConnectorContract(`groups of the kind ${schema}`, options, async () => {
      const unit = `ou=${randomUUID()},${server.base}`;
      await admin.add(unit, { objectClass: 'organizationalUnit' });
      const [people, groups] = [`ou=people,${unit}`, `ou=groups,${unit}`];
      for (const dn of [people, groups]) await admin.add(dn, { objectClass: 'organizationalUnit' });

      const open = ({ credential, timeoutSeconds, pageSize = 2 }: OpenSettings = {}): Connector =>
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
            pageSize,
            timeoutSeconds,
          }),
          secrets: { password: credential === 'wrong' ? 'not the password' : server.service.password },
        });
      const accountDn = (username: string): string => `uid=${escapeDnValue(username)},${people}`;
      const idAt = async (dn: string): Promise<string> => (await admin.texts(dn, 'entryUUID'))[0] ?? '';
      const idsByDn = async (): Promise<ReadonlyMap<string, string>> => {
        const values = await admin.valuesBelow(people, 'entryUUID');
        return new Map([...values].map(([dn, value]) => [normalDn(dn), value.toString('utf8')]));
      };
      const makePerson = async (username: string): Promise<void> => {
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
      };
      const makeAccount = async (username: string) => {
        const { email, displayName } = personDraft(username);
        await makePerson(username);
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
        open,
        makeEntitlement,
        makeAccount,
        async removeAccount({ username }) {
          await admin.remove(accountDn(username));
        },
        async makeCrowd(size) {
          const usernames = Array.from({ length: size }, () => uniqueName());
          for (const username of usernames) await makePerson(username);
          const entitlement = await makeEntitlement('crowd');
          const values = schema === 'posixGroup' ? usernames : usernames.map(accountDn);
          await admin.change(`cn=crowd,${groups}`, 'add', member, values);
          return { entitlement, accounts: [...(await idsByDn()).values()] };
        },
        async hush() {
          server.signal('SIGSTOP');
          return async () => server.signal('SIGCONT');
        },
        // Addresses are ASCII there (RFC 4519 section 2.16 leaves mail an IA5 string).
        draftOf: (username) => personDraft(username, { email: `${username.replace(/[^a-z0-9]+/gi, '-')}@example.com` }),
        unknownAccount: randomUUID(),
        unknownEntitlement: randomUUID(),
        async holdersOf(entitlement) {
          const [dn = ''] = await admin.find(groups, equals('entryUUID', entitlement));
          const values = (await admin.texts(dn, member)).filter((value) => normalDn(value) !== normalDn(dn));
          // One question for all: a server closes a connection with a thousand of them under way.
          const ids = await idsByDn();
          return values.map((value) => ids.get(normalDn(schema === 'posixGroup' ? accountDn(value) : value)) ?? value);
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
