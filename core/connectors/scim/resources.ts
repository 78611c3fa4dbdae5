/**
 * Users and groups as servers write them (RFC 7643 sections 4.1 and 4.2), read into the contract's
 * terms; and the few texts Gatehouse writes itself: filters, paths and PATCH messages.
 */
import type { RemoteAccount, RemoteEntitlement } from '#core/connectors/connector.ts';
import { entitlementId } from './entitlement-ids.ts';
import { attribute, isObject, textOf, type JsonObject } from './json.ts';

export const schemas = {
  user: 'urn:ietf:params:scim:schemas:core:2.0:User',
  group: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  enterprise: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  patch: 'urn:ietf:params:scim:api:messages:2.0:PatchOp',
} as const;

/** What is the server's own in users and groups, and left out where one is replaced (RFC 7643 sections 3.1 and 4.1.2). */
export const readOnlyAttributes: readonly string[] = ['meta', 'groups'];

/** A value inside a filter: a JSON string (RFC 7644 section 3.4.2.2, `compValue`), so quotes and backslashes are escaped. */
export function filterValue(value: string): string {
  return JSON.stringify(value);
}

/** A name or address as compared without regard to case (RFC 7643 section 2.2: `caseExact` is false by default). */
export function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

export function idOf(resource: JsonObject): string | null {
  return textOf(attribute(resource, 'id'));
}

function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.map((entry: unknown) => (isObject(entry) ? entry : { value: entry })) : [];
}

/** Every e-mail address of a user, the primary one first, then the one for work. */
export function emailsOf(user: JsonObject): readonly string[] {
  const rank = (entry: JsonObject): number => {
    if (attribute(entry, 'primary') === true) return 0;
    return textOf(attribute(entry, 'type'))?.toLowerCase() === 'work' ? 1 : 2;
  };
  return objectsOf(attribute(user, 'emails'))
    .toSorted((one, other) => rank(one) - rank(other))
    .flatMap((entry) => textOf(attribute(entry, 'value')) ?? []);
}

function nameOf(user: JsonObject): string | null {
  const name = attribute(user, 'name');
  if (!isObject(name)) return null;
  const parts = ['givenName', 'familyName'].flatMap((part) => textOf(attribute(name, part)) ?? []);
  return textOf(attribute(name, 'formatted')) ?? textOf(parts.join(' '));
}

/** The account a User resource describes, or null when it has no id. A missing `active` means active. */
export function accountOf(user: JsonObject): RemoteAccount | null {
  const externalId = idOf(user);
  if (externalId === null) return null;
  const active = attribute(user, 'active');
  return {
    externalId,
    username: textOf(attribute(user, 'userName')) ?? externalId,
    email: emailsOf(user)[0] ?? null,
    displayName: textOf(attribute(user, 'displayName')) ?? nameOf(user),
    // Some servers write booleans as "False".
    active: active !== false && textOf(active)?.toLowerCase() !== 'false',
    attributes: personOf(user),
  };
}

/**
 * What it says of the person, by the names of `AccountDraft` (RFC 7643 sections 4.1.1 and 4.3). Its `externalId` is left
 * out: an account that another client made has that client's.
 */
function personOf(user: JsonObject): Readonly<Record<string, string>> {
  const name = attribute(user, 'name');
  const enterprise = attribute(user, schemas.enterprise);
  const texts = {
    firstName: isObject(name) ? textOf(attribute(name, 'givenName')) : null,
    lastName: isObject(name) ? textOf(attribute(name, 'familyName')) : null,
    jobTitle: textOf(attribute(user, 'title')),
    department: isObject(enterprise) ? textOf(attribute(enterprise, 'department')) : null,
  };
  return Object.fromEntries(Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== null));
}

/** The entitlement that a group, or another resource with members, is; null when it has no id. */
export function entitlementOf(resource: JsonObject, endpoint: string, kind: string): RemoteEntitlement | null {
  const id = idOf(resource);
  if (id === null) return null;
  return {
    externalId: entitlementId({ kind: 'resource', endpoint, id }),
    name: textOf(attribute(resource, 'displayName')) ?? textOf(attribute(resource, 'name')) ?? id,
    kind,
    description: textOf(attribute(resource, 'description')),
  };
}

/**
 * The id of the user that a membership entry names, or null for anything else. Entries may be plain ids, `{ value }`,
 * `{ $ref }`, or a `value` that holds one of these. Groups within the group are left out: they are no accounts.
 */
export function memberId(entry: unknown): string | null {
  if (!isObject(entry)) return textOf(entry);
  const reference = textOf(attribute(entry, '$ref'));
  if (textOf(attribute(entry, 'type'))?.toLowerCase() === 'group') return null;
  if (reference !== null && /\/groups\/[^/]*$/i.test(reference)) return null;
  const value = attribute(entry, 'value');
  return (isObject(value) ? memberId(value) : textOf(value)) ?? idInReference(reference);
}

function idInReference(reference: string | null): string | null {
  const last =
    reference
      ?.replace(/[?#].*$/, '')
      .split('/')
      .at(-1) ?? '';
  try {
    return textOf(decodeURIComponent(last));
  } catch {
    // Not percent-encoded after all: the id is what is written.
    return textOf(last);
  }
}

export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string; readonly value?: unknown };

/** A PATCH message (RFC 7644 section 3.5.2). */
export function patchMessage(...operations: readonly PatchOperation[]): JsonObject {
  return { schemas: [schemas.patch], Operations: operations };
}
