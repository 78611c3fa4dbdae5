/**
 * Granting and revoking: a row of pg_auth_members comes, or goes. What was before and what is after are read in
 * the same transaction, by oid, and only what was meant is committed.
 */
import type { Facts, GrantReading, Outcome, RemoteGrant, WantedGrant } from '#core/connectors/connector.ts';
import { needsPerson, retryable } from '../failures.ts';
import { noAccount, noEntitlement, SessionProblem } from './faults.ts';
import { quotedName } from './identifiers.ts';
import { settlePassword } from './password-end.ts';
import { roleByOid, touchedOthers, whyNotOffered, whyUntouchable, type Role } from './roles.ts';
import { inTransaction, transact, type PostgresContext, type Session } from './session.ts';

interface Membership {
  readonly grantor: string;
  /** Whether the member can use the role. From PostgreSQL 16 on a row may carry the admin option alone. */
  readonly usable: boolean;
  readonly admin: boolean;
  /** Whether this connection may take the row away. */
  readonly ours: boolean;
}

/** One row for each role that granted it; before PostgreSQL 16 there was at most one. */
async function membershipsOf(session: Session, pair: RemoteGrant): Promise<readonly Membership[]> {
  const usable = session.version >= 160_000 ? 'm.inherit_option or m.set_option' : 'true';
  // Before 16 whoever may grant a role may also revoke it, whoever granted it.
  const ours = session.version >= 160_000 ? `pg_has_role(m.grantor, 'usage')` : 'true';
  return session.query<Membership>(
    `select coalesce(g.rolname::text, m.grantor::text) as grantor, ${usable} as usable, m.admin_option as admin, ${ours} as ours
     from pg_auth_members m left join pg_roles g on g.oid = m.grantor
     where m.roleid = $1::oid and m.member = $2::oid order by m.grantor`,
    [pair.entitlementExternalId, pair.accountExternalId],
  );
}

/** Every other membership of the whole server, as one text; see `otherRoles`. */
async function otherMemberships(session: Session, pair: RemoteGrant): Promise<string> {
  const [row] = await session.query<{ digest: string }>(
    `select count(*) || ':' || coalesce(md5(string_agg(concat_ws('/', m.roleid, m.member, m.grantor, m.admin_option), ',' order by m.roleid, m.member, m.grantor)), '') as digest
     from pg_auth_members m where not (m.roleid = $1::oid and m.member = $2::oid)`,
    [pair.entitlementExternalId, pair.accountExternalId],
  );
  return row?.digest ?? '';
}

export async function grant(
  context: PostgresContext,
  wanted: WantedGrant,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  return transact(context, 'write', signal, async (session) => {
    const entitlement = await roleByOid(session, wanted.entitlementExternalId);
    if (entitlement === null) return noEntitlement(wanted.entitlementExternalId);
    const account = await roleByOid(session, wanted.accountExternalId);
    if (account === null) return noAccount(wanted.accountExternalId);
    const problem = whyUntouchable(account) ?? whyNotOffered(entitlement, context.configuration);
    if (problem !== null) return problem;

    const held = (await membershipsOf(session, wanted)).some(({ usable }) => usable);
    if (!held) {
      const others = await otherMemberships(session, wanted);
      await session.execute(`grant ${quotedName(entitlement.name)} to ${quotedName(account.name)}`);
      if ((await otherMemberships(session, wanted)) !== others) return touchedOthers;
      if (!(await membershipsOf(session, wanted)).some(({ usable }) => usable)) {
        // Or somebody else granted it since our picture of the catalog was taken; another look tells.
        throw new SessionProblem(
          needsPerson(
            `The server took the grant of ${entitlement.name} to ${account.name}, and does not show it as usable. There may be a grant with INHERIT FALSE, SET FALSE in its place.`,
          ),
          true,
        );
      }
    }
    const password = await settlePassword(session, context.configuration, account, wanted);
    if (password === null) return touchedOthers;
    const facts = { ...factsOf(entitlement, account), ...(await grantorsOf(session, wanted)), ...password };
    return { kind: held ? 'already' : 'applied', value: undefined, facts };
  });
}

