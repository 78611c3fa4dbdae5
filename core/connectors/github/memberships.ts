/**
 * Granting and revoking: a member joins, or leaves, a team. Every write is preceded and followed by a read, and
 * only what the read shows is called done. Teams and people are addressed by number, so that a rename in between
 * means nobody else.
 */
import {
  ConnectorFault,
  type AccountDraft,
  type Facts,
  type Failure,
  type GrantReading,
  type Outcome,
  type RemoteGrant,
  type WantedGrant,
} from '#core/connectors/connector.ts';
import { needsPerson, retryable } from '../failures.ts';
import { findAccount } from './accounts.ts';
import {
  invitationIdOf,
  memberById,
  pendingInvitations,
  succeeded,
  teamById,
  type GithubContext,
  type Member,
  type TeamPath,
} from './context.ts';
import { noAccount } from './faults.ts';
import { turnedDown, unansweredInvitation } from './invitations.ts';
import { wholeList } from './paging.ts';
import * as shapes from './shapes.ts';

/** What has still to happen, to follow "Waits for". */
const acceptance = 'the invitation to the organization to be accepted';
const membershipRoute = '/organizations/{org_id}/team/{team_id}/memberships/{username}';

type State = 'held' | 'pending' | 'inherited' | 'none';

interface Reading {
  readonly kind: 'reading';
  readonly state: State;
  readonly facts: Facts;
}

export async function grant(context: GithubContext, wanted: WantedGrant, signal: AbortSignal): Promise<Outcome<void>> {
  const found = await teamById(context, wanted.entitlementExternalId, signal);
  if (found.kind !== 'team') return found;
  const invitationId = invitationIdOf(wanted.accountExternalId);
  if (invitationId !== null) return waitForInvitation(context, invitationId, wanted, signal);
  const member = await memberById(context, wanted.accountExternalId, signal);
  // Asking for somebody who is no member would send them an invitation, which is for createAccount to decide.
  if (member === null)
    return noAccount(
      `Nobody with the id ${wanted.accountExternalId} is a member of ${context.configuration.organization}.`,
    );
  if (member.kind !== 'member') return member;
  const before = await readTeam(context, found, member, signal);
  if (before.kind !== 'reading') return before;
  if (before.state === 'held' || before.state === 'pending')
    return { kind: 'already', value: undefined, facts: before.facts };
  const answer = await context.client.send(
    `PUT ${membershipRoute}`,
    { ...found.path, username: member.user.login, role: 'member' },
    shapes.teamMembership,
    signal,
  );
  if (!answer.ok) return answer.failure;
  const after = await readTeam(context, found, member, signal);
  if (after.kind !== 'reading') return after;
  if (after.state !== 'held' && after.state !== 'pending')
    return retryable(
      `GitHub took ${member.user.login} into ${found.team.name} (HTTP ${answer.status}), but does not show it yet.`,
    );
  return { kind: 'applied', value: undefined, facts: { ...after.facts, httpStatus: String(answer.status) } };
}

export async function revoke(
  context: GithubContext,
  unwanted: RemoteGrant,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const found = await teamById(context, unwanted.entitlementExternalId, signal);
  if (found.kind !== 'team') return found;
  const invitationId = invitationIdOf(unwanted.accountExternalId);
  if (invitationId !== null) {
    const reading = await readInvitation(context, invitationId, unwanted, signal);
    if (reading.kind !== 'reading' && reading.kind !== 'notFound') return reading;
    return reading.kind === 'reading' && reading.state === 'pending'
      ? needsPerson(
          'The invitation itself names this team, which cannot be taken out of it. Cancel the invitation on GitHub.',
        )
      : { kind: 'already', value: undefined, facts: { teamId: unwanted.entitlementExternalId, invitationId } };
  }
  const member = await memberById(context, unwanted.accountExternalId, signal);
  // Who is no member of the organization is in none of its teams.
  if (member === null) {
    const facts = { teamId: unwanted.entitlementExternalId, accountId: unwanted.accountExternalId };
    return { kind: 'already', value: undefined, facts };
  }
  if (member.kind !== 'member') return member;
  const before = await readTeam(context, found, member, signal);
  if (before.kind !== 'reading') return before;
  if (before.state === 'none' || before.state === 'inherited')
    return { kind: 'already', value: undefined, facts: before.facts };
  const path = { ...found.path, username: member.user.login };
  const answer = await context.client.send(`DELETE ${membershipRoute}`, path, shapes.anything, signal);
  if (!answer.ok && answer.status !== 404) return answer.failure;
  const after = await readTeam(context, found, member, signal);
  if (after.kind !== 'reading') return after;
  if (after.state === 'held' || after.state === 'pending')
    return retryable(`GitHub took ${member.user.login} out of ${found.team.name}, but still shows the member.`);
  return { kind: 'applied', value: undefined, facts: { ...after.facts, httpStatus: String(answer.status ?? '') } };
}

export async function read(
  context: GithubContext,
  asked: RemoteGrant,
  signal: AbortSignal,
): Promise<Outcome<GrantReading>> {
  const found = await teamById(context, asked.entitlementExternalId, signal);
  if (found.kind !== 'team') return found;
  const invitationId = invitationIdOf(asked.accountExternalId);
  const reading =
    invitationId === null
      ? await readMember(context, found, asked, signal)
      : await readInvitation(context, invitationId, asked, signal);
  if (reading.kind !== 'reading') return reading;
  const { state, facts } = reading;
  return {
    kind: 'already',
    value: { held: state === 'held', ...(state === 'pending' ? { pending: true, waitsFor: acceptance } : {}) },
    facts,
  };
}

