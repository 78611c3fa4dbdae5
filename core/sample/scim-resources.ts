/**
 * What the sample SCIM service does with users and groups. The library's registry of resource types
 * is one for the whole process, so the store a request belongs to arrives as its context.
 */
import SCIMMY from 'scimmy';
import { select } from './scim-filter.ts';
import { fold, freshId, type ScimState, type ScimStore, type StoredGroup, type StoredResource } from './scim-store.ts';

/** Where the service is mounted; references are relative to the server, which every client can resolve. */
export const mountPath = '/scim/v2';

type Attributes = Record<string, unknown>;
/** The part of a request the handlers use: one id, or a filter and paging. */
interface Asked {
  readonly id?: string;
  readonly filter?: SCIMMY.Types.Filter;
  readonly constraints?: { readonly startIndex?: number; readonly count?: number };
}

/** Declares users and groups with the library; a second call changes nothing. */
export function declareResources(): void {
  if (SCIMMY.Resources.declared('User') !== undefined) return;
  SCIMMY.Resources.declare(SCIMMY.Resources.User, {
    extensions: [{ schema: SCIMMY.Schemas.EnterpriseUser, required: false }],
    ingress: (asked: Asked, user: object, store: ScimStore) => writeUser(asked, plain(user), store),
    egress: (asked: Asked, store: ScimStore) =>
      read(asked, store.state.users, (user) => userResource(user, store.state)),
    degress: (asked: Asked, store: ScimStore) => remove(asked, store),
  } as never);
  SCIMMY.Resources.declare(SCIMMY.Resources.Group, {
    ingress: (asked: Asked, group: object, store: ScimStore) => writeGroup(asked, plain(group), store),
    egress: (asked: Asked, store: ScimStore) =>
      read(asked, store.state.groups, (group) => groupResource(group, store.state)),
    degress: (asked: Asked, store: ScimStore) => remove(asked, store),
  } as never);
}

function plain(instance: object): Attributes {
  return JSON.parse(JSON.stringify(instance)) as Attributes;
}

function missing(id: string | undefined): Error {
  return new SCIMMY.Types.Error(404, null as never, `Resource ${id} not found`);
}

/** Builds what is asked for and nothing else: a large organisation has more resources than a page. */
function read<Stored extends StoredResource, Resource extends { readonly id: string }>(
  asked: Asked,
  stored: readonly Stored[],
  build: (one: Stored) => Resource,
): Resource | Resource[] {
  if (asked.id !== undefined) {
    const found = stored.find(({ id }) => id === asked.id);
    if (found === undefined) throw missing(asked.id);
    return build(found);
  }
  const { startIndex = 1, count = 20 } = asked.constraints ?? {};
  const all: readonly (Stored | Resource)[] =
    asked.filter === undefined ? stored : select(stored.map(build), asked.filter);
  // Holes count as results and are not listed; past the end the library would list from the beginning again. It cuts
  // the page out itself where more than `startIndex` resources are there, unless they add up to the total with it.
  const page: Resource[] = [];
  page.length = all.length;
  const end = Math.min(all.length, startIndex - 1 + count);
  const from = startIndex <= count ? 0 : startIndex - 1;
  const more = from === 0 && startIndex > 1 && end + startIndex - 1 === all.length ? 1 : 0;
  for (let index = from; startIndex <= all.length && index < end + more; index += 1) {
    const one = all[index];
    if (one !== undefined) page[index] = asked.filter === undefined ? build(one as Stored) : (one as Resource);
  }
  return page;
}

function metaOf({ created, lastModified }: StoredResource): Attributes {
  return { created, lastModified };
}

function userResource(user: StoredResource, state: ScimState): Attributes & { readonly id: string } {
  const groups = state.groups
    .filter(({ memberIds }) => memberIds.includes(user.id))
    .map((group) => ({
      value: group.id,
      display: group.attributes['displayName'],
      type: 'direct',
      $ref: `${mountPath}/Groups/${group.id}`,
    }));
  return { ...user.attributes, id: user.id, meta: metaOf(user), ...(groups.length === 0 ? {} : { groups }) };
}

