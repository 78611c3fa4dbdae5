/** The connection test: it reads, and opens no ticket. */
import type { ConnectionCheck, ConnectionTest } from '#core/domain/connector.ts';
import { oneLine } from '../failures.ts';
import { valueAt } from '../json-places.ts';
import { fillIn } from '../text-template.ts';
import { sampleValues } from './configuration.ts';
import type { TicketContext } from './tickets.ts';

export async function testConnection(
  { client, configuration }: TicketContext,
  signal: AbortSignal,
): Promise<ConnectionTest> {
  const checks: ConnectionCheck[] = [];
  const note = (name: string, passed: boolean, message: string): void => {
    checks.push({ name, passed, message });
  };
  const { testPath, searchPath, searchAt, project, body } = configuration;
  const values = sampleValues(project);
  const tested = await client.send({ method: 'GET', path: fillIn(testPath, values, 'url') }, signal);
  note(
    'Sign-in',
    tested.ok,
    tested.ok
      ? `${client.baseUrl} answers and accepts the credential.`
      : tested.status === 404
        ? `${tested.failure.message} Check the address, and whether the account may see ${project}.`
        : tested.failure.message,
  );
  if (!tested.ok) return { passed: false, checks };
  if (searchPath !== null && searchAt !== null) {
    const search = await client.send({ method: 'GET', path: fillIn(searchPath, values, 'url') }, signal);
    const found = search.ok ? valueAt(search.json, searchAt) : null;
    note(
      'Search by key',
      search.ok && found === null,
      !search.ok
        ? search.failure.message
        : found === null
          ? 'Tickets can be searched by their key, so that none is opened twice.'
          : `The search finds ${found} for a key that no ticket has: it does not look for the key. Check "Path to search by key".`,
    );
  } else
    note('Search by key', true, 'Not used: whether a ticket is opened twice after a lost answer is up to the system.');
  note('Ticket', true, `No ticket was opened. One would begin like this: ${oneLine(fillIn(body, values, 'json'))}`);
  return { passed: checks.every((check) => check.passed), checks };
}
