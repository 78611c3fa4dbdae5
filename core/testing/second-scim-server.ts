/**
 * A second SCIM server for tests, written by hand to behave unlike the sample service wherever the RFCs
 * or real servers allow it: ids are user names, PATCH answers 204 without a body, filters it does not
 * know find nobody, user names are filtered with their case, pages are short and start again past the
 * end, errors are plain text, lists leave members out, and members are written as references.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { resourceTypes, schemasWith } from './second-scim-descriptions.ts';

/** How the server takes one member away, or does not. */
export type RemovalByFilter = 'works' | 'refused' | 'ignored';
export type RemovalByValue = 'works' | 'refused' | 'empties';

export interface SecondScimServerOptions {
  readonly users: readonly {
    readonly userName: string;
    readonly email?: string;
    readonly roles?: readonly unknown[];
  }[];
  /** Members by group name. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** The most it lists at once, whatever is asked for. */
  readonly largestPage?: number;
  readonly announcesTotal?: boolean;
  readonly removalByFilter?: RemovalByFilter;
  readonly removalByValue?: RemovalByValue;
  /** Gives groups a version and holds PUT to it; without, PUT is not there. */
  readonly versions?: boolean;
  /** Without PATCH, 501 is the answer to it. */
  readonly patches?: boolean;
  /** Never shows members; the filter `members.value eq` works instead. */
  readonly hidesMembers?: boolean;
  /** Without it, the filter for members is one it does not know: 200 and an empty list. */
  readonly filtersMembers?: boolean;
  /** Shows at each user the groups it is in (RFC 7643 section 4.1.2). */
  readonly showsOwnGroups?: boolean;
  /** Pages by cursor too, and says so (RFC 9865); a cursor stands in the list as it was when it was begun. */
  readonly cursors?: boolean;
  readonly unknownMemberStatus?: 400 | 404 | 500;
  /** Members by project: a resource type of its own (RFC 7643 section 6), which it tells of. */
  readonly projects?: Readonly<Record<string, readonly string[]>>;
  /** What it says of itself in its ServiceProviderConfig; without, there is none. */
  readonly says?: { readonly patch?: boolean | string; readonly filter?: boolean };
  /** Keeps the roles of users, as objects or as plain texts, and takes PATCH of them. */
  readonly roles?: { readonly as: 'objects' | 'texts'; readonly filterRefused?: boolean; readonly inLists?: boolean };
  /** Has schemas, with these roles to choose from. */
  readonly offeredRoles?: readonly string[];
}

export interface SecondScimServer {
  readonly baseUrl: string;
  readonly username: string;
  readonly password: string;
  readonly userNames: () => readonly string[];
  readonly membersOf: (group: string) => readonly string[] | undefined;
  readonly membersOfProject: (project: string) => readonly string[] | undefined;
  /** As they are written in the user. */
  readonly rolesOf: (userName: string) => unknown;
  /** Both give the id, which is the name. */
  readonly addUser: (userName: string) => string;
  readonly addGroup: (name: string, members?: readonly string[]) => string;
  readonly removeUser: (userName: string) => void;
  /** No cursor given so far is known any more. */
  readonly expireCursors: () => void;
  close(): Promise<void>;
}

interface User {
  readonly userName: string;
  email: string | null;
  /** Whatever else a client wrote of it. */
  more: Readonly<Record<string, unknown>>;
  version: number;
}

interface Group {
  members: string[];
  version: number;
}

class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export async function startSecondScimServer(options: SecondScimServerOptions): Promise<SecondScimServer> {
  const {
    largestPage = 3,
    announcesTotal = true,
    removalByFilter = 'refused',
    removalByValue = 'works',
    unknownMemberStatus = 400,
  } = options;
  const [username, password] = ['gatehouse', 'pässword with: colon'];
  const users: User[] = options.users.map(({ userName, email = null, roles }) => ({
    userName,
    email,
    more: roles === undefined ? {} : { roles },
    version: 1,
  }));
  const collected = (contents: Readonly<Record<string, readonly string[]>>) =>
    new Map(
      Object.entries(contents).map(([name, members]): [string, Group] => [name, { members: [...members], version: 1 }]),
    );
  const groups = collected(options.groups);
  const projects = collected(options.projects ?? {});
  const collections: Readonly<Record<string, Map<string, Group>>> = {
    Groups: groups,
    ...(options.projects === undefined ? {} : { Projects: projects }),
  };

