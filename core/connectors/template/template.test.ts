import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RemoteAccount } from '#core/connectors/connector.ts';
import { describeConnectorContract } from '#core/connectors/contract-suite.ts';
import { templateConnector } from './index.ts';

const rowsPerPage = 2;

// The application's own state, behind its API: a real connector is tested against the real application instead.
async function startApplication() {
  const members = new Map<string, RemoteAccount>();
  const groups = new Set<string>();
  const memberships = new Set<string>();
  const key = (group: string, member: string) => JSON.stringify([group, member]);
  const server = createServer((request, response) => {
    const answer = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body));
    if (request.headers.authorization !== 'Bearer right') return answer(401, {});
    const url = new URL(request.url ?? '', 'http://application');
    const [, what, group = '', , member = ''] = url.pathname.split('/').map(decodeURIComponent);
    if (what === 'groups') {
      if (!groups.has(group)) return answer(404, { missing: 'entitlement' });
      if (!members.has(member)) return answer(404, { missing: 'account' });
      if (request.method === 'PUT') memberships.add(key(group, member));
      if (request.method === 'DELETE') memberships.delete(key(group, member));
      return answer(200, { held: memberships.has(key(group, member)) });
    }
    const login = url.searchParams.get('login')?.toLowerCase();
    if (what === 'members')
      return answer(200, { members: [...members.values()].filter(({ username }) => username.toLowerCase() === login) });
    const rows = [
      ...[...members.values()].map((row) => ({ members: row })),
      ...[...groups].map((name) => ({ groups: { externalId: name, name, kind: 'group', description: null } })),
      ...[...memberships].map((pair) => {
        const [entitlementExternalId, accountExternalId] = JSON.parse(pair) as [string, string];
        return { memberships: { accountExternalId, entitlementExternalId } };
      }),
    ];
    const from = Number(url.searchParams.get('after') ?? '');
    const page = rows.slice(from, from + rowsPerPage);
    const of = (name: string) => page.flatMap((row) => (name in row ? [(row as Record<string, unknown>)[name]] : []));
    const next = from + rowsPerPage < rows.length ? String(from + rowsPerPage) : null;
    return answer(200, { members: of('members'), groups: of('groups'), memberships: of('memberships'), next });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { server, address, members, groups, memberships };
}

describeConnectorContract(
  'the template',
  { abilities: ['discover'], names: ['a/b', '50%_*', 'Größe "x"'] },
  async () => {
    const { server, address, members, groups, memberships } = await startApplication();
    const open = (token: string) => templateConnector.open({ configuration: { address }, secrets: { token } });
    return {
      connector: open('right'),
      openWithWrongCredential: () => open('wrong'),
      async makeEntitlement(name) {
        groups.add(name);
        return name;
      },
      async makeAccount(username) {
        const account = { externalId: `id ${username}`, username, email: null, displayName: null, active: true };
        members.set(account.externalId, account);
        return account;
      },
      draftOf: (username) => ({
        username,
        email: `${username}@example.com`,
        displayName: username,
        firstName: null,
        lastName: null,
        department: null,
        jobTitle: null,
        employeeId: username,
      }),
      unknownAccount: 'nobody',
      unknownEntitlement: 'nothing',
      holdersOf: async (entitlement) =>
        [...memberships].flatMap((pair) => {
          const [group, member = ''] = JSON.parse(pair) as string[];
          return group === entitlement ? [member] : [];
        }),
      countAccounts: async (username) =>
        [...members.values()].filter((member) => member.username.toLowerCase() === username.toLowerCase()).length,
      close: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },
);
