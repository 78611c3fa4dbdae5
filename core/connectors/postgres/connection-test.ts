/**
 * The connection test: what a person who fills in the form needs to know, in the order in which they can mend it.
 */
import type { ConnectionCheck, ConnectionTest } from '#core/domain/connector.ts';
import { quotedName } from './identifiers.ts';
import { isAccount, isOffered, roleColumns, type Role } from './roles.ts';
import { inTransaction, systemIdentifierOf, type PostgresContext, type Session } from './session.ts';

const oldestVersion = 150_000;

export async function testConnection(context: PostgresContext, signal: AbortSignal): Promise<ConnectionTest> {
  const found = await inTransaction(context, 'read', signal, async (session) => ({
    outcome: { kind: 'seen' as const, seen: await look(session) },
    keep: false,
  }));
  const { configuration } = context;
  if (found.kind !== 'seen')
    return { passed: false, checks: [{ name: 'Server and credential', passed: false, message: found.message }] };
  const { seen } = found;
  const offered = seen.roles.filter((role) => isOffered(role, configuration));
  const checks: ConnectionCheck[] = [
    {
      name: 'Server and credential',
      passed: true,
      message: `${configuration.host}:${configuration.port} lets ${seen.user} in${seen.encryption === null ? '' : `, over ${seen.encryption}`}.`,
    },
    seen.version >= oldestVersion
      ? { name: 'Version', passed: true, message: `PostgreSQL ${seen.versionName}.` }
      : {
          name: 'Version',
          passed: false,
          message: `PostgreSQL ${seen.versionName} is older than 15. Upgrade the server.`,
        },
    clusterCheck(seen, configuration.systemIdentifier),
    {
      name: 'Roles',
      passed: offered.length > 0 || configuration.offered.length === 0,
      message:
        offered.length > 0
          ? `${seen.roles.filter(isAccount).length} login roles, ${offered.length} roles that can be requested.`
          : 'No role can be requested yet. Create group roles (CREATE ROLE … NOLOGIN), or mend the patterns of the connection.',
    },
    creationCheck(seen),
    grantingCheck(seen, offered),
  ];
  return { passed: checks.every(({ passed }) => passed), checks };
}

interface Seen {
  readonly user: string;
  readonly version: number;
  readonly versionName: string;
  /** Protocol and cipher; null for a connection in the clear. */
  readonly encryption: string | null;
  readonly superuser: boolean;
  readonly mayCreateRoles: boolean;
  /** Null where the role may not ask for it. */
  readonly identifier: string | null;
  readonly roles: readonly Role[];
  /** Oids of roles this connection may grant. */
  readonly grantable: ReadonlySet<string>;
}

async function look(session: Session): Promise<Seen> {
  const [me] = await session.query<Omit<Seen, 'identifier' | 'roles' | 'grantable' | 'version'>>(
    `select current_user::text as user, current_setting('server_version') as "versionName", r.rolsuper as superuser,
       r.rolcreaterole as "mayCreateRoles",
       (select s.version || ' ' || s.cipher from pg_stat_ssl s where s.pid = pg_backend_pid() and s.ssl) as encryption
     from pg_roles r where r.rolname = current_user`,
  );
  if (me === undefined) throw new Error('The server does not list the role it let in.');
  const grantable = await session.query<{ oid: string }>(
    `select r.oid::text as oid from pg_roles r where pg_has_role(r.oid, 'usage with admin option')`,
  );
  const [allowed] = await session.query<{ allowed: boolean }>(
    `select has_function_privilege('pg_control_system()', 'execute') as allowed`,
  );
  return {
    ...me,
    version: session.version,
    identifier: allowed?.allowed === true ? await systemIdentifierOf(session) : null,
    roles: await session.query<Role>(`select ${roleColumns} from pg_roles r`),
    grantable: new Set(grantable.map(({ oid }) => oid)),
  };
}

function clusterCheck({ identifier }: Seen, expected: string): ConnectionCheck {
  if (identifier === null) {
    return {
      name: 'Cluster',
      passed: true,
      message: `The server does not tell its system identifier, so another cluster at the same address would not be noticed. A superuser can allow it: GRANT EXECUTE ON FUNCTION pg_control_system() TO …;`,
    };
  }
  return {
    name: 'Cluster',
    passed: true,
    message:
      expected === ''
        ? `The system identifier is ${identifier}. Enter it in the connection's settings, and Gatehouse notices when another cluster answers.`
        : `The system identifier is ${identifier}, as expected.`,
  };
}

function creationCheck({ user, superuser, mayCreateRoles }: Seen): ConnectionCheck {
  const name = 'Create accounts';
  if (superuser) {
    return {
      name,
      passed: true,
      message: `${user} is a superuser, which is more than Gatehouse needs. Give it a role of its own with CREATEROLE.`,
    };
  }
  return mayCreateRoles
    ? { name, passed: true, message: `${user} may create roles.` }
    : {
        name,
        passed: false,
        message: `${user} may not create roles. Have run: ALTER ROLE ${quotedName(user)} CREATEROLE;`,
      };
}

/** From PostgreSQL 16 on, granting a role takes ADMIN on it; before, CREATEROLE was enough. */
function grantingCheck(
  { user, version, superuser, mayCreateRoles, grantable }: Seen,
  offered: readonly Role[],
): ConnectionCheck {
  const name = 'Grant roles';
  const mayAll = superuser || (version < 160_000 && mayCreateRoles);
  const missing = mayAll ? [] : offered.filter((role) => !grantable.has(role.oid));
  if (missing.length === 0)
    return { name, passed: true, message: `${user} may grant every role that can be requested.` };
  const options = version < 160_000 ? 'WITH ADMIN OPTION' : 'WITH ADMIN TRUE, INHERIT FALSE, SET FALSE';
  const some = missing.slice(0, 5).map((role) => quotedName(role.name));
  return {
    name,
    passed: false,
    message: `${user} may not grant ${missing.length} of ${offered.length} roles. Have run, for each: GRANT ${some.join(', ')}${missing.length > 5 ? ', …' : ''} TO ${quotedName(user)} ${options};`,
  };
}
