/**
 * Finding and creating accounts. The server compares names exactly, so "Ada" and "ada" could both be created;
 * they are compared without regard to case here, and creation is serialised between all who use Gatehouse.
 */
import type { AccountDraft, Failure, Outcome, RemoteAccount } from '#core/connectors/connector.ts';
import { needsPerson, refused } from '../failures.ts';
import type { PostgresConfiguration } from './configuration.ts';
import { oneLine } from './faults.ts';
import { folded, problemOfName, quotedName, quotedText } from './identifiers.ts';
import { accountOf, isAccount, markedComment, roleByName, roleColumns, type Role } from './roles.ts';
import { scramVerifier } from './scram.ts';
import { transact, type PostgresContext, type Session } from './session.ts';

type Wanted = Pick<AccountDraft, 'username' | 'email'>;

export async function findAccount(
  context: PostgresContext,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Outcome<RemoteAccount>> {
  return transact(context, 'read', signal, (session) => lookUp(session, context.configuration, wanted));
}

/** CREATE ROLE … LOGIN, with nothing but that; `already` with the account that is there. */
export async function createAccount(
  context: PostgresContext,
  draft: AccountDraft,
  signal: AbortSignal,
): Promise<Outcome<RemoteAccount>> {
  const { configuration } = context;
  const [name] = namesFor(draft, configuration);
  const problem = name === undefined ? null : (problemOfName(name) ?? reserved(name));
  if (problem !== null) return refused(`No role can be called ${JSON.stringify(oneLine(name ?? ''))}. ${problem}`);
  return transact(context, 'writeCommitted', signal, async (session) => {
    // Held to the end of the transaction, so that two who create "Ada" and "ada" at the same moment come one after the other.
    await session.query('select pg_advisory_xact_lock(hashtextextended($1, 0))::text as held', [
      `gatehouse account ${folded(name ?? draft.username)}`,
    ]);
    const existing = await lookUp(session, configuration, draft);
    if (existing.kind !== 'notFound') return existing;
    if (name === undefined) return outsideDomain(draft, configuration);
    const password = passwordClause(draft.initialPassword);
    if (typeof password !== 'string') return password;

    const comment = markedComment(draft.displayName);
    await session.execute(`create role ${quotedName(name)} login${password}`);
    await session.execute(`comment on role ${quotedName(name)} is ${quotedText(comment)}`);
    const role = await roleByName(session, name);
    if (role === null || !role.login || role.powers !== null || role.comment !== comment) {
      return needsPerson(
        `The server made something else of CREATE ROLE ${name} than a plain login role, so it was undone. Look for an extension or an event trigger that changes roles.`,
      );
    }
    return {
      kind: 'applied',
      value: accountOf(role, configuration),
      facts: {
        accountOid: role.oid,
        account: role.name,
        password: draft.initialPassword === undefined ? 'none' : 'set',
      },
    };
  });
}

/** What the role of a person may be called, the likeliest first. Empty: the settings give no name for this person. */
function namesFor(wanted: Wanted, { roleNames, emailDomain }: PostgresConfiguration): readonly string[] {
  if (roleNames === 'username') return [...new Set([wanted.username, wanted.email])].filter((name) => name !== '');
  for (const address of [wanted.email, wanted.username]) {
    const at = address.lastIndexOf('@');
    if (at > 0 && address.slice(at + 1).toLowerCase() === emailDomain) return [address.slice(0, at)];
  }
  // A name without a domain is one already; an address of another domain is somebody else's.
  return wanted.username === '' || wanted.username.includes('@') ? [] : [wanted.username];
}

function outsideDomain(draft: Wanted, { emailDomain }: PostgresConfiguration): Failure {
  return needsPerson(
    `${draft.email} is not of the domain ${emailDomain}, which the connection makes role names from. Create the role by hand and link it to the person.`,
  );
}

function reserved(name: string): string | null {
  if (name.startsWith('pg_')) return 'Names that begin with pg_ belong to PostgreSQL itself.';
  return name === 'public' || name === 'none' ? 'PostgreSQL keeps this name for itself.' : null;
}

function passwordClause(initialPassword: string | undefined): string | Failure {
  if (initialPassword === undefined) return '';
  const verifier = scramVerifier(initialPassword);
  return verifier === null
    ? refused(
        'The first password holds characters beyond printable ASCII, which clients treat differently. Make another.',
      )
    : ` password ${quotedText(verifier)}`;
}

async function lookUp(
  session: Session,
  configuration: PostgresConfiguration,
  wanted: Wanted,
): Promise<Outcome<RemoteAccount>> {
  for (const name of namesFor(wanted, configuration)) {
    const fitting = (await candidates(session, name)).filter((role) => folded(role.name) === folded(name));
    if (fitting.length === 0) continue;
    const exact = fitting.filter((role) => role.name === name);
    const [chosen, ...others] = exact.length === 1 ? exact : fitting;
    if (chosen === undefined) continue;
    if (others.length > 0) {
      const names = fitting.map((role) => role.name).join(', ');
      return needsPerson(`Several roles fit ${name}: ${names}. Link the right one to the person.`);
    }
    if (!isAccount(chosen)) {
      return needsPerson(
        `The name ${chosen.name} is taken by a group role (NOLOGIN). Link the person to another login role, or rename one of the two.`,
      );
    }
    return {
      kind: 'already',
      value: accountOf(chosen, configuration),
      facts: { accountOid: chosen.oid, account: chosen.name },
    };
  }
  return { kind: 'notFound', what: 'account', message: `The server has no role for ${oneLine(wanted.username)}.` };
}

/**
 * Roles that may be the wanted one in another case. What the server takes for the same letter depends on its
 * locale, so names beyond ASCII are all fetched and compared here.
 */
async function candidates(session: Session, name: string): Promise<readonly Role[]> {
  if (name.includes('\0') || !name.isWellFormed()) return [];
  return session.query<Role>(
    String.raw`select ${roleColumns} from pg_roles r
      where lower(r.rolname::text collate "C") = lower($1::text collate "C") or r.rolname::text collate "C" ~ '[^\x01-\x7f]'
      order by r.oid`,
    [name],
  );
}
