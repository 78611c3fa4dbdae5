/**
 * What becomes of invitations that nobody accepted. GitHub lets one expire after seven days and keeps it among the failed
 * ones; one that was declined or cancelled is gone. Either way somebody has to ask the person before they are sent another.
 */
import type { Failure } from '#core/connectors/connector.ts';
import { needsPerson, oneLine } from '../failures.ts';
import { failedInvitations, type GithubContext } from './context.ts';

/** What a person can do, after which the delivery goes on. */
const remedy =
  'Ask the person, then invite them again on GitHub (People, Invitations) and send this again; or say that it cannot be done.';

/**
 * The failed invitation with this id, or else the latest one to one of these addresses or logins.
 * @returns null when GitHub knows of none
 */
export async function unansweredInvitation(
  context: GithubContext,
  id: string | null,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Failure | null> {
  const failed = await failedInvitations(context, signal);
  if (failed.kind !== 'list') return failed;
  const wanted = new Set(names.filter((name) => name !== '').map((name) => name.toLowerCase()));
  const theirs = failed.invitations
    .filter((one) => one.id === id || [one.email, one.login].some((name) => wanted.has((name ?? '').toLowerCase())))
    .toSorted((one, other) => (one.created_at < other.created_at ? 1 : -1));
  const found = theirs.find((one) => one.id === id) ?? theirs[0];
  if (found === undefined) return null;
  const at = found.failed_at ?? '';
  const reason = oneLine(found.failed_reason ?? '');
  return needsPerson(
    `The invitation of ${found.email ?? found.login ?? 'the person'} of ${found.created_at} came to nothing${at === '' ? '' : ` on ${at}`}${reason === '' ? '.' : `. GitHub says: ${reason}`} ${remedy} While it stands among the failed invitations there, Gatehouse sends none.`,
  );
}

/** An invitation that is not pending any more, was not accepted by anybody known, and did not expire. */
export function turnedDown(id: string, organization: string): Failure {
  return needsPerson(
    `The invitation ${id} to ${organization} was declined or cancelled, or was accepted with an account that is not known to be the person's. ${remedy} Where they have come already, link the account to them.`,
  );
}
