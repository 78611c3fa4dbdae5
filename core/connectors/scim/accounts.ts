/**
 * Finding and creating accounts. Filters are not taken at their word: some servers answer those they do
 * not know with everybody, some with nobody, and some compare case. What a filter finds is checked, and
 * that it finds nothing is believed only of a server that has shown it can find somebody.
 */
import {
  ConnectorFault,
  type AccountDraft,
  type Failure,
  type Outcome,
  type RemoteAccount,
} from '#core/connectors/connector.ts';
import { needsPerson, refused } from '../failures.ts';
import type { ScimContext } from './context.ts';
import type { JsonObject } from './json.ts';
import { listOf, listResources, listStart } from './paging.ts';
import { accountOf, emailsOf, filterValue, folded, schemas } from './resources.ts';
import { featuresOf, hasEnterpriseUsers } from './service.ts';

/** Past this many users, looking through all of them is no answer any more. */
const mostUsersLookedThrough = 100_000;

type Wanted = Pick<AccountDraft, 'username' | 'email'>;
type Attribute = 'userName' | 'emails.value';

interface Found {
  readonly account: RemoteAccount;
  readonly user: JsonObject;
}

/** The account of this user name, without regard to case, or else the only one of this e-mail address. */
export async function findAccount(
  context: ScimContext,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Outcome<RemoteAccount>> {
  const features = await featuresOf(context, signal);
  if ('kind' in features) return features;
  if (features.filters === false) return lookThroughAll(context, wanted, signal);
  for (const attribute of ['userName', 'emails.value'] as const) {
    const answer = await askByFilter(context, attribute, valueOf(wanted, attribute), signal);
    if (answer.kind === 'found') return choose(answer.found, wanted, attribute);
    if (answer.kind === 'unclear') return lookThroughAll(context, wanted, signal);
    if (answer.kind !== 'absent') return answer;
  }
  return notFound(wanted);
}

/** Creates the account (RFC 7644 section 3.3), or answers `already` with the one that is there. */
export async function createAccount(
  context: ScimContext,
  draft: AccountDraft,
  signal: AbortSignal,
): Promise<Outcome<RemoteAccount>> {
  // Asked first, since an earlier answer may have been lost, and not every server refuses a second one.
  const existing = await findAccount(context, draft, signal);
  if (existing.kind !== 'notFound') return existing;
  const enterprise = await hasEnterpriseUsers(context, signal);
  if (typeof enterprise === 'object') return enterprise;
  const body = userOf(draft, enterprise);
  const answer = await context.client.send({ method: 'POST', path: '/Users', body }, signal);
  if (answer.ok) {
    const account = answer.body === null ? null : accountOf(answer.body);
    if (account === null) {
      const created = await lookThroughAll(context, draft, signal);
      return created.kind === 'already' ? { ...created, kind: 'applied' } : created;
    }
    return {
      kind: 'applied',
      value: account,
      facts: { accountId: account.externalId, httpStatus: String(answer.status) },
    };
  }
  if (answer.status !== 409 && answer.scimType !== 'uniqueness') return answer.failure;
  // Somebody else was faster, or the filter missed it: by then only looking at everybody tells.
  const taken = await lookThroughAll(context, draft, signal);
  if (taken.kind !== 'notFound') return taken;
  return refused(
    `The server says the account exists, but lists none of the user name ${draft.username}. ${answer.failure.message}`,
  );
}

/** @param enterprise users of the server have the enterprise extension (RFC 7643 section 4.3) */
function userOf(draft: AccountDraft, enterprise: boolean): JsonObject {
  const extension = enterprise && draft.department !== null;
  return {
    schemas: [schemas.user, ...(extension ? [schemas.enterprise] : [])],
    userName: draft.username,
    // The client's own id of the person (RFC 7643 section 3.1).
    externalId: draft.employeeId,
    displayName: draft.displayName,
    name: {
      formatted: draft.displayName,
      ...(draft.firstName === null ? {} : { givenName: draft.firstName }),
      ...(draft.lastName === null ? {} : { familyName: draft.lastName }),
    },
    emails: [{ value: draft.email, type: 'work', primary: true }],
    ...(draft.jobTitle === null ? {} : { title: draft.jobTitle }),
    ...(extension ? { [schemas.enterprise]: { department: draft.department } } : {}),
    active: true,
  };
}

function valueOf(wanted: Wanted, attribute: Attribute): string {
  return attribute === 'userName' ? wanted.username : wanted.email;
}

function has(user: JsonObject, attribute: Attribute, value: string): boolean {
  const values = attribute === 'userName' ? [accountOf(user)?.username ?? ''] : emailsOf(user);
  return values.some((candidate) => folded(candidate) === folded(value));
}

function notFound(wanted: Wanted): Failure {
  return {
    kind: 'notFound',
    what: 'account',
    message: `The application has no user ${wanted.username}, and none with the address ${wanted.email}.`,
  };
}

function choose(found: readonly Found[], wanted: Wanted, attribute: Attribute): Outcome<RemoteAccount> {
  const exact = found.filter(({ account }) => account.username === wanted.username);
  const [chosen, ...others] = exact.length === 1 ? exact : found;
  if (chosen === undefined) return notFound(wanted);
  if (others.length > 0) {
    const names = [chosen, ...others]
      .slice(0, 5)
      .map(({ account }) => account.username)
      .join(', ');
    return needsPerson(
      `Several users of the application fit ${valueOf(wanted, attribute)}: ${names}. Link the right one to the person.`,
    );
  }
  return {
    kind: 'already',
    value: chosen.account,
    facts: { accountId: chosen.account.externalId, foundBy: attribute },
  };
}

type FilterAnswer =
  | { readonly kind: 'found'; readonly found: readonly Found[] }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unclear' }
  | Failure;

async function askByFilter(
  context: ScimContext,
  attribute: Attribute,
  value: string,
  signal: AbortSignal,
): Promise<FilterAnswer> {
  const users = await usersByFilter(context, attribute, value, signal);
  if (!Array.isArray(users)) return users;
  const found = users.filter((user) => has(user, attribute, value)).flatMap((user) => withAccount(user));
  if (found.length > 0) return { kind: 'found', found };
  if (users.length > 0) return { kind: 'unclear' };
  return (await isProven(context, attribute, value, signal)) ? { kind: 'absent' } : { kind: 'unclear' };
}

type UserList = readonly JsonObject[];

async function usersByFilter(
  context: ScimContext,
  attribute: Attribute,
  value: string,
  signal: AbortSignal,
): Promise<JsonObject[] | FilterAnswer> {
  const filter = `${attribute} eq ${filterValue(value)}`;
  const answer = await context.client.send(
    { method: 'GET', path: '/Users', query: { filter, startIndex: 1, count: context.pageSize } },
    signal,
  );
  // 400 invalidFilter, 501, or a 404 for "nobody": nothing is known of the user yet.
  if (!answer.ok)
    return answer.failure.kind === 'refused' || answer.status === 404 ? { kind: 'unclear' } : answer.failure;
  const list = listOf(answer.body);
  return list === null ? { kind: 'unclear' } : [...list.resources];
}

/**
 * Whether an empty answer to a filter means that nobody is there: the server must find a user it has
 * listed, under the other case. Values beyond plain ASCII are not believed, since escaping and
 * folding of those differ from server to server.
 */
async function isProven(
  context: ScimContext,
  attribute: Attribute,
  value: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (!/^[\x20-\x7e]*$/.test(value) || /["\\]/.test(value)) return false;
  const answer = await context.client.send(
    { method: 'GET', path: '/Users', query: { startIndex: 1, count: 5 } },
    signal,
  );
  const sample: UserList = answer.ok ? (listOf(answer.body)?.resources ?? []) : [];
  for (const user of sample) {
    const known = attribute === 'userName' ? accountOf(user)?.username : emailsOf(user)[0];
    if (known === undefined || !/^[\x20-\x7e]*$/.test(known) || /["\\]/.test(known) || swapCase(known) === known)
      continue;
    const users = await usersByFilter(context, attribute, swapCase(known), signal);
    return Array.isArray(users) && users.length > 0 && users.every((candidate) => has(candidate, attribute, known));
  }
  return false;
}

function swapCase(text: string): string {
  return text.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

function withAccount(user: JsonObject): readonly Found[] {
  const account = accountOf(user);
  return account === null ? [] : [{ account, user }];
}

/** Finds the account among all users, a page at a time. */
async function lookThroughAll(
  context: ScimContext,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Outcome<RemoteAccount>> {
  const byName: Found[] = [];
  const byEmail: Found[] = [];
  let looked = 0;
  try {
    for await (const page of listResources(context.client, '/Users', context.pageSize, listStart, signal)) {
      const found = page.resources.flatMap(withAccount);
      byName.push(...found.filter(({ user }) => has(user, 'userName', wanted.username)));
      byEmail.push(...found.filter(({ user }) => has(user, 'emails.value', wanted.email)));
      looked += found.length;
      if (looked > mostUsersLookedThrough) {
        return needsPerson(
          `The server cannot be asked for one user, and has more than ${mostUsersLookedThrough} to look through. Discover the application, then link the account to the person.`,
        );
      }
    }
  } catch (thrown) {
    if (thrown instanceof ConnectorFault) return thrown.failure;
    throw thrown;
  }
  return byName.length > 0 ? choose(byName, wanted, 'userName') : choose(byEmail, wanted, 'emails.value');
}