  const userOf = ({ userName, email, more, version }: User) => ({
    ...more,
    ...(options.versions === true ? { meta: { resourceType: 'User', version: `W/"${version}"` } } : {}),
    id: userName,
    userName,
    // Written as some servers do.
    active: more['active'] === false ? 'False' : 'True',
    emails: email === null ? [] : [{ value: email }],
    ...(options.showsOwnGroups === true
      ? {
          groups: [...groups]
            .filter(([, group]) => group.members.includes(userName))
            .map(([name]) => ({ value: name, type: 'direct' })),
        }
      : {}),
  });

  const listedUser = (user: User) => {
    const { roles, ...rest } = userOf(user) as ReturnType<typeof userOf> & { readonly roles?: unknown };
    return options.roles?.inLists === false || roles === undefined ? rest : { ...rest, roles };
  };

  function groupOf(all: ReadonlyMap<string, Group>, name: string, withMembers: boolean): object {
    const group = existing(all, name);
    return {
      id: name,
      displayName: name,
      ...(options.versions === true ? { meta: { resourceType: 'Group', version: `W/"${group.version}"` } } : {}),
      ...(withMembers && options.hidesMembers !== true
        ? {
            members: group.members.map((id) => ({ $ref: `https://directory.example/Users/${encodeURIComponent(id)}` })),
          }
        : {}),
    };
  }

  function existing(all: ReadonlyMap<string, Group>, name: string): Group {
    const group = all.get(name);
    if (group === undefined) throw new Refusal(404, `nothing called "${name}"`);
    return group;
  }

  function removeUser(userName: string): void {
    users.splice(0, users.length, ...users.filter((user) => user.userName !== userName));
    for (const group of [...groups.values(), ...projects.values()])
      group.members = group.members.filter((id) => id !== userName);
  }

  const cursors = new Map<string, readonly object[]>();
  let cursorsGiven = 0;

  function listByCursor(all: readonly object[], url: URL, cursor: string): object {
    const rest = cursor === '' ? all : cursors.get(cursor);
    if (rest === undefined)
      throw new Refusal(400, JSON.stringify({ scimType: 'expiredCursor', detail: 'begin again' }));
    const count = Math.min(Number(url.searchParams.get('count') ?? largestPage), largestPage);
    cursorsGiven += 1;
    const nextCursor = `c${cursorsGiven}`;
    if (rest.length > count) cursors.set(nextCursor, rest.slice(count));
    return { Resources: rest.slice(0, count), ...(rest.length > count ? { nextCursor } : {}) };
  }

  function list(all: readonly object[], url: URL): object {
    const cursor = url.searchParams.get('cursor');
    if (options.cursors === true && cursor !== null) return listByCursor(all, url, cursor);
    const startIndex = Number(url.searchParams.get('startIndex') ?? 1);
    const count = Math.min(Number(url.searchParams.get('count') ?? largestPage), largestPage);
    const start = startIndex > all.length ? 0 : startIndex - 1;
    return { resources: all.slice(start, start + count), ...(announcesTotal ? { totalResults: all.length } : {}) };
  }

