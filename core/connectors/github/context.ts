/** What every part of the connector works with, and the questions several of them ask. */
import { ConnectorFault, type Failure, type Outcome, type RemoteAccount } from '#core/connectors/connector.ts';
import { retryable } from '../failures.ts';
import type { GithubClient } from './client.ts';
import type { GithubConfiguration } from './configuration.ts';
import { noTeam } from './faults.ts';
import { ListFault, wholeList } from './paging.ts';
import * as shapes from './shapes.ts';

export interface IdentityTable {
  readonly kind: 'table';
  /** Logins by GitHub number, by e-mail in lower case. More than one number: the e-mail is ambiguous. */
  readonly byEmail: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export interface GithubContext {
  readonly client: GithubClient;
  readonly configuration: GithubConfiguration;
  /** What was learned while this connection is open; `identities` for a minute at most. */
  readonly learned: {
    organizationId: string | null;
    identities: { readonly table: IdentityTable; readonly until: number } | null;
  };
}

/** An account that is still an invitation has this before the invitation's id. */
const invitationPrefix = 'invitation:';

export function invitationIdOf(externalId: string): string | null {
  const id = externalId.startsWith(invitationPrefix) ? externalId.slice(invitationPrefix.length) : null;
  return id !== null && isId(id) ? id : null;
}

export function isId(text: string): boolean {
  return /^[1-9]\d{0,18}$/.test(text);
}

/** The organization's number, which stays when it is renamed; routes by id need it. */
export async function organizationId(context: GithubContext, signal: AbortSignal): Promise<string | Failure> {
  const { learned, client, configuration } = context;
  if (learned.organizationId !== null) return learned.organizationId;
  const answer = await client.send('GET /orgs/{org}', { org: configuration.organization }, shapes.organization, signal);
  if (!answer.ok) return answer.failure;
  learned.organizationId = answer.data.id;
  return answer.data.id;
}

/** A member of the organization, or somebody invited to it by their login. */
export interface Member {
  readonly kind: 'member';
  readonly user: shapes.User;
  readonly state: 'active' | 'pending';
  readonly owner: boolean;
}

/** Null: the login is no member. */
export async function memberByLogin(
  { client, configuration }: GithubContext,
  login: string,
  signal: AbortSignal,
): Promise<Member | null | Failure> {
  const answer = await client.send(
    'GET /orgs/{org}/memberships/{username}',
    { org: configuration.organization, username: login },
    shapes.membership,
    signal,
  );
  if (!answer.ok) return answer.status === 404 ? null : answer.failure;
  const { user, state, role } = answer.data;
  return user === null ? null : { kind: 'member', user, state, owner: role === 'admin' };
}

/** A member by GitHub's number, whatever they are called now. Null: nobody has the number, or they are no member. */
export async function memberById(
  context: GithubContext,
  id: string,
  signal: AbortSignal,
): Promise<Member | null | Failure> {
  if (!isId(id)) return null;
  const found = await context.client.send('GET /user/{account_id}', { account_id: id }, shapes.user, signal);
  if (!found.ok) return found.status === 404 ? null : found.failure;
  const member = await memberByLogin(context, found.data.login, signal);
  if (member?.kind !== 'member' || member.user.id === id) return member;
  return retryable(`The login ${found.data.login} passed from one account to another at that moment.`);
}

/** Null: there is no such team. */
export async function teamById(
  context: GithubContext,
  id: string,
  signal: AbortSignal,
): Promise<{ readonly kind: 'team'; readonly team: shapes.Team; readonly path: TeamPath } | Failure> {
  if (!isId(id)) return noTeam(id);
  const org = await organizationId(context, signal);
  if (typeof org !== 'string') return org;
  const path = { org_id: org, team_id: id };
  const answer = await context.client.send('GET /organizations/{org_id}/team/{team_id}', path, shapes.team, signal);
  if (answer.ok) return { kind: 'team', team: answer.data, path };
  if (answer.status !== 404) return answer.failure;
  // "Not found" is also what a credential hears that may not see teams: only one that sees them is believed.
  const visible = await context.client.send(
    'GET /orgs/{org}/teams',
    { org: context.configuration.organization, per_page: 1 },
    shapes.teams,
    signal,
  );
  return visible.ok ? noTeam(id) : visible.failure;
}

export interface TeamPath {
  readonly [name: string]: string;
  readonly org_id: string;
  readonly team_id: string;
}

interface InvitationList {
  readonly kind: 'list';
  readonly invitations: readonly shapes.Invitation[];
}

export function pendingInvitations(context: GithubContext, signal: AbortSignal): Promise<InvitationList | Failure> {
  return invitationsAt(context, 'GET /orgs/{org}/invitations', signal);
}

/** Those that were not accepted in time, or failed otherwise. GitHub keeps them until somebody cancels or repeats them. */
export function failedInvitations(context: GithubContext, signal: AbortSignal): Promise<InvitationList | Failure> {
  // An Enterprise Server that does not know the question has no answer to it either.
  return invitationsAt(context, 'GET /orgs/{org}/failed_invitations', signal, 'noneWhereUnknown');
}

async function invitationsAt(
  { client, configuration }: GithubContext,
  route: string,
  signal: AbortSignal,
  notFound: 'fault' | 'noneWhereUnknown' = 'fault',
): Promise<InvitationList | Failure> {
  const { organization: org, pageSize } = configuration;
  try {
    const request = { route, parameters: { org }, shape: shapes.invitations, pageSize };
    return { kind: 'list', invitations: await wholeList(client, request, signal) };
  } catch (thrown) {
    if (thrown instanceof ListFault && thrown.status === 404 && notFound === 'noneWhereUnknown')
      return { kind: 'list', invitations: [] };
    if (thrown instanceof ConnectorFault) return thrown.failure;
    throw thrown;
  }
}

/** GitHub disables no members; whoever was invited and did not answer yet is not shut out either. */
export function accountOf(user: shapes.User, email: string | null): RemoteAccount {
  return { externalId: user.id, username: user.login, email, displayName: user.name ?? null, active: true };
}

export function invitedAccount(invitation: shapes.Invitation): RemoteAccount {
  const email = invitation.email ?? '';
  return {
    externalId: `${invitationPrefix}${invitation.id}`,
    username: invitation.login ?? email,
    email: email === '' ? null : email,
    displayName: null,
    active: true,
    attributes: { invitedAt: invitation.created_at },
  };
}

export function succeeded<Value>(
  outcome: Outcome<Value>,
): outcome is Extract<Outcome<Value>, { readonly kind: 'applied' | 'already' }> {
  return outcome.kind === 'applied' || outcome.kind === 'already';
}
