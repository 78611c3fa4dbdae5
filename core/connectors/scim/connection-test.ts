/**
 * The connection test: what a person who fills in the form needs to know, in the order in which they can mend it.
 */
import type { ConnectionCheck, ConnectionTest } from '#core/domain/connector.ts';
import type { Failure } from '../connector.ts';
import type { ScimFault } from './client.ts';
import type { ScimContext, ScimFeatures } from './context.ts';
import { userListKinds, userListOf } from './entitlement-ids.ts';
import { memberTypesOf } from './member-types.ts';
import { listOf } from './paging.ts';
import { schemas } from './resources.ts';
import { featuresIn, listAttributeOf } from './service.ts';

export async function testConnection(context: ScimContext, signal: AbortSignal): Promise<ConnectionTest> {
  const checks: ConnectionCheck[] = [];
  const note = (name: string, passed: boolean, message: string): void => {
    checks.push({ name, passed, message });
  };
  const failed = (name: string, message: string): ConnectionTest => {
    note(name, false, message);
    return { passed: false, checks };
  };
  const { client } = context;

  const signedIn = await client.signIn.header(signal);
  if (typeof signedIn !== 'string') return failed('Credential', signedIn.message);
  const server = await client.send({ method: 'GET', path: '/ServiceProviderConfig' }, signal);
  if (!server.ok && server.isPage !== true && isDown(server)) return failed('Server', server.failure.message);
  const users = await client.send({ method: 'GET', path: '/Users', query: { startIndex: 1, count: 1 } }, signal);
  // A web page for everything is no SCIM service; for the one page alone it is a service without that page.
  if (!users.ok && users.isPage === true) return failed('Server', users.failure.message);
  note(
    'Server',
    true,
    server.ok
      ? `${client.baseUrl} answers. ${said(featuresIn(server.body))}`
      : // RFC 7644 section 4 asks for it, but the connector can do without.
        `${client.baseUrl} answers, without a ServiceProviderConfig (HTTP ${server.status}).`,
  );
  if (!users.ok && (users.status === null || users.status === 401 || users.failure.kind === 'retryable'))
    return failed('Credential', users.failure.message);
  note('Credential', true, 'The server accepts the credential.');
  for (const [name, plural, answer] of [
    ['Users', 'users', users],
    [
      'Groups',
      'groups',
      await client.send({ method: 'GET', path: '/Groups', query: { startIndex: 1, count: 1 } }, signal),
    ],
  ] as const) {
    if (!answer.ok) {
      note(name, false, answer.failure.message);
      continue;
    }
    const list = listOf(answer.body);
    if (list === null) note(name, false, `The server's answer is no list of ${plural}. Check the base URL.`);
    else
      note(
        name,
        true,
        list.total === null ? `The ${plural} can be listed.` : `The ${plural} can be listed: ${list.total}.`,
      );
  }
  if (checks.every((check) => check.passed)) {
    const told = await whatCanBeHeld(context, signal);
    note('Entitlements', typeof told === 'string', typeof told === 'string' ? told : told.message);
  }
  return { passed: checks.every((check) => check.passed), checks };
}

function isDown({ status, failure }: ScimFault): boolean {
  return status === null || failure.kind === 'retryable' || (status >= 300 && status < 400);
}

/** What the server says it can do, of what makes a difference here. */
function said({ patches, filters, cursors }: ScimFeatures): string {
  const known = [
    ...(patches === null
      ? []
      : [patches ? 'changes single attributes (PATCH)' : 'replaces resources as a whole (no PATCH)']),
    ...(filters === null
      ? []
      : [filters ? 'answers filters' : 'answers no filters, so that accounts are looked for among all']),
    ...(cursors ? ['pages by cursor'] : []),
  ];
  return known.length === 0 ? 'It does not say what it can do.' : `It ${known.join('; ')}.`;
}

/** What people can be given there, as the server tells it. */
async function whatCanBeHeld(context: ScimContext, signal: AbortSignal): Promise<string | Failure> {
  const types = await memberTypesOf(context, signal);
  if ('kind' in types) return types;
  const listed = [];
  for (const kind of userListKinds) {
    const list = await listAttributeOf(context, schemas.user, userListOf(kind), signal);
    if (list === null) continue;
    if ('kind' in list) return list;
    listed.push(`the ${list.name} of users`);
  }
  const membership = types.map(({ kind }) => kind).join(', ');
  return `Membership in: ${membership}.${listed.length === 0 ? ' The server does not say whether users have roles or entitlements; those they show are discovered.' : ` Also ${listed.join(' and ')}.`}`;
}
