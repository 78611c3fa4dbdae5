/**
 * The connection test: what a person who fills in the form needs to know, in the order in which they can mend it.
 */
import type { ConnectionCheck, ConnectionTest } from '#core/domain/connector.ts';
import type { ScimContext } from './context.ts';
import { listOf } from './paging.ts';

export async function testConnection(context: ScimContext, signal: AbortSignal): Promise<ConnectionTest> {
  const checks: ConnectionCheck[] = [];
  const note = (name: string, passed: boolean, message: string): void => {
    checks.push({ name, passed, message });
  };
  const { client } = context;

  const signedIn = await client.signIn.header(signal);
  if (typeof signedIn !== 'string') {
    note('Credential', false, signedIn.message);
    return { passed: false, checks };
  }
  const server = await client.send({ method: 'GET', path: '/ServiceProviderConfig' }, signal);
  if (server.ok) {
    note('Server', true, `${client.baseUrl} answers and says what it can do.`);
  } else if (server.status === null || server.failure.kind === 'retryable' || isRedirect(server.status)) {
    note('Server', false, server.failure.message);
    return { passed: false, checks };
  } else {
    // RFC 7644 section 4 asks for it, but the connector can do without.
    note('Server', true, `${client.baseUrl} answers, without a ServiceProviderConfig (HTTP ${server.status}).`);
  }

  const users = await client.send({ method: 'GET', path: '/Users', query: { startIndex: 1, count: 1 } }, signal);
  if (!users.ok && users.status === 401) {
    note('Credential', false, users.failure.message);
    return { passed: false, checks };
  }
  if (!users.ok && (users.status === null || users.failure.kind === 'retryable')) {
    note('Credential', false, users.failure.message);
    return { passed: false, checks };
  }
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
  return { passed: checks.every((check) => check.passed), checks };
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}
