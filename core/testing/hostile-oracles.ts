/**
 * What is true in the end of schedules, whatever happened in them. Each oracle names what speaks against it; a list
 * that is empty says that all is well. Their tests see each of them fail.
 */
import { eventFromRow, hashOf } from '#core/audit/append-events.ts';
import { secondsBetween, type Instant } from '#core/domain/instant.ts';
import { connect, organisation, rowsOf } from './builders.ts';
import type { OpenWorkspace } from './each-database.ts';
import { createHostileApplication } from './hostile-connector.ts';
import { crashModes, type CrashMode } from './hostile-consoles.ts';
import type { HostileRun } from './hostile-schedule.ts';

export async function beginHostile(open: OpenWorkspace): Promise<HostileRun> {
  const workspace = await open();
  const built = await organisation(workspace);
  for (const name of ['reviewed', 'automatic'] as const)
    await connect(workspace, built.applications[name], { connector: 'hostile' });
  return {
    workspace,
    built,
    application: createHostileApplication(['automatic-0', 'automatic-1']),
    intents: [],
    troubles: [],
    looks: [],
    crashes: Object.fromEntries(crashModes.map((mode) => [mode, 0])) as Record<CrashMode, number>,
    cutShort: [],
    acknowledged: [],
  };
}

/** Ends of access that came late though somebody looked in time and nothing was wrong. */
export async function unexplained({ workspace, looks, troubles }: HostileRun): Promise<readonly string[]> {
  const tasks = await rowsOf(workspace, 'fulfillment_task');
  return tasks.flatMap((task) => {
    if (task.cause !== 'expiry' || task.state !== 'done' || task.endedAt === null) return [];
    const readBack = task.evidence?.readBackAt ?? task.endedAt;
    if (task.latenessSeconds !== secondsBetween(task.dueAt, readBack)) return [`${task.id} records another lateness`];
    const looked = looks.find((at) => at >= task.dueAt);
    if (looked === undefined || readBack <= looked) return [];
    const between = (at: Instant) => at >= task.dueAt && at <= readBack;
    return troubles.some(between) || task.attempts > 1 ? [] : [`${task.id} was late by ${task.latenessSeconds} s`];
  });
}

/** What the trail and the application show as done twice. */
export async function doneTwice({ workspace, application }: HostileRun): Promise<readonly string[]> {
  const names = application.accounts.map(({ username }) => username);
  const accounts = names.filter((name, index) => names.indexOf(name) !== index);
  const events = (await rowsOf(workspace, 'audit_event'))
    .filter(({ type }) => ['access.granted', 'access.removed', 'access.expired'].includes(type))
    .map(({ type, itemId }) => `${type} ${itemId}`);
  const recorded = events.filter((event, index) => events.indexOf(event) !== index);
  return [...accounts, ...recorded, ...application.doubleWrites];
}

/**
 * What the engine did more often than it said: a write that got to the application without an attempt whose beginning was
 * on disk, or an attempt that began after the effect had been seen and recorded.
 */
export async function unaccounted({ workspace, application }: HostileRun): Promise<readonly string[]> {
  const tasks = new Map((await rowsOf(workspace, 'fulfillment_task')).map((task) => [task.id as string, task]));
  const entitlements = new Map((await rowsOf(workspace, 'entitlement')).map((row) => [row.id, row.externalId]));
  const emails = new Map((await rowsOf(workspace, 'employee')).map((row) => [row.id, row.workEmail]));
  const usernames = new Map(application.accounts.map(({ externalId, username }) => [externalId, username]));
  const left = new Map<string, number>();
  const ended = new Set<string>();
  const found: string[] = [];
  for (const { type, itemId, data } of await rowsOf(workspace, 'audit_event')) {
    if (['access.granted', 'access.removed'].includes(type)) ended.add(`${itemId} decision`);
    if (type === 'access.expired') ended.add(`${itemId} expiry`);
    if (type !== 'fulfillment.started') continue;
    const { fulfillmentTaskId } = JSON.parse(data) as { readonly fulfillmentTaskId?: string };
    const task = tasks.get(fulfillmentTaskId ?? '');
    if (task === undefined) continue;
    if (ended.has(`${task.itemId} ${task.cause}`)) found.push(`${task.id} began again after it was done`);
    const key = `${task.effect === 'grant' ? 'add' : 'delete'} ${emails.get(task.beneficiaryId)} ${entitlements.get(task.entitlementId)}`;
    left.set(key, (left.get(key) ?? 0) + 1);
  }
  for (const write of application.writes) {
    const [effect, account = '', entitlement] = write.split(' ');
    const key = `${effect} ${usernames.get(account)} ${entitlement}`;
    const count = left.get(key) ?? 0;
    if (count === 0) found.push(`${key} was written without an attempt`);
    else left.set(key, count - 1);
  }
  return found;
}

/** Commands that were answered with `done` and are not on record, and events of the trail that do not follow from the one before. */
export async function lost({ workspace, acknowledged }: HostileRun): Promise<readonly string[]> {
  const records = new Set((await rowsOf(workspace, 'command_record')).map(({ id }) => id));
  const found = acknowledged.filter((id) => !records.has(id)).map((id) => `the command ${id} is lost`);
  const heads = new Map<string | null, string>();
  for (const [index, row] of (await rowsOf(workspace, 'audit_event')).entries()) {
    const { hash, ...event } = eventFromRow(row);
    const follows = event.previousHash === (heads.get(event.requestId) ?? null);
    if (event.sequence !== index + 1 || hashOf(event) !== hash || !follows)
      found.push(`the event ${index + 1} does not follow from the one before`);
    heads.set(event.requestId, hash);
  }
  return found;
}
