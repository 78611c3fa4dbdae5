/**
 * Accounts are members of the organization. A new one is an invitation first, which its receiver has to accept:
 * until then the account is known by the invitation, and afterwards by GitHub's number of the user.
 */
import type { AccountDraft, Failure, Outcome, RemoteAccount } from '#core/connectors/connector.ts';
import { needsPerson, retryable } from '../failures.ts';
import { turnedDown, unansweredInvitation } from './invitations.ts';
import {
  accountOf,
  invitationIdOf,
  invitedAccount,
  isId,
  memberById,
  memberByLogin,
  pendingInvitations,
  succeeded,
  type GithubContext,
} from './context.ts';
import { noAccount } from './faults.ts';
import { loginOf } from './identities.ts';
import * as shapes from './shapes.ts';

type Wanted = Pick<AccountDraft, 'username' | 'email'>;

/** The member whose work e-mail this is, or the invitation that was sent there. Never a guess. */
export async function findAccount(
  context: GithubContext,
  wanted: Wanted,
  signal: AbortSignal,
  fresh = false,
): Promise<Outcome<RemoteAccount>> {
  const known = await loginOf(context, wanted, fresh, signal);
  if (known !== null && known.kind !== 'login') return known;
  if (known !== null) {
    const member = await memberByLogin(context, known.login, signal);
    if (member !== null && member.kind !== 'member') return member;
    if (member !== null) {
      const account = accountOf(member.user, addressOf(wanted));
      return { kind: 'already', value: account, facts: { accountId: member.user.id, foundBy: known.foundBy } };
    }
    return noAccount(`${known.login} is not a member of ${context.configuration.organization}.`);
  }
  const pending = await pendingInvitations(context, signal);
  if (pending.kind !== 'list') return pending;
  const addresses = [wanted.email, wanted.username].map((text) => text.toLowerCase());
  const invitation = pending.invitations.find(({ email }) => addresses.includes((email ?? '').toLowerCase()));
  if (invitation !== undefined) {
    const facts = { invitationId: invitation.id, invitedAt: invitation.created_at };
    return { kind: 'already', value: invitedAccount(invitation), facts };
  }
  return noAccount(
    `No member of ${context.configuration.organization} is known to have the e-mail ${wanted.email}, and it was not invited.`,
  );
}

/**
 * Sends an invitation, unless there is a member or an invitation already. What was sent cannot be taken back, so whoever
 * let one go by is not sent the next by a program.
 */
export async function createAccount(
  context: GithubContext,
  draft: AccountDraft,
  signal: AbortSignal,
): Promise<Outcome<RemoteAccount>> {
  const existing = await findAccount(context, draft, signal, true);
  if (existing.kind !== 'notFound') return existing;
  const invitee = await inviteeOf(context, draft, signal);
  if (invitee.kind !== 'invitee') return invitee;
  const addresses = [draft.email, draft.username];
  const unanswered = await unansweredInvitation(context, null, [...addresses, invitee.user?.login ?? ''], signal);
  if (unanswered !== null) return unanswered;
  const former = invitationIdOf(draft.formerAccount ?? '');
  if (former !== null) return turnedDown(former, context.configuration.organization);
  const { organization } = context.configuration;
  const body = invitee.user === null ? { email: draft.email } : { invitee_id: Number(invitee.user.id) };
  const answer = await context.client.send(
    'POST /orgs/{org}/invitations',
    { org: organization, role: 'direct_member', ...body },
    shapes.invitation,
    signal,
  );
  if (answer.ok) {
    const account = invitee.user === null ? invitedAccount(answer.data) : accountOf(invitee.user, addressOf(draft));
    const facts = {
      invitationId: answer.data.id,
      invitedAt: answer.data.created_at,
      httpStatus: String(answer.status),
    };
    return { kind: 'applied', value: account, facts };
  }
  if (answer.status !== 422) return answer.failure;
  // Somebody else may have been faster; or the address belongs to a member whose e-mail GitHub does not show us.
  const now = await findAccount(context, draft, signal, true);
  if (now.kind !== 'notFound') return now;
  return needsPerson(
    `GitHub did not take the invitation of ${draft.email}: ${answer.said} If the person is a member already, link the account to them; in an organization with managed users the account has to come from the identity provider.`,
  );
}

/** Where the login of the person is known, that very account is invited, and nobody else can accept. */
async function inviteeOf(
  context: GithubContext,
  draft: AccountDraft,
  signal: AbortSignal,
): Promise<{ readonly kind: 'invitee'; readonly user: shapes.User | null } | Failure> {
  const known = await loginOf(context, draft, false, signal);
  if (known === null) {
    return draft.email.includes('@')
      ? { kind: 'invitee', user: null }
      : needsPerson('The person has no e-mail an invitation could be sent to.');
  }
  if (known.kind !== 'login') return known;
  const answer = await context.client.send('GET /users/{username}', { username: known.login }, shapes.user, signal);
  if (answer.ok) return { kind: 'invitee', user: answer.data };
  return answer.status === 404
    ? needsPerson(`GitHub knows nobody with the login ${known.login}. Correct it, then try again.`)
    : answer.failure;
}

/** Takes the person out of the organization, with all teams; or takes the invitation back. */
export async function deleteAccount(
  context: GithubContext,
  account: RemoteAccount,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const invitationId = invitationIdOf(account.externalId);
  if (invitationId !== null) return cancelInvitation(context, account, invitationId, signal);
  if (!isId(account.externalId)) return { kind: 'already', value: undefined, facts: {} };
  const member = await memberById(context, account.externalId, signal);
  if (member === null) return { kind: 'already', value: undefined, facts: { accountId: account.externalId } };
  if (member.kind !== 'member') return member;
  if (member.owner) {
    return needsPerson(
      `${member.user.login} is an owner of the organization. Gatehouse removes no owner: have another owner make them a member first.`,
    );
  }
  const { organization } = context.configuration;
  const path = { org: organization, username: member.user.login };
  const answer = await context.client.send('DELETE /orgs/{org}/memberships/{username}', path, shapes.anything, signal);
  if (!answer.ok && answer.status !== 404) return answer.failure;
  const after = await memberById(context, account.externalId, signal);
  if (after?.kind === 'member')
    return retryable(`GitHub took the removal of ${member.user.login}, but still shows the member.`);
  if (after !== null) return after;
  const facts = { accountId: account.externalId, login: member.user.login, httpStatus: String(answer.status ?? '') };
  return { kind: 'applied', value: undefined, facts };
}

async function cancelInvitation(
  context: GithubContext,
  account: RemoteAccount,
  invitationId: string,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const path = { org: context.configuration.organization, invitation_id: invitationId };
  const answer = await context.client.send(
    'DELETE /orgs/{org}/invitations/{invitation_id}',
    path,
    shapes.anything,
    signal,
  );
  const facts = { invitationId };
  if (answer.ok) return { kind: 'applied', value: undefined, facts };
  if (answer.status !== 404) return answer.failure;
  if (account.email === null) return { kind: 'already', value: undefined, facts };
  // It may be gone because it was accepted.
  const accepted = await findAccount(context, { username: account.email, email: account.email }, signal, true);
  if (succeeded(accepted)) {
    return needsPerson(
      `The invitation of ${account.email} was accepted by ${accepted.value.username}. Discover the organization, then delete that account.`,
    );
  }
  return accepted.kind === 'notFound' ? { kind: 'already', value: undefined, facts } : accepted;
}

function addressOf({ email, username }: Wanted): string | null {
  return [email, username].find((text) => text.includes('@')) ?? null;
}
