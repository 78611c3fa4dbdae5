/**
 * The external ids of entitlements. A group is known by the id the server gave it, as it stands. Whatever else can be
 * held is known by what it is and its own id: `scim:role:admin`, `scim:resource:/Projects:7`. A group whose own id reads
 * like one of those is written `scim:resource:/Groups:…`, so that no id ever means two things.
 */

/** The lists of a user whose values are entitlements (RFC 7643 section 4.1.2), by what one of their values is called. */
const userLists = { role: 'roles', entitlement: 'entitlements' } as const;

export type UserListKind = keyof typeof userLists;
export type UserList = (typeof userLists)[UserListKind];

export const userListKinds = Object.keys(userLists) as readonly UserListKind[];

export function userListOf(kind: UserListKind): UserList {
  return userLists[kind];
}

export type EntitlementPlace =
  /** Something with members. */
  | { readonly kind: 'resource'; readonly endpoint: string; readonly id: string }
  /** A value that a user has. */
  | { readonly kind: UserListKind; readonly value: string };

export const groupsEndpoint = '/Groups';

const written = /^scim:(?:(role|entitlement)|resource:(\/[^:]*)):(.+)$/su;

export function entitlementId(place: EntitlementPlace): string {
  if (place.kind !== 'resource') return `scim:${place.kind}:${place.value}`;
  const { endpoint, id } = place;
  return endpoint === groupsEndpoint && !written.test(id) ? id : `scim:resource:${endpoint}:${id}`;
}

export function entitlementPlace(externalId: string): EntitlementPlace {
  const [, kind, endpoint, rest = ''] = written.exec(externalId) ?? [];
  if (kind !== undefined) return { kind: kind as UserListKind, value: rest };
  const known = endpoint === undefined ? null : endpointOf(endpoint);
  return known === null
    ? { kind: 'resource', endpoint: groupsEndpoint, id: externalId }
    : { kind: 'resource', endpoint: known, id: rest };
}

/** A path below the base URL that cannot leave it and means nothing else; null for any other text. */
export function endpointOf(path: string): string | null {
  const segments = path.split('/').slice(1);
  const plain = segments.every((segment) => /^[\w.~-]+$/.test(segment) && !/^\.+$/.test(segment));
  return path.startsWith('/') && plain ? path : null;
}
