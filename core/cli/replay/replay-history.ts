/** Replays a recorded history, row by row, and counts at the end what is in the workspace, in its trail and in the application. */
import { basename } from 'node:path';
import { newId, type EmployeeId, type EntitlementId } from '#core/domain/ids.ts';
import { chainProblems, countOf, differences, type Expected } from './checks.ts';
import { readHistory, type HistoryRow, type Profile } from './history-file.ts';
import type { PreparedEntitlement, PreparedPerson } from './prepare.command.ts';
import { openReplayWorkspace, prepare, submitAndDecide, type ReplayWorkspace } from './replay-workspace.ts';

/** What `--json` writes. */
export interface ReplayFigures {
  readonly requests: number;
  readonly approved: number;
  readonly denied: number;
  readonly grants: number;
  readonly auditEvents: number;
  /** From the first request to the last delivery; the preparation is not in it. */
  readonly seconds: number;
  readonly requestsPerSecond: number;
}

export interface ReplayOutcome {
  readonly figures: ReplayFigures;
  /** What does not add up, as sentences; empty when everything does. */
  readonly problems: readonly string[];
}

export interface ReplayProgress {
  /** Nobody has asked for anything yet. */
  prepared(counts: { readonly rows: number; readonly employees: number; readonly entitlements: number }): void;
  row(done: number): void;
}

/** Rows handed in before the deliveries are waited for, so that a slow one cannot let them pile up. */
const rowsAhead = 50;
const reportedProblems = 10;

interface Cast {
  readonly expected: Expected;
  readonly people: readonly PreparedPerson[];
  readonly entitlements: readonly PreparedEntitlement[];
  readonly byProfile: ReadonlyMap<string, { readonly id: EmployeeId; readonly managerId: EmployeeId }>;
  readonly byResource: ReadonlyMap<string, EntitlementId>;
}

/** @throws GatehouseError for a history that cannot be read, and for a directory with a workspace in it. */
export async function replayHistory(file: string, directory: string, progress: ReplayProgress): Promise<ReplayOutcome> {
  const cast = await castOf(file);
  const replay = await openReplayWorkspace(directory, `Replay of ${basename(file)}`.slice(0, 120));
  try {
    await prepare(replay, cast.people, cast.entitlements);
    progress.prepared({
      rows: cast.expected.rows,
      employees: cast.people.length,
      entitlements: cast.entitlements.length,
    });
    const refused: string[] = [];
    const from = performance.now();
    let rows = 0;
    await readHistory(file, async (batch) => {
      for (const row of batch) {
        const refusal = await replayRow(replay, cast, row);
        if (refusal !== null) refused.push(refusal);
        rows += 1;
        if (rows % rowsAhead === 0) await replay.workspace.fulfillment.idle();
        progress.row(rows);
      }
    });
    await replay.workspace.fulfillment.idle();
    const seconds = (performance.now() - from) / 1000;
    const counted = await countOf(replay);
    const figures = {
      requests: counted.requests,
      approved: counted.approved,
      denied: counted.denied,
      grants: counted.grants,
      auditEvents: counted.auditEvents,
      seconds: Math.round(seconds * 1000) / 1000,
      requestsPerSecond: Math.round((counted.requests / seconds) * 10) / 10,
    };
    return {
      figures,
      problems: [...firstOf(refused), ...differences(cast.expected, counted), ...(await chainProblems(replay))],
    };
  } finally {
    await replay.workspace.close();
  }
}

/** Everybody and everything the file names. What is kept of it grows with the people in it, not with its rows. */
async function castOf(file: string): Promise<Cast> {
  const expected = { rows: 0, approved: 0, denied: 0 };
  const managers = new Map<string, PreparedPerson>();
  const employees = new Map<string, PreparedPerson & { readonly managerId: EmployeeId }>();
  const entitlements = new Map<string, PreparedEntitlement>();
  await readHistory(file, (rows) => {
    for (const { approved, resource, profile, profileKey } of rows) {
      expected.rows += 1;
      expected[approved ? 'approved' : 'denied'] += 1;
      const manager = managers.get(profile.MGR_ID) ?? managerNamed(profile.MGR_ID);
      managers.set(profile.MGR_ID, manager);
      if (!employees.has(profileKey)) employees.set(profileKey, employeeOf(profile, employees.size + 1, manager.id));
      if (!entitlements.has(resource))
        entitlements.set(resource, { id: newId<EntitlementId>(), externalId: resource, name: `Resource ${resource}` });
    }
  });
  return {
    expected,
    people: [...managers.values(), ...employees.values()],
    entitlements: [...entitlements.values()],
    byProfile: employees,
    byResource: new Map([...entitlements].map(([resource, { id }]) => [resource, id])),
  };
}

function managerNamed(id: string): PreparedPerson {
  return {
    id: newId<EmployeeId>(),
    workEmail: `manager-${encodeURIComponent(id).toLowerCase()}@history.example`,
    fullName: `Manager ${id}`,
    department: null,
    jobTitle: null,
    managerId: null,
    attributes: { mgr_id: id },
  };
}

function employeeOf(
  profile: Profile,
  number: number,
  managerId: EmployeeId,
): PreparedPerson & { readonly managerId: EmployeeId } {
  const { MGR_ID: _manager, ROLE_DEPTNAME: department, ROLE_TITLE: jobTitle, ...rest } = profile;
  return {
    id: newId<EmployeeId>(),
    workEmail: `employee-${number}@history.example`,
    fullName: `Employee ${number}`,
    department,
    jobTitle,
    managerId,
    attributes: Object.fromEntries(Object.entries(rest).map(([column, value]) => [column.toLowerCase(), value])),
  };
}

/** The refusal as a sentence; null when it went through. */
async function replayRow(replay: ReplayWorkspace, cast: Cast, row: HistoryRow): Promise<string | null> {
  const employee = cast.byProfile.get(row.profileKey);
  const entitlementId = cast.byResource.get(row.resource);
  if (employee === undefined || entitlementId === undefined)
    return `Line ${row.line}: the file has changed while it was replayed.`;
  const result = await submitAndDecide(replay, {
    beneficiaryId: employee.id,
    managerId: employee.managerId,
    entitlementId,
    approved: row.approved,
    justification: `Line ${row.line} of the recorded history.`,
  });
  return result.outcome === 'done' ? null : `Line ${row.line}: ${result.refusal.message}`;
}

function firstOf(refused: readonly string[]): readonly string[] {
  if (refused.length <= reportedProblems) return refused;
  return [...refused.slice(0, reportedProblems), `and ${refused.length - reportedProblems} more lines were refused.`];
}
