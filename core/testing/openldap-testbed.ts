/** An OpenLDAP server with a tree for each test, and what tests make in it. */
import { randomUUID } from 'node:crypto';
import type { RemoteAccount } from '#core/connectors/connector.ts';
import { openDirectory, personDraft, type DirectoryAdmin } from './ldap-testbed.ts';
import { startSlapd, type SlapdOptions, type SlapdServer } from './slapd-server.ts';

export interface OpenLdapTestbed {
  readonly server: SlapdServer;
  readonly admin: DirectoryAdmin;
  /** Starts a new, empty tree; what is made afterwards is made there. */
  newTree(): Promise<void>;
  readonly people: () => string;
  readonly groups: () => string;
  /** The form of a connection to that tree over LDAPS, signed in as the service. */
  form(more?: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  person(username: string, more?: Readonly<Record<string, string | readonly string[]>>): Promise<RemoteAccount>;
  /** A group of names with these members' DNs; none: itself alone, as Gatehouse leaves an empty one. */
  group(name: string, members?: readonly string[]): Promise<{ readonly dn: string; readonly id: string }>;
  idAt(dn: string): Promise<string>;
  close(): Promise<void>;
}

export async function startOpenLdapTestbed(options: SlapdOptions = {}): Promise<OpenLdapTestbed> {
  const server = await startSlapd(options);
  const admin = await openDirectory({
    url: `ldap://${server.host}:${server.port}`,
    certificateAuthority: null,
    login: server.admin,
  });
  let tree = server.base;
  const people = (): string => `ou=people,${tree}`;
  const groups = (): string => `ou=groups,${tree}`;
  const idAt = async (dn: string): Promise<string> => (await admin.texts(dn, 'entryUUID'))[0] ?? '';
  return {
    server,
    admin,
    people,
    groups,
    idAt,
    async newTree() {
      tree = `ou=${randomUUID()},${server.base}`;
      for (const dn of [tree, people(), groups()]) await admin.add(dn, { objectClass: 'organizationalUnit' });
    },
    form: (more = {}) => ({
      address: `ldaps://${server.host}:${server.tlsPort}`,
      encryption: 'tls',
      certificateAuthority: server.certificateAuthority,
      bindDn: server.service.dn,
      schema: 'groupOfNames',
      accountsBase: people(),
      groupsBase: groups(),
      ...more,
    }),
    async person(username, more = {}) {
      const { email, displayName } = personDraft(username);
      const values = { objectClass: 'inetOrgPerson', cn: displayName, sn: username, mail: email, displayName, ...more };
      const dn = await admin.add(`uid=${username},${people()}`, values);
      return { externalId: await idAt(dn), username, email, displayName, active: true };
    },
    async group(name, members = []) {
      const dn = `cn=${name},${groups()}`;
      await admin.add(dn, { objectClass: 'groupOfNames', member: members.length === 0 ? [dn] : members });
      return { dn, id: await idAt(dn) };
    },
    async close() {
      await admin.close();
      await server.stop();
    },
  };
}
