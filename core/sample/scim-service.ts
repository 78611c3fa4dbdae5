/**
 * A real SCIM 2.0 service (RFC 7643, RFC 7644) for the sample organisation: it listens on this machine
 * alone, asks for a bearer token, and keeps its users and groups across restarts.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { wrapFilterValues } from './scim-filter.ts';
import { readableRemovals } from './scim-removals.ts';
import { declareResources, mountPath, userNameOf } from './scim-resources.ts';
import {
  fold,
  openScimStore,
  seededId,
  type ScimState,
  type ScimStore,
  type StoredGroup,
  type StoredResource,
} from './scim-store.ts';

export interface SampleUser {
  readonly userName: string;
  readonly displayName: string;
  readonly email: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly title?: string;
  readonly active?: boolean;
}

export interface SampleGroup {
  readonly displayName: string;
  /** User names of its members at the beginning. */
  readonly members?: readonly string[];
}

/** Ids by name, as given in the seed. */
export interface SeededIds {
  readonly groups: Readonly<Record<string, string>>;
  readonly users: Readonly<Record<string, string>>;
}

export interface SampleScimService {
  readonly baseUrl: string;
  readonly token: string;
  readonly port: number;
  /** Adds the groups and users that are not there; those that are, and their memberships, stay as they are. */
  seed(groups: readonly SampleGroup[], users: readonly SampleUser[]): Promise<SeededIds>;
  close(): Promise<void>;
}

export interface SampleScimOptions {
  /** Where the service keeps its data; made if it is not there. */
  readonly directory: string;
  /** Any free port when left out. */
  readonly port?: number;
  /** A fresh random token when left out. */
  readonly token?: string;
}

/** @throws GatehouseError `sample.unreadable` when the stored data is damaged; an Error when the port is taken. */
export async function startSampleScimService(options: SampleScimOptions): Promise<SampleScimService> {
  const token = options.token ?? randomBytes(32).toString('base64url');
  const store = await openScimStore(options.directory);
  declareResources();

  const router = new SCIMMYRouters({
    type: 'bearer',
    handler: (request) => {
      // RFC 6750 section 2.1; the scheme is compared without case (RFC 9110 section 11.1).
      const [, given = ''] = /^bearer +(.+)$/i.exec(request.headers.authorization ?? '') ?? [];
      if (!sameText(given, token)) throw new Error('The bearer token is missing or not valid.');
      return 'provisioning';
    },
    context: () => store,
  });
  SCIMMY.Config.set({ patch: true, filter: true, bulk: false, changePassword: false });

  const app = express();
  app.disable('x-powered-by');
  // RFC 7643 section 3.3.1 gives versions to resources, which this service does not have; the framework's are of answers.
  app.disable('etag');
  app.use(mountPath, oneWriteAtATime(), (request, _response, next) => {
    const { filter } = request.query;
    if (typeof filter === 'string') request.query['filter'] = wrapFilterValues(filter);
    next();
  });
  // The router reads everything else in the same way, and answers itself what cannot be read.
  const readBody = express.json({ type: ['application/scim+json', 'application/json'], limit: '1mb' });
  app.patch(`${mountPath}/Users/:id`, readBody, (request, _response, next) => {
    request.body = readableRemovals(
      request.body,
      store.state.users.find(({ id }) => id === request.params.id),
    );
    next();
  });
  app.use(mountPath, unreadable);
  app.use(mountPath, router);

  const server = createServer(app);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    baseUrl: `http://127.0.0.1:${port}${mountPath}`,
    token,
    port,
    seed: (groups, users) => store.change((state) => seeded(state, groups, users)),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      // What was being written when the connections went is finished first.
      await settled(store);
    },
  };
}

/** Four parameters: by their number Express knows who takes faults. */
const unreadable: express.ErrorRequestHandler = (
  error: { status?: unknown; message?: unknown },
  _request,
  response,
  next,
) => {
  if (typeof error.status !== 'number' || error.status >= 500) return next(error);
  const status = error.status === 413 ? 413 : 400;
  const body = new SCIMMY.Messages.Error({ status, scimType: 'invalidSyntax', message: String(error.message) });
  response.status(status).type('application/scim+json').send(JSON.stringify(body));
};

function settled(store: ScimStore): Promise<void> {
  return store.change((state) => ({ state, value: undefined }));
}

/** Compares in a time that tells nothing of where the texts differ, nor of how long the right one is. */
function sameText(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/**
 * Lets one write in at a time. The library reads, changes and writes a resource in separate steps, and
 * two PATCH requests on the same group would lose one of the members.
 */
function oneWriteAtATime(): express.RequestHandler {
  let last: Promise<unknown> = Promise.resolve();
  return (request, response, next) => {
    if (request.method === 'GET') {
      next();
      return;
    }
    const turn = last;
    last = new Promise((resolve) => {
      response.once('close', resolve);
    });
    void turn.then(() => next());
  };
}

function seeded(
  state: ScimState,
  groups: readonly SampleGroup[],
  users: readonly SampleUser[],
): { readonly state: ScimState; readonly value: SeededIds } {
  const now = new Date().toISOString();
  const userIds = new Map(state.users.map(({ id, attributes }) => [fold(userNameOf(attributes)), id]));
  const newUsers: StoredResource[] = [];
  for (const user of users) {
    if (userIds.has(fold(user.userName))) continue;
    const id = seededId('user', fold(user.userName));
    userIds.set(fold(user.userName), id);
    newUsers.push({ id, created: now, lastModified: now, attributes: userAttributes(user) });
  }
  const idOfUser = (userName: string): string => {
    const id = userIds.get(fold(userName));
    if (id === undefined) throw new Error(`The seed names a member ${userName} who is no user.`);
    return id;
  };
  const groupIds = new Map(state.groups.map(({ id, attributes }) => [String(attributes['displayName']), id]));
  const newGroups: StoredGroup[] = [];
  for (const { displayName, members = [] } of groups) {
    if (groupIds.has(displayName)) continue;
    const id = seededId('group', displayName);
    groupIds.set(displayName, id);
    newGroups.push({
      id,
      created: now,
      lastModified: now,
      attributes: { displayName },
      memberIds: [...new Set(members.map(idOfUser))],
    });
  }
  const value: SeededIds = {
    users: Object.fromEntries(users.map(({ userName }) => [userName, idOfUser(userName)])),
    groups: Object.fromEntries(groups.map(({ displayName }) => [displayName, groupIds.get(displayName) ?? ''])),
  };
  if (newUsers.length === 0 && newGroups.length === 0) return { state, value };
  return { state: { users: [...state.users, ...newUsers], groups: [...state.groups, ...newGroups] }, value };
}

function userAttributes(user: SampleUser): Readonly<Record<string, unknown>> {
  const { userName, displayName, email, givenName, familyName, title, active = true } = user;
  return {
    userName,
    displayName,
    name: {
      formatted: displayName,
      ...(givenName === undefined ? {} : { givenName }),
      ...(familyName === undefined ? {} : { familyName }),
    },
    emails: [{ value: email, type: 'work', primary: true }],
    ...(title === undefined ? {} : { title }),
    active,
  };
}
