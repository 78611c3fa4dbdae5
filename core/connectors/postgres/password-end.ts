/**
 * VALID UNTIL. It ends the password of a role and nothing else: memberships stay, sessions stay, other ways to
 * sign in stay. So it is never taken for the end of a grant. Where the connection asks for it, an account that
 * Gatehouse created and that holds a single grant, a temporary one, gets a password that ends with that grant.
 */
import type { Facts, WantedGrant } from '#core/connectors/connector.ts';
import type { PostgresConfiguration } from './configuration.ts';
import { quotedName, quotedText } from './identifiers.ts';
import { isMarked, otherRoles, type Role } from './roles.ts';
import type { Session } from './session.ts';

/** Brings VALID UNTIL to what the account's memberships say now. Null: another role was touched. */
export async function settlePassword(
  session: Session,
  configuration: PostgresConfiguration,
  account: Role,
  wanted: WantedGrant,
): Promise<Facts | null> {
  if (configuration.passwordEnds !== 'withOnlyGrant' || !isMarked(account)) return {};
  const [row] = await session.query<{ others: number }>(
    'select count(distinct m.roleid)::int as others from pg_auth_members m where m.member = $1::oid and m.roleid <> $2::oid',
    [account.oid, wanted.entitlementExternalId],
  );
  const until = row?.others === 0 ? (wanted.expiresAt ?? null) : null;
  // PostgreSQL compares, so that two ways of writing the same instant are one.
  const [same] = await session.query<{ same: boolean }>(
    `select coalesce(rolvaliduntil, 'infinity') = $2::timestamptz as same from pg_roles where oid = $1::oid`,
    [account.oid, until ?? 'infinity'],
  );
  const facts: Facts = { passwordValidUntil: until ?? 'without end' };
  if (same?.same === true) return facts;
  const others = await otherRoles(session, account.oid);
  await session.execute(`alter role ${quotedName(account.name)} valid until ${quotedText(until ?? 'infinity')}`);
  return (await otherRoles(session, account.oid)) === others ? facts : null;
}
