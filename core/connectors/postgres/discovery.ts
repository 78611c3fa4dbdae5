/**
 * Discovery: roles in the order of their oids, then memberships. Both orders are unmoved by what is added, renamed
 * or dropped meanwhile, so a page begins after the last row of the one before, and so does a checkpoint.
 */
import { ConnectorFault, type DiscoveryPage, type Failure, type RemoteGrant } from '#core/connectors/connector.ts';
import { accountOf, entitlementOf, isAccount, isOffered, isOid, roleColumns, type Role } from './roles.ts';
import { inTransaction, type PostgresContext, type Session } from './session.ts';

type Place =
  | { readonly phase: 'roles'; readonly after: string }
  | { readonly phase: 'memberships'; readonly role: string; readonly member: string };

const beginning: Place = { phase: 'roles', after: '0' };

/** @throws ConnectorFault when a page cannot be had. */
export async function* discover(
  context: PostgresContext,
  checkpoint: string | null,
  signal: AbortSignal,
): AsyncGenerator<DiscoveryPage, void, void> {
  let place: Place | null = placeOf(checkpoint);
  while (place !== null) {
    const from: Place = place;
    const read: Page | Failure = await inTransaction<Page>(context, 'read', signal, async (session) => ({
      outcome: await (from.phase === 'roles'
        ? rolesAfter(context, session, from)
        : membershipsAfter(context, session, from)),
      keep: false,
    }));
    if (read.kind !== 'page') throw new ConnectorFault(read);
    place = read.next;
    yield { ...read.page, checkpoint: place === null ? null : JSON.stringify(place) };
  }
}

interface Page {
  readonly kind: 'page';
  readonly page: Omit<DiscoveryPage, 'checkpoint'>;
  readonly next: Place | null;
}

async function rolesAfter(
  { configuration }: PostgresContext,
  session: Session,
  { after }: Extract<Place, { phase: 'roles' }>,
): Promise<Page> {
  const roles = await session.query<Role>(
    `select ${roleColumns} from pg_roles r where r.oid > $1::oid order by r.oid limit $2`,
    [after, configuration.pageSize],
  );
  const last = roles.at(-1);
  return {
    kind: 'page',
    page: {
      accounts: roles.filter(isAccount).map((role) => accountOf(role, configuration)),
      entitlements: roles.filter((role) => isOffered(role, configuration)).map(entitlementOf),
      grants: [],
    },
    next:
      last === undefined || roles.length < configuration.pageSize
        ? { phase: 'memberships', role: '0', member: '0' }
        : { phase: 'roles', after: last.oid },
  };
}

async function membershipsAfter(
  { configuration }: PostgresContext,
  session: Session,
  { role, member }: Extract<Place, { phase: 'memberships' }>,
): Promise<Page> {
  const usable = session.version >= 160_000 ? 'bool_or(m.inherit_option or m.set_option)' : 'true';
  // Grouped, since from PostgreSQL 16 on several roles may have granted the same membership.
  const rows = await session.query<{ role: string; member: string; usable: boolean }>(
    `select m.roleid::text as role, m.member::text as member, ${usable} as usable from pg_auth_members m
     where (m.roleid, m.member) > ($1::oid, $2::oid) group by m.roleid, m.member order by m.roleid, m.member limit $3`,
    [role, member, configuration.pageSize],
  );
  const oids = [...new Set(rows.flatMap((row) => [row.role, row.member]))];
  const roles = new Map(
    (await session.query<Role>(`select ${roleColumns} from pg_roles r where r.oid = any($1::oid[])`, [oids])).map(
      (known) => [known.oid, known],
    ),
  );
  const grants = rows.flatMap((row): readonly RemoteGrant[] => {
    const [group, account] = [roles.get(row.role), roles.get(row.member)];
    if (!row.usable || group === undefined || account === undefined) return [];
    // A group within a group is no grant to an account.
    if (!isAccount(account) || !isOffered(group, configuration)) return [];
    return [{ accountExternalId: account.oid, entitlementExternalId: group.oid }];
  });
  const last = rows.at(-1);
  return {
    kind: 'page',
    page: { accounts: [], entitlements: [], grants },
    next:
      last === undefined || rows.length < configuration.pageSize
        ? null
        : { phase: 'memberships', role: last.role, member: last.member },
  };
}

/** The place a checkpoint names. One that cannot be read starts from the beginning: slower, and never less complete. */
function placeOf(checkpoint: string | null): Place {
  let written: unknown;
  try {
    written = JSON.parse(checkpoint ?? 'null');
  } catch {
    return beginning;
  }
  if (typeof written !== 'object' || written === null) return beginning;
  const { phase, after, role, member } = written as Readonly<Record<string, unknown>>;
  const isPlace = (oid: unknown): oid is string => typeof oid === 'string' && (oid === '0' || isOid(oid));
  if (phase === 'roles' && isPlace(after)) return { phase, after };
  if (phase === 'memberships' && isPlace(role) && isPlace(member)) return { phase, role, member };
  return beginning;
}
