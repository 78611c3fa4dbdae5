/**
 * A second SCIM server for tests, written by hand to behave unlike the sample service wherever the RFCs
 * or real servers allow it: ids are user names, PATCH answers 204 without a body, filters it does not
 * know find nobody, user names are filtered with their case, pages are short and start again past the
 * end, errors are plain text, lists leave members out, and members are written as references.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the server takes one member away, or does not. */
export type RemovalByFilter = 'works' | 'refused' | 'ignored';
export type RemovalByValue = 'works' | 'refused' | 'empties';

export interface SecondScimServerOptions {
  readonly users: readonly { readonly userName: string; readonly email?: string }[];
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
}

export interface SecondScimServer {
  readonly baseUrl: string;
  readonly username: string;
  readonly password: string;
  readonly userNames: () => readonly string[];
  readonly membersOf: (group: string) => readonly string[] | undefined;
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
  const users: User[] = options.users.map(({ userName, email = null }) => ({ userName, email, more: {} }));
  const groups = new Map(
    Object.entries(options.groups).map(([name, members]): [string, Group] => [
      name,
      { members: [...members], version: 1 },
    ]),
  );

  const userOf = ({ userName, email, more }: User) => ({
    ...more,
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

  function groupOf(name: string, withMembers: boolean): object {
    const group = existing(name);
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

  function existing(name: string): Group {
    const group = groups.get(name);
    if (group === undefined) throw new Refusal(404, `no group "${name}"`);
    return group;
  }

  function removeUser(userName: string): void {
    users.splice(0, users.length, ...users.filter((user) => user.userName !== userName));
    for (const group of groups.values()) group.members = group.members.filter((id) => id !== userName);
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

  function selectGroups(filter: string | null): readonly string[] {
    if (filter === null) return [...groups.keys()];
    const [, id, member] = /^(?:id eq (".*") and )?members\.value eq (".*")$/.exec(filter) ?? [];
    if (member === undefined || options.filtersMembers === false) return [];
    return [...groups]
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
    const user = { userName, ...writtenOf(body) };
    users.push(user);
    return userOf(user);
  }

  function writtenOf(body: Record<string, unknown>): Pick<User, 'email' | 'more'> {
    const { id: _id, userName: _userName, emails, ...more } = body;
    return { email: (emails as readonly { readonly value: string }[] | undefined)?.[0]?.value ?? null, more };
  }

  function userNamed(id: string | null): User {
    const user = users.find(({ userName }) => userName === id);
    if (user === undefined) throw new Refusal(404, 'no such user');
    return user;
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
        if (options.cursors !== true) throw new Refusal(404, 'nothing here');
        return { status: 200, body: { patch: { supported: true }, pagination: { cursor: true, index: true } } };
      case 'GET Users':
        return { status: 200, body: list(selectUsers(filter).map(userOf), url) };
      case 'GET Users/id':
        return { status: 200, body: userOf(userNamed(id)) };
      case 'PUT Users/id':
        Object.assign(userNamed(id), writtenOf(body));
        return { status: 204 };
      case 'PATCH Users/id':
        throw new Refusal(405, 'users are replaced as a whole');
      case 'DELETE Users/id':
        removeUser(userNamed(id).userName);
        return { status: 204 };
      case 'POST Users':
        return { status: 201, body: create(body) };
      case 'GET Groups':
        return {
          status: 200,
          body: list(
            selectGroups(filter).map((name) => groupOf(name, false)),
            url,
          ),
        };
      case 'GET Groups/id':
        return {
          status: 200,
          body: groupOf(id ?? '', url.searchParams.get('attributes')?.includes('members') === true),
        };
      case 'PATCH Groups/id': {
        if (options.patches === false) throw new Refusal(501, 'PATCH is not supported');
        const [operation] = body['Operations'] as readonly Parameters<typeof patch>[1][];
        if (operation !== undefined) patch(existing(id ?? ''), operation);
        return { status: 204 };
      }
      case 'PUT Groups/id':
        replace(existing(id ?? ''), body, ifMatch);
        return { status: 200, body: groupOf(id ?? '', false) };
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
    addUser(userName) {
      users.push({ userName, email: `${userName}@example.com`, more: {} });
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
