/** The bundles people can ask for as one, by name. */
import type { AccessRoleView } from '#core/contract/index.ts';
import type { AccessRoleId } from '#core/domain/ids.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { requestables } from './requestables.ts';
import { isAdministrator, type Viewer } from './visibility.ts';

export async function listAccessRoles(
  reader: Reader,
  viewer: Viewer,
  input: { readonly search: string; readonly includeInactive: boolean },
): Promise<{ rows: AccessRoleView[]; mayMaintain: boolean }> {
  let query = reader.selectFrom('access_role').selectAll().orderBy('name').orderBy('id').limit(500);
  if (input.search !== '') query = query.where('name_key', 'like', `%${escaped(input.search.toLowerCase())}%`);
  if (!input.includeInactive) query = query.where('state', '=', 'active');
  const roles = await query.execute();
  const parts = await loadParts(
    reader,
    roles.map((role) => role.id),
  );
  const known = await requestables(
    reader,
    [...parts.values()].flatMap((ids) => [...ids]),
  );
  return {
    rows: roles.map(({ id, name, description, state, version }) => ({
      id,
      name,
      description,
      state,
      version,
      entitlements: (parts.get(id) ?? []).flatMap((entitlementId) => known.get(entitlementId) ?? []),
    })),
    mayMaintain: isAdministrator(viewer),
  };
}

/** What is typed is looked for as it is. */
function escaped(text: string): string {
  return text.replaceAll(/[%_]/g, '');
}

async function loadParts(reader: Reader, ids: readonly AccessRoleId[]) {
  if (ids.length === 0) return new Map<AccessRoleId, never[]>();
  const rows = await reader
    .selectFrom('access_role_entitlement')
    .selectAll()
    .where('access_role_id', 'in', ids)
    .orderBy('position')
    .execute();
  return new Map(
    [...Map.groupBy(rows, (row) => row.access_role_id)].map(([id, of]) => [id, of.map((row) => row.entitlement_id)]),
  );
}
