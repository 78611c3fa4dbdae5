/**
 * The SCIM servers, each behind a scripted proxy and filled alike, so that one test can ask the same
 * of all and look at what the server itself holds, past the proxy.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSampleScimService, type SampleScimService } from '#core/sample/scim-service.ts';
import { startBetterAuthScim } from './better-auth-scim.ts';
import { startScriptedProxy, type ScriptedProxy } from './scripted-proxy.ts';
import { startSecondScimServer, type SecondScimServer, type SecondScimServerOptions } from './second-scim-server.ts';

export interface TestbedContents {
  readonly users: readonly { readonly userName: string; readonly email: string }[];
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

export interface ScimTestbed {
  readonly proxy: ScriptedProxy;
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** The server's id of a user or group of the contents. */
  userId(userName: string): string;
  groupId(name: string): string;
  userNames(): Promise<readonly string[]>;
  /** User names of a group's members. */
  membersOf(group: string): Promise<readonly string[]>;
  /** Ids of the members of a group with this id. */
  holdersOf(groupId: string): Promise<readonly string[]>;
  /** The new one's id. */
  createUser(userName: string): Promise<string>;
  createGroup(name: string, memberIds?: readonly string[]): Promise<string>;
  removeUser(id: string): Promise<void>;
  /** Users of these names, and a group of all of them. */
  createCrowd(userNames: readonly string[]): Promise<{ readonly group: string; readonly users: readonly string[] }>;
  close(): Promise<void>;
}

export interface SampleTestbed extends ScimTestbed {
  readonly service: SampleScimService;
  /** As somebody does it in the application itself. */
  deleteGroup(name: string): Promise<void>;
}

export type StartTestbed = (contents: TestbedContents) => Promise<ScimTestbed>;

export const scimTestbeds: readonly (readonly [name: string, start: StartTestbed])[] = [
  ['the sample service', (contents) => startSampleTestbed(contents)],
  ['the second server', (contents) => startSecondTestbed(contents)],
];

interface Resource {
  readonly id: string;
  readonly userName?: string;
  readonly displayName?: string;
  readonly members?: readonly { readonly value: string }[];
}

/** A server as any client with its token sees it, past the proxy. */
function scimAdmin(baseUrl: string, token: string) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
  async function send(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${baseUrl}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: HTTP ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
  async function list(endpoint: string): Promise<readonly Resource[]> {
    const all: Resource[] = [];
    for (;;) {
      const page = (await send('GET', `${endpoint}?startIndex=${all.length + 1}&count=1000`)) as {
        readonly totalResults: number;
        readonly Resources?: readonly Resource[];
      };
      all.push(...(page.Resources ?? []));
      if ((page.Resources ?? []).length === 0 || all.length >= page.totalResults) return all;
    }
  }
  const made = async (endpoint: string, body: object) => ((await send('POST', endpoint, body)) as Resource).id;
  return {
    list,
    holdersOf: async (id: string) =>
      (((await send('GET', `/Groups/${id}`)) as Resource).members ?? []).map(({ value }) => value),
    createUser: (userName: string, email = `${userName}@example.com`) =>
      made('/Users', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        userName,
        displayName: userName,
        emails: [{ value: email, primary: true, type: 'work' }],
        active: true,
      }),
    createGroup: (displayName: string, memberIds: readonly string[] = []) =>
      made('/Groups', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
        displayName,
        ...(memberIds.length === 0 ? {} : { members: memberIds.map((value) => ({ value })) }),
      }),
    removeUser: async (id: string) => void (await send('DELETE', `/Users/${id}`)),
    removeGroup: async (id: string) => void (await send('DELETE', `/Groups/${id}`)),
  };
}

type Admin = ReturnType<typeof scimAdmin>;
interface Ids {
  readonly users: Readonly<Record<string, string>>;
  readonly groups: Readonly<Record<string, string>>;
}

