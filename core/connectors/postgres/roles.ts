/**
 * Reading roles, and the rules about which of them may be touched. A role is known by its oid, which never
 * changes; statements take names, which do, so a name is looked up by oid in the transaction that uses it.
 */
import type { Failure, RemoteAccount, RemoteEntitlement } from '#core/connectors/connector.ts';
import { needsPerson, refused } from '../failures.ts';
import type { PostgresConfiguration } from './configuration.ts';
import { oneLine } from './faults.ts';
import { fits } from './identifiers.ts';
import type { Session } from './session.ts';

/**
 * Ends the comment of every account Gatehouse created or disabled. PostgreSQL tells users and groups apart by
 * LOGIN alone, so an account without it could not be told from a group.
 */
const marker = '[Gatehouse account]';

export interface Role {
  readonly oid: string;
  readonly name: string;
  readonly login: boolean;
  readonly superuser: boolean;
  readonly powers: string | null;
  /** As PostgreSQL writes it; null: the password never ends. */
  readonly validUntil: string | null;
  readonly comment: string | null;
  /** The role this connection signed in as. */
  readonly own: boolean;
}

/** The columns of `Role`, from pg_roles r. */
export const roleColumns = `
  r.oid::text as oid, r.rolname::text as name, r.rolcanlogin as login, r.rolsuper as superuser,
  nullif(concat_ws(', ',
    case when r.rolsuper then 'superuser' end, case when r.rolcreaterole then 'may create roles' end,
    case when r.rolcreatedb then 'may create databases' end, case when r.rolreplication then 'may replicate' end,
    case when r.rolbypassrls then 'bypasses row-level security' end), '') as powers,
  case when r.rolvaliduntil = 'infinity' then null else r.rolvaliduntil::text end as "validUntil",
  shobj_description(r.oid, 'pg_authid') as comment, r.rolname in (current_user, session_user) as own`;

export async function roleByOid(session: Session, oid: string): Promise<Role | null> {
  if (!isOid(oid)) return null;
  const [role] = await session.query<Role>(`select ${roleColumns} from pg_roles r where r.oid = $1::oid`, [oid]);
  return role ?? null;
}

export async function roleByName(session: Session, name: string): Promise<Role | null> {
  const [role] = await session.query<Role>(`select ${roleColumns} from pg_roles r where r.rolname = $1`, [name]);
  return role ?? null;
}

export function isOid(text: string): boolean {
  return /^[1-9]\d{0,9}$/.test(text) && Number(text) <= 0xffff_ffff;
}

export function isAccount(role: Role): boolean {
  return role.login || isMarked(role);
}

/** Whether Gatehouse created the account, or disabled it once. */
export function isMarked(role: Role): boolean {
  return role.comment?.endsWith(marker) ?? false;
}

/** The comment with the mark; what people wrote before it stays. */
export function markedComment(text: string | null): string {
  return [oneLine(text ?? ''), marker].filter((part) => part !== '').join(' ');
}

/** Whether people may ask for membership in the role. */
export function isOffered(role: Role, { offered, alsoOffered }: PostgresConfiguration): boolean {
  if (role.own || isAccount(role)) return false;
  if (alsoOffered.includes(role.name)) return true;
  if (role.superuser || role.name.startsWith('pg_')) return false;
  return offered.length === 0 || offered.some((pattern) => fits(role.name, pattern));
}

/** Why a role may not be granted; null when it may. */
export function whyNotOffered(role: Role, configuration: PostgresConfiguration): Failure | null {
  if (isOffered(role, configuration)) return null;
  if (role.own) return refused(`${role.name} is the role Gatehouse signs in as. It is granted to nobody.`);
  if (isAccount(role))
    return refused(`${role.name} is an account. Membership in it would be use of another's account.`);
  if (role.superuser || role.name.startsWith('pg_')) {
    return needsPerson(
      `${role.name} is a ${role.superuser ? 'superuser' : 'predefined role'}. It is granted only when the connection's settings name it.`,
    );
  }
  return needsPerson(`${role.name} is not among the roles that the connection's settings offer.`);
}

/** Why an account may not be changed; null when it may. */
export function whyUntouchable(role: Role): Failure | null {
  if (role.own) return refused(`${role.name} is the role Gatehouse signs in as. Gatehouse never changes it.`);
  if (role.superuser) return refused(`${role.name} is a superuser. Gatehouse never changes one; a superuser has to.`);
  if (!isAccount(role)) return refused(`${role.name} is a group role (NOLOGIN) and no account.`);
  return null;
}

export function accountOf(role: Role, configuration: PostgresConfiguration): RemoteAccount {
  const { roleNames, emailDomain } = configuration;
  const local = roleNames === 'localPart' && !role.name.includes('@') ? `${role.name}@${emailDomain}` : null;
  const displayName = isMarked(role) ? (role.comment ?? '').slice(0, -marker.length).trim() : '';
  return {
    externalId: role.oid,
    username: role.name,
    // PostgreSQL knows no addresses: either the name is one, or the connection's settings say how it is made from one.
    email: /^[^@\s]+@[^@\s]+$/.test(role.name) ? role.name : local,
    displayName: displayName === '' ? null : displayName,
    active: role.login,
    attributes: {
      ...(role.powers === null ? {} : { powers: role.powers }),
      ...(role.validUntil === null ? {} : { passwordValidUntil: role.validUntil }),
    },
  };
}

export function entitlementOf(role: Role): RemoteEntitlement {
  const powers = role.powers === null ? '' : `Powers of the role itself: ${role.powers}.`;
  const description = [oneLine(role.comment ?? ''), powers].filter((part) => part !== '').join(' ');
  return { externalId: role.oid, name: role.name, kind: 'role', description: description === '' ? null : description };
}

/**
 * All roles but one as one text. Two of them, taken in the same picture of the catalog, are equal exactly when
 * nothing but that one was changed.
 */
export async function otherRoles(session: Session, oid: string): Promise<string> {
  const [row] = await session.query<{ digest: string }>(
    `select count(*) || ':' || coalesce(md5(string_agg(concat_ws('/', r.oid, r.rolname, r.rolsuper, r.rolcanlogin, r.rolinherit,
       r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolbypassrls, r.rolconnlimit, r.rolvaliduntil), ',' order by r.oid)), '') as digest
     from pg_roles r where r.oid <> $1::oid`,
    [oid],
  );
  return row?.digest ?? '';
}

/** When more, or another role, was touched than was meant; everything is rolled back then. */
export const touchedOthers = needsPerson(
  'The statement touched more than the one role it was meant for, so it was undone. Somebody may be renaming roles; look at them before trying again.',
);
