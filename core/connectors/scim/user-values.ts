/**
 * What a discovery makes of the roles and entitlements that users have (RFC 7643 section 4.1.2): each value is an
 * entitlement, and who has it holds it. The server keeps no list of them: those somebody has are seen at the users, the
 * others are known only where the schema names the values there are.
 */
import {
  ConnectorFault,
  type DiscoveryPage,
  type RemoteEntitlement,
  type RemoteGrant,
} from '#core/connectors/connector.ts';
import type { ScimContext } from './context.ts';
import { entitlementId, userListKinds, userListOf, type UserListKind } from './entitlement-ids.ts';
import { attribute, isObject, textOf, type JsonObject } from './json.ts';
import { idOf, schemas } from './resources.ts';
import { listAttributeOf } from './service.ts';
import { entriesOf, readResource, valueOf, valuesOf } from './slots.ts';

/** How many users whom the list shows without values are asked for by themselves, to learn whether it leaves them out. */
const mostWitnesses = 10;

interface UserListReading {
  readonly kind: UserListKind;
  readonly offered: readonly string[];
  /** The list of users was seen to show values; or it shows none, and single users do. Null: neither yet. */
  shownBy: 'list' | 'user' | null;
  /** How many users may still be asked to find out. */
  witnesses: number;
}

export interface UserValues {
  /** What a page of users says of roles and entitlements. Each entitlement is given once. */
  of(users: readonly JsonObject[]): Promise<Pick<DiscoveryPage, 'entitlements' | 'grants'>>;
  /** The values nobody has that the server offers. */
  unheld(): readonly RemoteEntitlement[];
}

/** @throws ConnectorFault when the server cannot say what it has, or a user cannot be had */
export async function readUserValues(context: ScimContext, signal: AbortSignal): Promise<UserValues> {
  const lists: UserListReading[] = [];
  for (const kind of userListKinds) {
    const said = await listAttributeOf(context, schemas.user, userListOf(kind), signal);
    if (said !== null && 'kind' in said) throw new ConnectorFault(said);
    // Where the server does not say that users have the list, only its lists of users tell.
    lists.push({ kind, offered: said?.offered ?? [], shownBy: null, witnesses: said === null ? 0 : mostWitnesses });
  }
  const given = new Set<string>();

  function entitlement(kind: UserListKind, value: string, entry: unknown): readonly RemoteEntitlement[] {
    const externalId = entitlementId({ kind, value });
    if (given.has(externalId)) return [];
    given.add(externalId);
    const name = isObject(entry) ? textOf(attribute(entry, 'display')) : null;
    return [{ externalId, name: name ?? value, kind, description: null }];
  }

  /** The user, asked for by themselves where lists do not show what they have. */
  async function whole(user: JsonObject, list: UserListReading): Promise<JsonObject> {
    const name = userListOf(list.kind);
    if (valuesOf(user, name).size > 0) {
      list.shownBy = 'list';
      return user;
    }
    const id = idOf(user);
    if (id === null || list.shownBy === 'list' || (list.shownBy === null && list.witnesses === 0)) return user;
    if (list.shownBy === null) list.witnesses -= 1;
    const reading = await readResource(context, { endpoint: '/Users', id, attribute: name, holder: 'account' }, signal);
    if (reading.kind === 'notFound') return user;
    if (reading.kind !== 'resource') throw new ConnectorFault(reading);
    if (valuesOf(reading.resource, name).size > 0) list.shownBy = 'user';
    return reading.resource;
  }

  return {
    async of(users) {
      const entitlements: RemoteEntitlement[] = [];
      const grants: RemoteGrant[] = [];
      for (const list of lists) {
        const name = userListOf(list.kind);
        // One user who shows values settles it for the page, wherever they stand in it.
        if (users.some((user) => valuesOf(user, name).size > 0)) list.shownBy = 'list';
        for (const user of users) {
          const accountExternalId = idOf(user);
          if (accountExternalId === null) continue;
          const held = new Set<string>();
          for (const entry of entriesOf(await whole(user, list), name)) {
            const value = valueOf(entry, name);
            if (value === null || held.has(value)) continue;
            held.add(value);
            entitlements.push(...entitlement(list.kind, value, entry));
            grants.push({ accountExternalId, entitlementExternalId: entitlementId({ kind: list.kind, value }) });
          }
        }
      }
      return { entitlements, grants };
    },
    unheld: () => lists.flatMap(({ kind, offered }) => offered.flatMap((value) => entitlement(kind, value, null))),
  };
}
