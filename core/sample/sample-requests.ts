/** A few requests in the sample organisation, handed in and decided by its people through the one door, so that every screen has something to show. */
import { decideTask } from '#core/commands/decide-task.command.ts';
import { submitRequest } from '#core/commands/submit-request.command.ts';
import { freshCommand } from '#core/domain/command.ts';
import type { ItemAction, Term } from '#core/domain/request.ts';
import { newId, type CommandId, type EmployeeId, type EntitlementId } from '#core/domain/ids.ts';
import type { SampleParts } from './sample-parts.ts';

interface Script {
  /** The requester is the n-th person with this job title who does not hold the entitlement yet (or does, for REVOKE). */
  readonly title: string;
  readonly entitlement: string;
  readonly action?: ItemAction;
  readonly term?: Term;
  readonly justification: string;
  readonly ticket?: string;
  /** What the first reviewer does; left out: the request waits. */
  readonly verdict?: { readonly verdict: 'approve' | 'deny'; readonly reason: string | null };
  /** Somebody asks for another person. */
  readonly byManager?: boolean;
}

const days = (count: number): Term => ({ kind: 'duration', minutes: count * 1440 });

const scripts: readonly Script[] = [
  {
    title: 'Technical Writer',
    entitlement: 'Code readers',
    justification: 'I document the public interfaces and have to read their source.',
    verdict: { verdict: 'approve', reason: null },
  },
  {
    title: 'Quality Engineer',
    entitlement: 'Production deployers',
    term: days(7),
    justification: 'On release duty this week.',
    ticket: 'REL-214',
    verdict: { verdict: 'approve', reason: 'For this release only.' },
  },
  {
    title: 'Site Reliability Engineer',
    entitlement: 'Build administrators',
    justification: 'I take over the runners from Emma.',
    ticket: 'OPS-77',
  },
  {
    title: 'Data Engineer',
    entitlement: 'Incident responders',
    justification: 'I join the on-call rotation next Monday.',
  },
  {
    title: 'Account Executive',
    entitlement: 'Export customers',
    term: days(3),
    justification: 'Territory hand-over to the new team.',
    verdict: { verdict: 'deny', reason: 'Sales operations makes this export; ask them in the hand-over ticket.' },
  },
  {
    title: 'Financial Analyst',
    entitlement: 'Create vendor',
    justification: 'Replacement during parental leave.',
    byManager: true,
  },
  {
    title: 'Campaign Manager',
    entitlement: 'Forecast viewer',
    term: days(30),
    justification: 'Planning of the spring campaigns.',
  },
  { title: 'Recruiter', entitlement: 'Space owner', justification: 'A space for interview guides.' },
  {
    title: 'Support Specialist',
    entitlement: 'Remote access',
    term: days(90),
    justification: 'I work from home two days a week.',
  },
  {
    title: 'Sales Engineer',
    entitlement: 'Sales user',
    action: 'REVOKE',
    justification: 'I moved to partner enablement and no longer work on deals.',
  },
];

export async function submitSampleRequests(parts: Pick<SampleParts, 'database' | 'execute' | 'now'>): Promise<void> {
  const used = new Set<string>();
  for (const script of scripts) await handIn(parts, script, used);
}

async function handIn(
  { database, execute, now }: Pick<SampleParts, 'database' | 'execute' | 'now'>,
  script: Script,
  used: Set<string>,
): Promise<void> {
  const action = script.action ?? 'GRANT';
  const entitlement = await database.read
    .selectFrom('entitlement')
    .select('id')
    .where('name', '=', script.entitlement)
    .executeTakeFirst();
  if (entitlement === undefined) return;
  const beneficiary = await beneficiaryFor(database, script, entitlement.id, action, used);
  if (beneficiary === undefined) return;
  used.add(beneficiary.id);
  const requesterId =
    script.byManager === true && beneficiary.manager_id !== null ? beneficiary.manager_id : beneficiary.id;
  const submitted = await execute(
    submitRequest,
    freshCommand(
      {
        justification: script.justification,
        ticketReference: script.ticket ?? null,
        items: [
          {
            action,
            beneficiaryId: beneficiary.id,
            entitlementId: entitlement.id,
            term: script.term ?? { kind: 'permanent' },
          },
        ],
      },
      { kind: 'employee', employeeId: requesterId },
      now(),
    ),
  );
  if (submitted.outcome === 'refused' || script.verdict === undefined) return;
  const task = await database.read
    .selectFrom('review_task')
    .select(['id', 'reviewer_id'])
    .where('request_id', '=', submitted.value.requestId)
    .where('state', '=', 'open')
    .orderBy('id')
    .executeTakeFirst();
  if (task === undefined) return;
  await execute(decideTask, {
    id: newId<CommandId>(),
    actor: { kind: 'employee', employeeId: task.reviewer_id },
    issuedAt: now(),
    basedOn: 1,
    payload: { taskId: task.id, ...script.verdict },
  });
}

async function beneficiaryFor(
  database: SampleParts['database'],
  script: Script,
  entitlementId: EntitlementId,
  action: ItemAction,
  used: ReadonlySet<string>,
): Promise<{ readonly id: EmployeeId; readonly manager_id: EmployeeId | null } | undefined> {
  const holders = database.read
    .selectFrom('access_grant')
    .innerJoin('account', 'account.id', 'access_grant.account_id')
    .select('account.employee_id')
    .where('access_grant.entitlement_id', '=', entitlementId)
    .where('access_grant.status', '=', 'active')
    .where('account.employee_id', 'is not', null);
  const people = await database.read
    .selectFrom('employee')
    .select(['id', 'manager_id'])
    .where('job_title', '=', script.title)
    .where('id', action === 'GRANT' ? 'not in' : 'in', holders as never)
    .orderBy('source_user_id')
    .execute();
  return people.find((person) => !used.has(person.id));
}
