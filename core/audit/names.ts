/** The names behind the ids of events, as the directory has them now, in a fixed number of queries. */
import type { AuditEvent } from '#core/domain/audit.ts';
import type { AccountId, ApplicationId, EmployeeId, EntitlementId } from '#core/domain/ids.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { dataIn, isData, listIn, type EventData } from './event-data.ts';

export interface NamedPerson {
  readonly fullName: string;
  readonly workEmail: string;
  readonly jobTitle: string | null;
  readonly department: string | null;
}

export interface Names {
  /** A name for every id: what the directory does not know is said to be unknown, with its id. */
  person(id: unknown): string;
  application(id: unknown): string;
  entitlement(id: unknown): string;
  /** A login's user name; null when it is not known. */
  account(id: unknown): string | null;
  details(id: unknown): NamedPerson | null;
}

/** Ids found in events, by what they are ids of. */
export interface MentionedIds {
  readonly people: Set<string>;
  readonly applications: Set<string>;
  readonly entitlements: Set<string>;
  readonly accounts: Set<string>;
}

const peopleFields = [
  'requesterId',
  'beneficiaryId',
  'employeeId',
  'operatorId',
  'reviewerId',
  'fromReviewerId',
  'toReviewerId',
  'delegatorId',
  'delegateId',
  'primaryOwnerId',
];
/** Lists of people. */
const peopleListFields = ['secondaryOwnerIds', 'toReviewerIds', 'before', 'after'];

/** Every id that the events mention and a sentence may want to name. */
export function mentionedIn(events: readonly Pick<AuditEvent, 'actor' | 'data'>[]): MentionedIds {
  const ids: MentionedIds = {
    people: new Set(),
    applications: new Set(),
    entitlements: new Set(),
    accounts: new Set(),
  };
  for (const { actor, data } of events) {
    if (actor.kind === 'employee') ids.people.add(actor.employeeId);
    collect(data, ids);
    collect(dataIn(data, 'evidence'), ids);
    collect(dataIn(data, 'settings'), ids);
    for (const given of listIn(data, 'rolesGiven')) if (isData(given)) collect(given, ids);
    const plan = dataIn(data, 'plan');
    for (const level of listIn(plan, 'levels')) {
      if (isData(level)) addAll(ids.people, listIn(level, 'reviewers'));
    }
    for (const conflict of listIn(plan, 'conflicts')) {
      if (!isData(conflict)) continue;
      for (const other of listIn(conflict, 'with')) if (isData(other)) collect(other, ids);
    }
  }
  return ids;
}

export async function loadNames(reader: Reader, ids: MentionedIds): Promise<Names> {
  const [people, applications, entitlements, accounts] = await Promise.all([
    inChunks([...ids.people] as EmployeeId[], (some) =>
      reader
        .selectFrom('employee')
        .select(['id', 'full_name', 'work_email', 'job_title', 'department'])
        .where('id', 'in', some)
        .execute(),
    ),
    inChunks([...ids.applications] as ApplicationId[], (some) =>
      reader.selectFrom('application').select(['id', 'name']).where('id', 'in', some).execute(),
    ),
    inChunks([...ids.entitlements] as EntitlementId[], (some) =>
      reader.selectFrom('entitlement').select(['id', 'name']).where('id', 'in', some).execute(),
    ),
    inChunks([...ids.accounts] as AccountId[], (some) =>
      reader.selectFrom('account').select(['id', 'username']).where('id', 'in', some).execute(),
    ),
  ]);
  const peopleById = new Map<unknown, NamedPerson>(
    people.map((row) => [
      row.id,
      { fullName: row.full_name, workEmail: row.work_email, jobTitle: row.job_title, department: row.department },
    ]),
  );
  const applicationNames = new Map<unknown, string>(applications.map((row) => [row.id, row.name]));
  const entitlementNames = new Map<unknown, string>(entitlements.map((row) => [row.id, row.name]));
  const usernames = new Map<unknown, string>(accounts.map((row) => [row.id, row.username]));
  return {
    person: (id) => peopleById.get(id)?.fullName ?? unknown('somebody', id),
    application: (id) => applicationNames.get(id) ?? unknown('an application', id),
    entitlement: (id) => entitlementNames.get(id) ?? unknown('an entitlement', id),
    account: (id) => usernames.get(id) ?? null,
    details: (id) => peopleById.get(id) ?? null,
  };
}

function unknown(what: string, id: unknown): string {
  return typeof id === 'string' ? `${what} not in the directory (${id})` : `${what} that is not named`;
}

function collect(data: EventData, ids: MentionedIds): void {
  for (const field of peopleFields) addAll(ids.people, [data[field]]);
  for (const field of peopleListFields) addAll(ids.people, listIn(data, field));
  addAll(ids.applications, [data['applicationId']]);
  addAll(ids.entitlements, [data['entitlementId']]);
  addAll(ids.accounts, [data['accountId']]);
}

/** Ids are compared with a column of ids; Postgres refuses to compare it with anything else. */
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function addAll(set: Set<string>, values: readonly unknown[]): void {
  for (const value of values) if (typeof value === 'string' && uuid.test(value)) set.add(value);
}

/** Both databases limit the parameters of a statement; one query is enough for all but the largest requests. */
const idsPerQuery = 10_000;

async function inChunks<Id, Row>(
  ids: readonly Id[],
  query: (some: readonly Id[]) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let start = 0; start < ids.length; start += idsPerQuery)
    rows.push(...(await query(ids.slice(start, start + idsPerQuery))));
  return rows;
}
