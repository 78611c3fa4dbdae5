/** What the commands about rules of review have in common: who may give them, and what they check alike. */
import { refuse, type Refusal, type Result } from '#core/domain/errors.ts';
import type { EmployeeId, EntitlementId, ReviewerGroupId } from '#core/domain/ids.ts';
import type { ReviewRoute } from '#core/domain/review-settings.ts';
import type { Writer } from '#core/persistence/tables.ts';
import { isAdministrator } from './authority.ts';
import { inChunks, unique } from './chunks.ts';
import { actingEmployee, type CommandContext } from './command-definition.ts';

/** The administrator who acts. `what` ends the sentence of the refusal. */
export async function actingAdministrator(context: CommandContext, what: string): Promise<Result<EmployeeId>> {
  const acting = actingEmployee(context);
  if (acting.outcome === 'refused') return acting;
  return (await isAdministrator(context.writer, acting.value))
    ? acting
    : refuse('access.notAllowed', `Only an administrator can ${what}.`);
}

/** Whom a route designates and is not there; null: all of them are. */
export async function routeProblem(
  writer: Writer,
  { reviewers, designated }: ReviewRoute,
): Promise<Pick<Refusal, 'message'> | null> {
  if (new Set(reviewers).size < reviewers.length)
    return { message: 'Each kind of reviewer can stand in the order once.' };
  const persons = unique<EmployeeId>(designated?.employeeIds ?? []);
  const groups = unique<ReviewerGroupId>(designated?.groupIds ?? []);
  if (reviewers.includes('designated') && persons.length + groups.length === 0)
    return { message: 'Name the persons or groups who are the designated reviewers, or leave that kind out.' };
  const here = await inChunks(persons, (chunk) =>
    writer.selectFrom('employee').select('id').where('id', 'in', chunk).where('status', '=', 'active').execute(),
  );
  if (here.length < persons.length)
    return { message: 'A designated reviewer is not in the directory, or no longer works here.' };
  const known = await inChunks(groups, (chunk) =>
    writer.selectFrom('reviewer_group').select('id').where('id', 'in', chunk).execute(),
  );
  return known.length < groups.length ? { message: 'A reviewer group does not exist any more.' } : null;
}

/** How many of these entitlements the directory knows. */
export async function knownEntitlements(
  writer: Writer,
  ids: readonly EntitlementId[],
): Promise<ReadonlySet<EntitlementId>> {
  const rows = await inChunks(unique(ids), (chunk) =>
    writer.selectFrom('entitlement').select('id').where('id', 'in', chunk).execute(),
  );
  return new Set(rows.map((row) => row.id));
}
