import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RemoteAccount } from '#core/connectors/connector.ts';
import { describeConnectorContract } from '#core/connectors/contract-suite.ts';
import { templateConnector } from './index.ts';

// The application's own state, behind its API: a real connector is tested against the real application instead.
async function startApplication() {
  const members = new Map<string, RemoteAccount>();
  const groups = new Set<string>();
  const memberships = new Set<string>();
  const key = (group: string, member: string) => JSON.stringify([group, member]);
  let speak: Promise<void> = Promise.resolve();
  const answerTo = (request: IncomingMessage, response: ServerResponse) => {
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
    // In an order that stands still: whatever comes or goes, what is behind a place stays behind it.
    const rows = [
      ...[...members.values()].map((row) => ({ at: `1 ${row.externalId}`, members: row })),
      ...[...groups].map((name) => ({
        at: `2 ${name}`,
        groups: { externalId: name, name, kind: 'group', description: null },
      })),
      ...[...memberships].map((pair) => {
        const [entitlementExternalId, accountExternalId] = JSON.parse(pair) as [string, string];
        return { at: `3 ${pair}`, memberships: { accountExternalId, entitlementExternalId } };
      }),
    ].toSorted((one, other) => (one.at < other.at ? -1 : 1));
    const after = url.searchParams.get('after') ?? '';
    const limit = Number(url.searchParams.get('limit') ?? 1);
    const rest = rows.filter(({ at }) => at > after);
    const page = rest.slice(0, limit);
    const of = (name: string) => page.flatMap((row) => (name in row ? [(row as Record<string, unknown>)[name]] : []));
    const next = rest.length > limit ? (page.at(-1)?.at ?? null) : null;
    return answer(200, { members: of('members'), groups: of('groups'), memberships: of('memberships'), next });
  };
  const server = createServer((request, response) => void speak.then(() => answerTo(request, response)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  /** From now on nothing is answered, until what is given back is called. */
  const hush = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    speak = promise;
    return resolve;
  };
  return { server, address, members, groups, memberships, key, hush };
}

const { capabilities } = templateConnector.description;
describeConnectorContract('the template', { capabilities, names: ['a/b'], crowd: 1_000 }, async () => {
  const { server, address, members, groups, memberships, key, hush } = await startApplication();
  const makeAccount = (username: string): RemoteAccount => {
    const account = { externalId: `id ${username}`, username, email: null, displayName: null, active: true };
    members.set(account.externalId, account);
    return account;
  };
  return {
    open: ({ credential, timeoutSeconds = 30, pageSize = 2 } = {}) =>
      templateConnector.open({
        configuration: { address, timeoutSeconds, pageSize },
        secrets: { token: credential === 'wrong' ? 'wrong' : 'right' },
      }),
    async makeEntitlement(name) {
      groups.add(name);
      return name;
    },
    makeAccount: async (username) => makeAccount(username),
    async removeAccount({ externalId }) {
      members.delete(externalId);
      for (const pair of memberships) if ((JSON.parse(pair) as string[])[1] === externalId) memberships.delete(pair);
    },
    async makeCrowd(size) {
      groups.add('crowd');
      const accounts = Array.from({ length: size }, (_, index) => makeAccount(`member${index}`).externalId);
      for (const account of accounts) memberships.add(key('crowd', account));
      return { entitlement: 'crowd', accounts };
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
    async hush() {
      const resume = hush();
      return async () => resume();
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
});