type Found = { readonly team: shapes.Team; readonly path: TeamPath };

async function readMember(
  context: GithubContext,
  found: Found,
  asked: RemoteGrant,
  signal: AbortSignal,
): Promise<Reading | Failure> {
  const member = await memberById(context, asked.accountExternalId, signal);
  if (member === null)
    return noAccount(
      `Nobody with the id ${asked.accountExternalId} is a member of ${context.configuration.organization}.`,
    );
  return member.kind === 'member' ? readTeam(context, found, member, signal) : member;
}

async function readTeam(
  context: GithubContext,
  { team, path }: Found,
  { user }: Member,
  signal: AbortSignal,
): Promise<Reading | Failure> {
  const facts: Facts = { teamId: team.id, team: team.name, accountId: user.id, login: user.login };
  const answer = await context.client.send(
    `GET ${membershipRoute}`,
    { ...path, username: user.login },
    shapes.teamMembership,
    signal,
  );
  if (!answer.ok) return answer.status === 404 ? { kind: 'reading', state: 'none', facts } : answer.failure;
  const { state, role } = answer.data;
  if (state === 'pending') return { kind: 'reading', state: 'pending', facts: { ...facts, role } };
  const direct = await isDirect(context, { team, path }, user.id, signal);
  if (typeof direct !== 'boolean') return direct;
  if (direct) return { kind: 'reading', state: 'held', facts: { ...facts, role } };
  return { kind: 'reading', state: 'inherited', facts: { ...facts, inheritedFrom: 'a child team' } };
}

/** Members of a child team are shown as members of its parents too, and cannot be taken out of those. */
async function isDirect(
  context: GithubContext,
  { team, path }: Found,
  userId: string,
  signal: AbortSignal,
): Promise<boolean | Failure> {
  const { client } = context;
  const children = await client.send(
    'GET /organizations/{org_id}/team/{team_id}/teams',
    { ...path, per_page: 1 },
    shapes.teams,
    signal,
  );
  if (!children.ok) return children.failure;
  if (children.data.length === 0) return true;
  try {
    const members = await directMembers(context, team, true, signal);
    return members.some(({ id }) => id === userId);
  } catch (thrown) {
    if (thrown instanceof ConnectorFault) return thrown.failure;
    throw thrown;
  }
}

/** The members of a team itself, without those of its child teams. @throws ConnectorFault when they cannot be had */
export async function directMembers(
  { client, configuration }: GithubContext,
  team: shapes.Team,
  hasChildren: boolean,
  signal: AbortSignal,
): Promise<readonly shapes.User[]> {
  const members = await wholeList(
    client,
    {
      route: 'GET /orgs/{org}/teams/{team_slug}/members',
      parameters: { org: configuration.organization, team_slug: team.slug },
      shape: shapes.teamMembers,
      pageSize: configuration.pageSize,
    },
    signal,
  );
  if (hasChildren && members.some(({ inherited }) => inherited === undefined)) {
    throw new ConnectorFault(
      needsPerson(
        `This GitHub does not tell the members of ${team.name} from those of its child teams. Update the GitHub Enterprise Server, or keep teams without child teams in Gatehouse.`,
      ),
    );
  }
  return members.filter(({ inherited }) => inherited !== true);
}

async function readInvitation(
  context: GithubContext,
  invitationId: string,
  asked: RemoteGrant,
  signal: AbortSignal,
): Promise<Reading | Failure> {
  const pending = await pendingInvitations(context, signal);
  if (pending.kind !== 'list') return pending;
  const invitation = pending.invitations.find(({ id }) => id === invitationId);
  if (invitation === undefined)
    return noAccount(
      `The invitation ${invitationId} is not pending any more: it was accepted, cancelled, or has expired.`,
    );
  const answer = await context.client.send(
    'GET /orgs/{org}/invitations/{invitation_id}/teams',
    { org: context.configuration.organization, invitation_id: invitationId, per_page: 100 },
    shapes.teams,
    signal,
  );
  if (!answer.ok) return answer.failure;
  const named = answer.data.some(({ id }) => id === asked.entitlementExternalId);
  const facts = { teamId: asked.entitlementExternalId, invitationId, invitedAt: invitation.created_at };
  return { kind: 'reading', state: named ? 'pending' : 'none', facts };
}

/** GitHub takes nobody into a team before they are a member, unless the invitation itself names the team. */
async function waitForInvitation(
  context: GithubContext,
  invitationId: string,
  wanted: WantedGrant,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const reading = await readInvitation(context, invitationId, wanted, signal);
  if (reading.kind === 'notFound' && wanted.person !== undefined)
    return withoutInvitation(context, invitationId, wanted.person, reading, signal);
  if (reading.kind !== 'reading') return reading;
  if (reading.state === 'pending') return { kind: 'already', value: undefined, facts: reading.facts };
  return {
    ...retryable(
      `The invitation to ${context.configuration.organization} of ${reading.facts['invitedAt']} was not accepted yet. The team follows once it is.`,
    ),
    waitsFor: acceptance,
  };
}

/** Whoever came, or was invited anew by hand, has another account now; for anybody else a person has to see to it. */
async function withoutInvitation(
  context: GithubContext,
  invitationId: string,
  person: AccountDraft,
  gone: Failure,
  signal: AbortSignal,
): Promise<Failure> {
  const found = await findAccount(context, person, signal, true);
  if (succeeded(found)) return gone;
  if (found.kind !== 'notFound') return found;
  const unanswered = await unansweredInvitation(context, invitationId, [person.email, person.username], signal);
  return unanswered ?? turnedDown(invitationId, context.configuration.organization);
}
