/**
 * The two SCIM servers, each behind a scripted proxy and filled alike, so that one test can ask the same
 * of both and look at what the server itself holds, past the proxy.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSampleScimService } from '#core/sample/scim-service.ts';
import { startScriptedProxy, type ScriptedProxy } from './scripted-proxy.ts';
import { startSecondScimServer, type SecondScimServerOptions } from './second-scim-server.ts';

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
  createUser(userName: string): Promise<void>;
  close(): Promise<void>;
}

export interface SampleTestbed extends ScimTestbed {
  /** As somebody does it in the application itself. */
  deleteGroup(name: string): Promise<void>;
}

export type StartTestbed = (contents: TestbedContents) => Promise<ScimTestbed>;

export const scimTestbeds: readonly (readonly [name: string, start: StartTestbed])[] = [
  ['the sample service', startSampleTestbed],
  ['the second server', (contents) => startSecondTestbed(contents)],
];

interface Listed {
  readonly Resources?: readonly {
    readonly id: string;
    readonly userName?: string;
    readonly members?: readonly { readonly value: string }[];
  }[];
}

export async function startSampleTestbed(contents: TestbedContents): Promise<SampleTestbed> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-scim-'));
  const service = await startSampleScimService({ directory });
  const ids = await service.seed(
    Object.entries(contents.groups).map(([displayName, members]) => ({ displayName, members })),
    contents.users.map(({ userName, email }) => ({ userName, email, displayName: userName })),
  );
  const proxy = await startScriptedProxy(service.baseUrl);
  const headers = { authorization: `Bearer ${service.token}`, 'content-type': 'application/scim+json' };
  const list = async (endpoint: string): Promise<NonNullable<Listed['Resources']>> => {
    const response = await fetch(`${service.baseUrl}${endpoint}?count=100000`, { headers });
    return ((await response.json()) as Listed).Resources ?? [];
  };
  return {
    proxy,
    configuration: { baseUrl: proxy.baseUrl, authentication: 'bearer' },
    secrets: { token: service.token },
    userId: (userName) => ids.users[userName] ?? 'none',
    groupId: (name) => ids.groups[name] ?? 'none',
    userNames: async () => (await list('/Users')).map(({ userName }) => userName ?? ''),
    async membersOf(group) {
      const users = new Map((await list('/Users')).map(({ id, userName }) => [id, userName ?? '']));
      const found = (await list('/Groups')).find(({ id }) => id === ids.groups[group]);
      return (found?.members ?? []).map(({ value }) => users.get(value) ?? value);
    },
    async createUser(userName) {
      await fetch(`${service.baseUrl}/Users`, { method: 'POST', headers, body: JSON.stringify({ userName }) });
    },
    async deleteGroup(name) {
      const { status } = await fetch(`${service.baseUrl}/Groups/${ids.groups[name]}`, { method: 'DELETE', headers });
      if (status !== 204) throw new Error(`The group was not deleted: ${status}`);
    },
    async close() {
      await proxy.close();
      await service.close();
      await rm(directory, { recursive: true });
    },
  };
}

export async function startSecondTestbed(
  contents: TestbedContents,
  options: Partial<SecondScimServerOptions> = {},
): Promise<ScimTestbed> {
  const server = await startSecondScimServer({ ...contents, ...options });
  const proxy = await startScriptedProxy(server.baseUrl);
  return {
    proxy,
    configuration: { baseUrl: proxy.baseUrl, authentication: 'basic', username: server.username },
    secrets: { password: server.password },
    userId: (userName) => userName,
    groupId: (name) => name,
    userNames: async () => server.userNames(),
    membersOf: async (group) => server.membersOf(group) ?? [],
    async createUser(userName) {
      const authorization = `Basic ${Buffer.from(`${server.username}:${server.password}`).toString('base64')}`;
      await fetch(`${server.baseUrl}/Users`, {
        method: 'POST',
        headers: { authorization },
        body: JSON.stringify({ userName }),
      });
    },
    async close() {
      await proxy.close();
      await server.close();
    },
  };
}
