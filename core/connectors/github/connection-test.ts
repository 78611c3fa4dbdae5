/**
 * The connection test: what a person who fills in the form needs to know, in the order in which they can mend it.
 */
import type { ConnectionCheck, ConnectionTest } from '#core/domain/connector.ts';
import type { Answer } from './client.ts';
import { memberByLogin, type GithubContext } from './context.ts';
import { identitiesOf } from './identities.ts';
import * as shapes from './shapes.ts';

export async function testConnection(context: GithubContext, signal: AbortSignal): Promise<ConnectionTest> {
  const checks: ConnectionCheck[] = [];
  const note = (name: string, passed: boolean, message: string): boolean => {
    checks.push({ name, passed, message });
    return passed;
  };
  const { client, configuration } = context;
  const { organization } = configuration;
  const ended = (): ConnectionTest => ({ passed: checks.every(({ passed }) => passed), checks });

  const found = await client.send('GET /orgs/{org}', { org: organization }, shapes.organization, signal);
  if (!found.ok) {
    note('Organization', false, found.failure.message);
    return ended();
  }
  note('Organization', true, `${client.baseUrl} knows ${found.data.login}, and accepts the credential.`);
  if (configuration.authentication === 'token' && !(await noteOwner(context, note, signal))) return ended();

  const scopes = found.headers['x-oauth-scopes'];
  if (scopes !== undefined && scopes.trim() !== '') {
    const enough = scopes.split(',').some((scope) => scope.trim() === 'admin:org');
    note(
      'Scopes',
      enough,
      enough ? 'The token has the scope admin:org.' : `The token has the scopes ${scopes}. Give it admin:org.`,
    );
  }
  const lists: readonly (readonly [string, string, string])[] = [
    ['Members', 'GET /orgs/{org}/members', 'members'],
    ['Teams', 'GET /orgs/{org}/teams', 'teams'],
    ['Invitations', 'GET /orgs/{org}/invitations', 'pending invitations'],
  ];
  for (const [name, route, what] of lists) {
    const answer: Answer<unknown> = await client.send(
      route,
      { org: organization, per_page: 1 },
      shapes.anything,
      signal,
    );
    note(name, answer.ok, answer.ok ? `The ${what} can be listed.` : answer.failure.message);
  }
  await noteIdentities(context, note, signal);
  return ended();
}

type Note = (name: string, passed: boolean, message: string) => boolean;

/** To anybody but an owner GitHub lists public members alone, which would look like a mass departure. */
async function noteOwner(context: GithubContext, note: Note, signal: AbortSignal): Promise<boolean> {
  const { client, configuration } = context;
  const me = await client.send('GET /user', {}, shapes.user, signal);
  if (!me.ok) return note('Owner', false, me.failure.message);
  const member = await memberByLogin(context, me.data.login, signal);
  if (member !== null && member.kind !== 'member') return note('Owner', false, member.message);
  return member?.owner === true
    ? note('Owner', true, `The token belongs to ${me.data.login}, an owner of the organization.`)
    : note(
        'Owner',
        false,
        `The token belongs to ${me.data.login}, who is no owner of ${configuration.organization}. Use the token of an owner, or a GitHub App.`,
      );
}

async function noteIdentities(context: GithubContext, note: Note, signal: AbortSignal): Promise<void> {
  const table = await identitiesOf(context, true, signal);
  const { logins } = context.configuration;
  if (table === null) {
    note(
      'Identities',
      true,
      `People are known by ${context.configuration.identities === 'username' ? 'their user names' : `the list of ${logins.size} logins`}.`,
    );
  } else if (table.kind === 'table') {
    const count = table.byEmail.size;
    note(
      'Identities',
      count > 0,
      count > 0
        ? `${count} e-mails of members are known.`
        : 'No e-mail of any member is known this way. Choose another way to know people.',
    );
  } else note('Identities', false, table.message);
}