export async function revoke(
  context: PostgresContext,
  unwanted: RemoteGrant,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  return inTransaction<Outcome<void>>(context, 'write', signal, async (session) => {
    const undone = (outcome: Outcome<void>) => ({ outcome, keep: false });
    const entitlement = await roleByOid(session, unwanted.entitlementExternalId);
    if (entitlement === null) return undone(noEntitlement(unwanted.entitlementExternalId));
    const account = await roleByOid(session, unwanted.accountExternalId);
    // A role that is gone is a member of nothing: its memberships went with it.
    if (account === null) {
      const facts = { roleOid: entitlement.oid, role: entitlement.name, accountOid: unwanted.accountExternalId };
      return undone({ kind: 'already', value: undefined, facts });
    }
    const problem = whyUntouchable(account);
    if (problem !== null) return undone(problem);
    const usable = (await membershipsOf(session, unwanted)).filter((row) => row.usable);
    if (usable.length === 0) {
      const facts = { ...factsOf(entitlement, account), ...(await restOf(session, unwanted)) };
      return undone({ kind: 'already', value: undefined, facts });
    }
    const ours = usable.filter((row) => row.ours);
    const others = await otherMemberships(session, unwanted);
    for (const { grantor } of ours) {
      const by = session.version >= 160_000 ? ` granted by ${quotedName(grantor)}` : '';
      // Never CASCADE: what this member granted on to others is for a person to decide.
      await session.execute(`revoke ${quotedName(entitlement.name)} from ${quotedName(account.name)}${by} restrict`);
    }
    if ((await otherMemberships(session, unwanted)) !== others) return undone(touchedOthers);
    const left = (await membershipsOf(session, unwanted)).filter((row) => row.usable);
    if (left.some((row) => row.ours)) {
      // Somebody else took it away since our picture of the catalog was taken; another look tells.
      throw new SessionProblem(
        retryable(`The server took the revocation, but still shows ${account.name} in ${entitlement.name}.`),
        true,
      );
    }
    if (left.length > 0) return { outcome: grantedByOthers(entitlement, account, left), keep: true };
    const facts = {
      ...factsOf(entitlement, account),
      ...(await restOf(session, unwanted)),
      revokedGrantsBy: ours.map(({ grantor }) => grantor).join(', '),
    };
    return { outcome: { kind: 'applied', value: undefined, facts }, keep: true };
  });
}

export async function read(
  context: PostgresContext,
  asked: RemoteGrant,
  signal: AbortSignal,
): Promise<Outcome<GrantReading>> {
  return transact(context, 'read', signal, async (session) => {
    const entitlement = await roleByOid(session, asked.entitlementExternalId);
    if (entitlement === null) return noEntitlement(asked.entitlementExternalId);
    const account = await roleByOid(session, asked.accountExternalId);
    if (account === null) return noAccount(asked.accountExternalId);
    const held = (await membershipsOf(session, asked)).some(({ usable }) => usable);
    const facts = {
      ...factsOf(entitlement, account),
      ...(await grantorsOf(session, asked)),
      ...(await restOf(session, asked)),
    };
    return { kind: 'already', value: { held }, facts };
  });
}

function grantedByOthers(entitlement: Role, account: Role, left: readonly Membership[]) {
  const statements = left.map(
    ({ grantor }) =>
      `REVOKE ${quotedName(entitlement.name)} FROM ${quotedName(account.name)} GRANTED BY ${quotedName(grantor)};`,
  );
  return needsPerson(
    `${account.name} still holds ${entitlement.name}: it was granted by ${left.map(({ grantor }) => grantor).join(', ')} too, whose grants only they or a superuser can take away. Have run: ${statements.join(' ')}`,
  );
}

async function grantorsOf(session: Session, pair: RemoteGrant): Promise<Facts> {
  const rows = (await membershipsOf(session, pair)).filter((row) => row.usable);
  if (rows.length === 0) return {};
  const withAdmin = rows.some(({ admin }) => admin);
  return {
    grantedBy: rows.map(({ grantor }) => grantor).join(', '),
    ...(withAdmin ? { adminOption: 'the member may grant it on' } : {}),
  };
}

/** What an account has of a role besides a membership of its own: an admin option alone, or membership through groups. */
async function restOf(session: Session, pair: RemoteGrant): Promise<Facts> {
  const adminOnly = (await membershipsOf(session, pair)).filter((row) => !row.usable && row.admin);
  const through = await session.query<{ name: string }>(
    `select distinct r.rolname::text as name from pg_auth_members m join pg_roles r on r.oid = m.roleid
     where m.member = $2::oid and m.roleid <> $1::oid and not r.rolsuper and pg_has_role(m.roleid, $1::oid, 'member')
     order by 1 limit 10`,
    [pair.entitlementExternalId, pair.accountExternalId],
  );
  return {
    ...(adminOnly.length === 0 ? {} : { adminOptionBy: adminOnly.map(({ grantor }) => grantor).join(', ') }),
    ...(through.length === 0 ? {} : { inheritedThrough: through.map(({ name }) => name).join(', ') }),
  };
}

function factsOf(entitlement: Role, account: Role): Facts {
  return {
    roleOid: entitlement.oid,
    role: entitlement.name,
    accountOid: account.oid,
    account: account.name,
  };
}