function groupResource(group: StoredGroup, state: ScimState): Attributes & { readonly id: string } {
  const users = new Map(state.users.map((user) => [user.id, user]));
  const members = group.memberIds.map((id) => {
    const user = users.get(id);
    if (user !== undefined) {
      return {
        value: id,
        display: user.attributes['displayName'] ?? user.attributes['userName'],
        type: 'User',
        $ref: `${mountPath}/Users/${id}`,
      };
    }
    const nested = state.groups.find((candidate) => candidate.id === id);
    return { value: id, display: nested?.attributes['displayName'], type: 'Group', $ref: `${mountPath}/Groups/${id}` };
  });
  return { ...group.attributes, id: group.id, meta: metaOf(group), ...(members.length === 0 ? {} : { members }) };
}

/** What a client sent, without the attributes that are the server's own (RFC 7643 section 3.1) or must not be kept. */
function kept(attributes: Attributes): Attributes {
  const { id: _id, meta: _meta, groups: _groups, members: _members, password: _password, ...rest } = attributes;
  return rest;
}

function written<Stored extends StoredResource>(existing: Stored | undefined, attributes: Attributes): StoredResource {
  const now = new Date().toISOString();
  return {
    id: existing?.id ?? freshId(),
    created: existing?.created ?? now,
    lastModified: now,
    attributes: kept(attributes),
  };
}

function put<Stored extends StoredResource>(all: readonly Stored[], one: Stored): readonly Stored[] {
  return all.some(({ id }) => id === one.id) ? all.map((other) => (other.id === one.id ? one : other)) : [...all, one];
}

/** The user name of a user's attributes; the schema has seen to it that there is one. */
export function userNameOf(attributes: Readonly<Record<string, unknown>>): string {
  const { userName } = attributes;
  return typeof userName === 'string' ? userName : '';
}

function writeUser(asked: Asked, attributes: Attributes, store: ScimStore): Promise<Attributes> {
  return store.change((state) => {
    const existing = state.users.find(({ id }) => id === asked.id);
    if (asked.id !== undefined && existing === undefined) throw missing(asked.id);
    const userName = userNameOf(attributes);
    const taken = state.users.some(
      (user) => user.id !== asked.id && fold(userNameOf(user.attributes)) === fold(userName),
    );
    if (taken) throw new SCIMMY.Types.Error(409, 'uniqueness', `The user name ${userName} is taken.`);
    const user = written(existing, { active: true, ...attributes });
    const next = { ...state, users: put(state.users, user) };
    return { state: next, value: userResource(user, next) };
  });
}

function writeGroup(asked: Asked, attributes: Attributes, store: ScimStore): Promise<Attributes> {
  return store.change((state) => {
    const existing = state.groups.find(({ id }) => id === asked.id);
    if (asked.id !== undefined && existing === undefined) throw missing(asked.id);
    const members = Array.isArray(attributes['members'])
      ? (attributes['members'] as readonly { readonly value?: string }[])
      : [];
    const memberIds = [...new Set(members.map(({ value }) => value ?? ''))];
    const known = new Set([...state.users, ...state.groups].map(({ id }) => id));
    const unknown = memberIds.find((id) => !known.has(id));
    if (unknown !== undefined)
      throw new SCIMMY.Types.Error(400, 'invalidValue', `There is no user or group ${unknown} to be a member.`);
    const group: StoredGroup = { ...written(existing, attributes), memberIds };
    const next = { ...state, groups: put(state.groups, group) };
    return { state: next, value: groupResource(group, next) };
  });
}

async function remove(asked: Asked, store: ScimStore): Promise<void> {
  await store.change((state) => {
    const others = {
      users: state.users.filter(({ id }) => id !== asked.id),
      groups: state.groups.filter(({ id }) => id !== asked.id),
    };
    if (others.users.length === state.users.length && others.groups.length === state.groups.length)
      throw missing(asked.id);
    const groups = others.groups.map((group) => ({
      ...group,
      memberIds: group.memberIds.filter((id) => id !== asked.id),
    }));
    return { state: { users: others.users, groups }, value: undefined };
  });
}