function throughAdmin(admin: Admin, ids: Ids) {
  return {
    userId: (userName: string) => ids.users[userName] ?? 'none',
    groupId: (name: string) => ids.groups[name] ?? 'none',
    userNames: async () => (await admin.list('/Users')).map(({ userName }) => userName ?? ''),
    async membersOf(group: string) {
      const users = new Map((await admin.list('/Users')).map(({ id, userName }) => [id, userName ?? '']));
      return (await admin.holdersOf(ids.groups[group] ?? '')).map((id) => users.get(id) ?? id);
    },
    holdersOf: admin.holdersOf,
    createUser: (userName: string) => admin.createUser(userName),
    createGroup: admin.createGroup,
    removeUser: admin.removeUser,
    async createCrowd(userNames: readonly string[]) {
      const users: string[] = [];
      for (const userName of userNames) users.push(await admin.createUser(userName));
      return { group: await admin.createGroup('Crowd', users), users };
    },
  };
}

export async function startSampleTestbed(
  contents: TestbedContents,
  options: Partial<Parameters<typeof startSampleScimService>[0]> = {},
): Promise<SampleTestbed> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-scim-'));
  const service = await startSampleScimService({ directory, ...options });
  const ids = await service.seed(
    Object.entries(contents.groups).map(([displayName, members]) => ({ displayName, members })),
    contents.users.map(({ userName, email }) => ({ userName, email, displayName: userName })),
  );
  const proxy = await startScriptedProxy(service.baseUrl);
  const admin = scimAdmin(service.baseUrl, service.token);
  return {
    ...throughAdmin(admin, ids),
    deleteGroup: (name) => admin.removeGroup(ids.groups[name] ?? ''),
    // One write to its file instead of thousands.
    async createCrowd(userNames) {
      const made = await service.seed(
        [{ displayName: 'Crowd', members: userNames }],
        userNames.map((userName) => ({ userName, email: `${userName}@example.com`, displayName: userName })),
      );
      return { group: made.groups['Crowd'] ?? '', users: Object.values(made.users) };
    },
    service,
    proxy,
    configuration: { baseUrl: proxy.baseUrl, authentication: 'bearer' },
    secrets: { token: service.token },
    async close() {
      await proxy.close();
      await service.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** The SCIM service of Better Auth, by other people than the sample's and with ways of its own. */
export async function startBetterAuthTestbed(contents: TestbedContents): Promise<ScimTestbed> {
  const server = await startBetterAuthScim();
  const admin = scimAdmin(server.baseUrl, server.token);
  const users: Record<string, string> = {};
  for (const { userName, email } of contents.users) users[userName] = await admin.createUser(userName, email);
  const groups: Record<string, string> = {};
  for (const [name, members] of Object.entries(contents.groups))
    groups[name] = await admin.createGroup(
      name,
      members.map((member) => users[member] ?? ''),
    );
  const proxy = await startScriptedProxy(server.baseUrl);
  return {
    ...throughAdmin(admin, { users, groups }),
    proxy,
    configuration: { baseUrl: proxy.baseUrl, authentication: 'bearer' },
    secrets: { token: server.token },
    async close() {
      await proxy.close();
      await server.close();
    },
  };
}

export async function startSecondTestbed(
  contents: TestbedContents,
  options: Partial<SecondScimServerOptions> = {},
): Promise<ScimTestbed & { readonly server: SecondScimServer }> {
  const server = await startSecondScimServer({ ...contents, ...options });
  const proxy = await startScriptedProxy(server.baseUrl);
  return {
    server,
    proxy,
    configuration: { baseUrl: proxy.baseUrl, authentication: 'basic', username: server.username },
    secrets: { password: server.password },
    // Ids are names there.
    userId: (userName) => userName,
    groupId: (name) => name,
    userNames: async () => server.userNames(),
    membersOf: async (group) => server.membersOf(group) ?? [],
    holdersOf: async (group) => server.membersOf(group) ?? [],
    createUser: async (userName) => server.addUser(userName),
    createGroup: async (name, members = []) => server.addGroup(name, members),
    removeUser: async (id) => server.removeUser(id),
    async createCrowd(userNames) {
      for (const userName of userNames) server.addUser(userName);
      return { group: server.addGroup('Crowd', userNames), users: userNames };
    },
    async close() {
      await proxy.close();
      await server.close();
    },
  };
}
