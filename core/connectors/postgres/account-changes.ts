/** Disabling, enabling and deleting accounts: ALTER ROLE [NO]LOGIN and DROP ROLE, for one role at a time. */
import type { Failure, Facts, Outcome, RemoteAccount } from '#core/connectors/connector.ts';
import { needsPerson, refused } from '../failures.ts';
import { noAccount, oneLine } from './faults.ts';
import { quotedName, quotedText } from './identifiers.ts';
import {
  isMarked,
  markedComment,
  otherRoles,
  roleByName,
  roleByOid,
  touchedOthers,
  whyUntouchable,
  type Role,
} from './roles.ts';
import { transact, type PostgresContext, type Session } from './session.ts';

const mostListed = 10;

/** No new session can be opened. Sessions that are open are ended where Gatehouse may, and counted where not. */
export async function disableAccount(
  context: PostgresContext,
  account: RemoteAccount,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const outcome = await setLogin(context, account, false, signal);
  if (outcome.kind !== 'applied' && outcome.kind !== 'already') return outcome;
  // After the commit, since until then the role may still open another.
  const ended = await transact(context, 'writeCommitted', signal, (session) =>
    endSessions(session, account.externalId),
  );
  return ended.kind === 'applied' ? { ...outcome, facts: { ...outcome.facts, ...ended.facts } } : ended;
}

export async function enableAccount(
  context: PostgresContext,
  account: RemoteAccount,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  return setLogin(context, account, true, signal);
}

export async function deleteAccount(
  context: PostgresContext,
  account: RemoteAccount,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  return transact(context, 'write', signal, async (session) => {
    const role = await roleByOid(session, account.externalId);
    if (role === null) return { kind: 'already', value: undefined, facts: { accountOid: account.externalId } };
    const problem = whyUntouchable(role) ?? (await whyAnother(session, role, account));
    if (problem !== null) return problem;
    const owned = await whatDependsOn(session, role.oid);
    if (owned !== null) {
      return refused(
        `${role.name} cannot be deleted: ${owned}. In each database named, run REASSIGN OWNED BY ${quotedName(role.name)} TO another role; then DROP OWNED BY ${quotedName(role.name)}. Or disable the account instead.`,
      );
    }
    const others = await otherRoles(session, role.oid);
    await session.execute(`drop role ${quotedName(role.name)}`);
    if ((await otherRoles(session, role.oid)) !== others || (await roleByOid(session, role.oid)) !== null)
      return touchedOthers;
    return { kind: 'applied', value: undefined, facts: factsOf(role) };
  });
}

async function setLogin(
  context: PostgresContext,
  account: RemoteAccount,
  login: boolean,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  return transact(context, 'write', signal, async (session) => {
    const role = await roleByOid(session, account.externalId);
    if (role === null) return noAccount(account.externalId);
    const problem = whyUntouchable(role) ?? (await whyAnother(session, role, account));
    if (problem !== null) return problem;
    if (role.login === login) return { kind: 'already', value: undefined, facts: factsOf(role) };
    const others = await otherRoles(session, role.oid);
    // Without the mark, an account that cannot log in would be taken for a group from then on.
    if (!isMarked(role))
      await session.execute(`comment on role ${quotedName(role.name)} is ${quotedText(markedComment(role.comment))}`);
    await session.execute(`alter role ${quotedName(role.name)} ${login ? 'login' : 'nologin'}`);
    const after = await roleByOid(session, role.oid);
    if ((await otherRoles(session, role.oid)) !== others || after?.login !== login || !isMarked(after))
      return touchedOthers;
    return { kind: 'applied', value: undefined, facts: factsOf(role) };
  });
}

/**
 * An oid never changes, but in a cluster that was restored from a dump it may mean another role. A role that has
 * another name than the account was known by was renamed; unless a role of that name is there as well.
 */
async function whyAnother(session: Session, role: Role, account: RemoteAccount): Promise<Failure | null> {
  if (role.name === account.username || (await roleByName(session, account.username)) === null) return null;
  return needsPerson(
    `The oid ${role.oid} belongs to ${role.name}, and ${account.username} is another role. The server may have been restored from a dump: discover it anew.`,
  );
}

/** What a role owns or is named in, by database; null when nothing keeps it from being dropped. */
async function whatDependsOn(session: Session, oid: string): Promise<string | null> {
  const rows = await session.query<{ place: string; owned: number; named: number; examples: string | null }>(
    `select coalesce(d.datname::text, 'the whole server') as place,
       count(*) filter (where s.deptype = 'o')::int as owned, count(*) filter (where s.deptype <> 'o')::int as named,
       string_agg(pg_describe_object(s.classid, s.objid, s.objsubid), ', ' order by s.objid)
         filter (where s.deptype = 'o' and (s.dbid = 0 or d.datname = current_database())) as examples
     from pg_shdepend s left join pg_database d on d.oid = s.dbid
     where s.refclassid = 'pg_authid'::regclass and s.refobjid = $1::oid
       and s.deptype in ('o', 'a', 'i', 'r') and s.classid <> 'pg_auth_members'::regclass
     group by 1 order by 1`,
    [oid],
  );
  if (rows.length === 0) return null;
  const places = rows.slice(0, mostListed).map(({ place, owned, named, examples }) => {
    const what = [
      owned === 0 ? '' : `owns ${count(owned, 'object')}${examples === null ? '' : ` (${oneLine(examples)})`}`,
      named === 0 ? '' : `is named in the privileges of ${count(named, 'object')}`,
    ];
    return `in ${place} it ${what.filter((part) => part !== '').join(' and ')}`;
  });
  return places.join('; ');
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** A role without LOGIN keeps the sessions it has. */
async function endSessions(session: Session, oid: string): Promise<Outcome<void>> {
  const [row] = await session.query<{ open: number; allowed: boolean }>(
    `select count(*)::int as open, pg_has_role('pg_signal_backend', 'usage') or pg_has_role($1::oid, 'usage') as allowed
     from pg_stat_activity where usesysid = $1::oid`,
    [oid],
  );
  if (row === undefined || row.open === 0) return { kind: 'applied', value: undefined, facts: {} };
  if (!row.allowed) return { kind: 'applied', value: undefined, facts: { sessionsLeftOpen: String(row.open) } };
  await session.query('select pg_terminate_backend(pid) as ended from pg_stat_activity where usesysid = $1::oid', [
    oid,
  ]);
  return { kind: 'applied', value: undefined, facts: { sessionsEnded: String(row.open) } };
}

function factsOf(role: Role): Facts {
  return { accountOid: role.oid, account: role.name };
}