  function selectUsers(filter: string | null): readonly User[] {
    if (filter === null) return users;
    const [, literal] = /^userName eq ("(?:[^"\\]|\\.)*")$/.exec(filter) ?? [];
    return literal === undefined ? [] : users.filter(({ userName }) => userName === JSON.parse(literal));
  }

  function selectGroups(all: ReadonlyMap<string, Group>, filter: string | null): readonly string[] {
    if (filter === null) return [...all.keys()];
    const [, id, member] = /^(?:id eq (".*") and )?members\.value eq (".*")$/.exec(filter) ?? [];
    if (member === undefined || options.filtersMembers === false) return [];
    return [...all]
      .filter(
        ([name, group]) =>
          (id === undefined || name === JSON.parse(id)) && group.members.includes(JSON.parse(member) as string),
      )
      .map(([name]) => name);
  }

  function create(body: Record<string, unknown>): object {
    const userName = String(body['userName']);
    if (users.some((user) => user.userName.toLowerCase() === userName.toLowerCase()))
      throw new Refusal(409, 'that name is taken');
    const user = { userName, ...writtenOf(body), version: 1 };
    users.push(user);
    return userOf(user);
  }

  function writtenOf(body: Record<string, unknown>): Pick<User, 'email' | 'more'> {
    const { id: _id, userName: _userName, meta: _meta, emails, ...more } = body;
    return { email: (emails as readonly { readonly value: string }[] | undefined)?.[0]?.value ?? null, more };
  }

  function userNamed(id: string | null): User {
    const user = users.find(({ userName }) => userName === id);
    if (user === undefined) throw new Refusal(404, 'no such user');
    return user;
  }

  /** Roles alone; whatever else is replaced as a whole. */
  function patchUser(
    user: User,
    { op, path, value }: { readonly op: string; readonly path: string; readonly value?: unknown },
  ): void {
    if (options.roles === undefined) throw new Refusal(405, 'users are replaced as a whole');
    const held = (user.more['roles'] ?? []) as readonly unknown[];
    const [, literal] = /^roles\[value eq (".*")\]$/.exec(path) ?? [];
    const written = (entry: unknown) =>
      typeof entry === 'string' ? entry : (entry as { readonly value: string }).value;
    if (literal !== undefined && options.roles.filterRefused === true) throw new Refusal(400, 'no path filters here');
    user.version += 1;
    if (op === 'remove') {
      user.more = {
        ...user.more,
        roles: literal === undefined ? [] : held.filter((entry) => written(entry) !== JSON.parse(literal)),
      };
      return;
    }
    const given = value as readonly unknown[];
    if (given.some((entry) => (typeof entry === 'string') !== (options.roles?.as === 'texts')))
      throw new Refusal(400, 'that is no role');
    user.more = { ...user.more, roles: [...held, ...given] };
  }

  function patch(
    group: Group,
    operation: { readonly op: string; readonly path: string; readonly value?: readonly { readonly value: string }[] },
  ): void {
    const values = operation.value?.map(({ value }) => value) ?? [];
    group.version += 1;
    if (operation.op === 'add') {
      const unknown = values.find((id) => !users.some(({ userName }) => userName === id));
      if (unknown !== undefined)
        throw new Refusal(unknownMemberStatus, `cannot add ${unknown}\n    at Directory.add (directory.js:17)`);
      group.members = [...new Set([...group.members, ...values])];
      return;
    }
    const [, literal] = /^members\[value eq (".*")\]$/.exec(operation.path) ?? [];
    if (literal !== undefined) {
      if (removalByFilter === 'refused') throw new Refusal(400, 'path filters are not supported');
      if (removalByFilter === 'works') group.members = group.members.filter((id) => id !== JSON.parse(literal));
      return;
    }
    if (removalByValue === 'refused') throw new Refusal(400, 'remove takes no value');
    group.members = removalByValue === 'empties' ? [] : group.members.filter((id) => !values.includes(id));
  }

  function replace(group: Group, body: Record<string, unknown>, ifMatch: string | undefined): void {
    if (options.versions !== true) throw new Refusal(405, 'PUT is not supported');
    if (ifMatch !== `W/"${group.version}"`) throw new Refusal(412, 'the group has changed');
    group.version += 1;
    group.members = (body['members'] as readonly { readonly $ref?: string; readonly value?: string }[]).map(
      ({ value, $ref }) => value ?? decodeURIComponent($ref?.split('/').at(-1) ?? ''),
    );
  }

  function answer(
    method: string,
    url: URL,
    body: Record<string, unknown>,
    ifMatch: string | undefined,
  ): { readonly status: number; readonly body?: object } {
    const [, endpoint = '', encoded] = url.pathname.split('/').slice(1);
    const id = encoded === undefined ? null : decodeURIComponent(encoded);
    const filter = url.searchParams.get('filter');
    switch (`${method} ${endpoint}${id === null ? '' : '/id'}`) {
      case 'GET ServiceProviderConfig':
        if (options.cursors !== true && options.says === undefined) throw new Refusal(404, 'nothing here');
        return {
          status: 200,
          body: {
            patch: { supported: options.says?.patch ?? true },
            ...(options.says?.filter === undefined ? {} : { filter: { supported: options.says.filter } }),
            pagination: { cursor: options.cursors === true, index: true },
          },
        };
      case 'GET ResourceTypes':
        if (options.projects === undefined) throw new Refusal(404, 'nothing here');
        return { status: 200, body: { Resources: resourceTypes } };
      case 'GET Schemas':
        if (options.offeredRoles === undefined) throw new Refusal(404, 'nothing here');
        return { status: 200, body: { Resources: schemasWith(options.offeredRoles, options.roles?.as === 'texts') } };
      case 'GET Users':
        return { status: 200, body: list(selectUsers(filter).map(listedUser), url) };
      case 'GET Users/id':
        return { status: 200, body: userOf(userNamed(id)) };
      case 'PUT Users/id': {
        const user = userNamed(id);
        if (ifMatch !== undefined && ifMatch !== `W/"${user.version}"`) throw new Refusal(412, 'the user has changed');
        Object.assign(user, writtenOf(body), { version: user.version + 1 });
        return { status: 204 };
      }
      case 'PATCH Users/id': {
        if (options.patches === false) throw new Refusal(501, 'PATCH is not supported');
        const [operation] = body['Operations'] as readonly Parameters<typeof patchUser>[1][];
        if (operation !== undefined) patchUser(userNamed(id), operation);
        return { status: 204 };
      }
      case 'DELETE Users/id':
        removeUser(userNamed(id).userName);
        return { status: 204 };
      case 'POST Users':
        return { status: 201, body: create(body) };
      default:
        return answerOfMembers(method, endpoint, id, url, body, ifMatch);
    }
  }

  function answerOfMembers(
    method: string,
    endpoint: string,
    id: string | null,
    url: URL,
    body: Record<string, unknown>,
    ifMatch: string | undefined,
  ): { readonly status: number; readonly body?: object } {
    const all = collections[endpoint];
    if (all === undefined) throw new Refusal(404, 'nothing here');
    switch (`${method}${id === null ? '' : ' id'}`) {
      case 'GET': {
        const found = selectGroups(all, url.searchParams.get('filter')).map((name) => groupOf(all, name, false));
        return { status: 200, body: list(found, url) };
      }
      case 'GET id':
        return {
          status: 200,
          body: groupOf(all, id ?? '', url.searchParams.get('attributes')?.includes('members') === true),
        };
      case 'PATCH id': {
        if (options.patches === false) throw new Refusal(501, 'PATCH is not supported');
        const [operation] = body['Operations'] as readonly Parameters<typeof patch>[1][];
        if (operation !== undefined) patch(existing(all, id ?? ''), operation);
        return { status: 204 };
      }
      case 'PUT id':
        replace(existing(all, id ?? ''), body, ifMatch);
        return { status: 200, body: groupOf(all, id ?? '', false) };
      default:
        throw new Refusal(404, 'nothing here');
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    try {
      const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
      if (request.headers.authorization !== expected) throw new Refusal(401, 'who are you?');
      const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
      const { status, body: said } = answer(
        request.method ?? 'GET',
        new URL(request.url ?? '/', 'http://localhost'),
        body,
        request.headers['if-match'],
      );
      response
        .writeHead(status, said === undefined ? {} : { 'content-type': 'application/json' })
        .end(said === undefined ? undefined : JSON.stringify(said));
    } catch (thrown) {
      const status = thrown instanceof Refusal ? thrown.status : 500;
      response
        .writeHead(status, { 'content-type': 'text/plain' })
        .end(thrown instanceof Error ? thrown.message : 'failed');
    }
  }

  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/scim`,
    username,
    password,
    userNames: () => users.map(({ userName }) => userName),
    membersOf: (group) => groups.get(group)?.members,
    membersOfProject: (project) => projects.get(project)?.members,
    rolesOf: (userName) => userNamed(userName).more['roles'],
    addUser(userName) {
      users.push({ userName, email: `${userName}@example.com`, more: {}, version: 1 });
      return userName;
    },
    addGroup(name, members = []) {
      groups.set(name, { members: [...members], version: 1 });
      return name;
    },
    removeUser,
    expireCursors: () => cursors.clear(),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
