/**
 * Changing accounts: their attributes, whether they can be used, and that they are there at all. Each change looks
 * first, writes with PATCH or, where the server has none, by replacing the user, and is read back.
 */
import type { AccountDraft, Failure, Outcome, RemoteAccount } from '#core/connectors/connector.ts';
import { needsPerson, retryable } from '../failures.ts';
import { resourcePath, type ScimFault, type ScimSuccess } from './client.ts';
import type { ScimContext } from './context.ts';
import { attribute, isObject, keyOf, textOf, without, type JsonObject } from './json.ts';
import { accountOf, emailsOf, patchMessage, readOnlyAttributes, schemas, type PatchOperation } from './resources.ts';
import { declines, hasEnterpriseUsers } from './service.ts';
import { fetchResource, type ResourceReading } from './slots.ts';

/** One attribute and the value it shall have. */
interface Wanted {
  /** As in a PATCH path (RFC 7644 section 3.5.2), e.g. `name.givenName`. */
  readonly path: string;
  readonly value: unknown;
  /** What a comparison with the user as the server shows it goes by. */
  readonly seen: (user: JsonObject) => string | null;
  readonly expected: string;
  /** Sets it in a user that is replaced as a whole. */
  readonly put: (user: Record<string, unknown>) => void;
}

/** Brings the attributes to what the draft says; the user name and what the draft leaves null stay. */
export async function updateAccount(
  context: ScimContext,
  account: RemoteAccount,
  draft: AccountDraft,
  signal: AbortSignal,
): Promise<Outcome<RemoteAccount>> {
  const enterprise = await hasEnterpriseUsers(context, signal);
  if (typeof enterprise === 'object') return enterprise;
  return change(context, account, wantedOf(draft, enterprise), signal);
}

/** Sets `active` (RFC 7643 section 4.1.1). */
export async function setActive(
  context: ScimContext,
  account: RemoteAccount,
  active: boolean,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const wanted: Wanted = {
    path: 'active',
    value: active,
    seen: (user) => String(accountOf(user)?.active ?? null),
    expected: String(active),
    put: (user) => set(user, 'active', active),
  };
  const outcome = await change(context, account, [wanted], signal);
  return outcome.kind === 'applied' || outcome.kind === 'already' ? { ...outcome, value: undefined } : outcome;
}

/** Deletes the user (RFC 7644 section 3.6). `already` when it was not there. */
export async function deleteAccount(
  context: ScimContext,
  account: RemoteAccount,
  signal: AbortSignal,
): Promise<Outcome<void>> {
  const before = await readUser(context, account.externalId, signal);
  const facts = { accountId: account.externalId };
  if (before.kind === 'notFound') return { kind: 'already', value: undefined, facts };
  if (before.kind !== 'resource') return before;
  const path = pathOf(account);
  const answer = await context.client.send({ method: 'DELETE', path, ifMatch: before.version }, signal);
  if (!answer.ok && answer.status !== 404) {
    return answer.status === 405 || answer.status === 501
      ? needsPerson(
          `The server deletes no users. Delete ${account.username} in the application. ${answer.failure.message}`,
        )
      : answer.failure;
  }
  const after = await readUser(context, account.externalId, signal);
  if (after.kind === 'notFound')
    return { kind: 'applied', value: undefined, facts: { ...facts, httpStatus: String(answer.status) } };
  if (after.kind !== 'resource') return after;
  return retryable(`The server accepted the deletion (HTTP ${answer.status}), but still shows the user.`);
}

async function change(
  context: ScimContext,
  account: RemoteAccount,
  wanted: readonly Wanted[],
  signal: AbortSignal,
): Promise<Outcome<RemoteAccount>> {
  const before = await readUser(context, account.externalId, signal);
  if (before.kind !== 'resource') return before;
  const missing = wanted.filter(({ seen, expected }) => seen(before.resource) !== expected);
  const facts = { accountId: account.externalId };
  const shown = accountOf(before.resource) ?? account;
  if (missing.length === 0) return { kind: 'already', value: shown, facts };
  const answer = await write(context, account, before, missing, signal);
  if (!answer.ok && answer.failure.kind !== 'refused') return answer.failure;
  const after = await readUser(context, account.externalId, signal);
  if (after.kind !== 'resource') return after;
  const left = missing.filter(({ seen, expected }) => seen(after.resource) !== expected);
  const now = accountOf(after.resource) ?? account;
  if (left.length === 0)
    return { kind: 'applied', value: now, facts: { ...facts, httpStatus: String(answer.status ?? '') } };
  if (!answer.ok) return answer.failure;
  const paths = left.map(({ path }) => path).join(', ');
  return left.length === missing.length
    ? retryable(`The server accepted the change (HTTP ${answer.status}), but shows ${paths} as before.`)
    : needsPerson(`The server took a part of the change and keeps ${paths} as it was. Change it in the application.`);
}

async function write(
  context: ScimContext,
  account: RemoteAccount,
  before: ResourceReading,
  missing: readonly Wanted[],
  signal: AbortSignal,
): Promise<ScimSuccess | ScimFault> {
  const path = pathOf(account);
  if (!(await declines(context, 'patches', signal))) {
    const operations = missing.map((one): PatchOperation => ({ op: 'replace', path: one.path, value: one.value }));
    const answer = await context.client.send(
      { method: 'PATCH', path, body: patchMessage(...operations), ifMatch: before.version },
      signal,
    );
    if (answer.ok || (answer.status !== 405 && answer.status !== 501)) return answer;
  }
  // Replaced as it was read, with what is wanted in its place (RFC 7644 section 3.5.1).
  const user = without(before.resource, readOnlyAttributes);
  for (const one of missing) one.put(user);
  return context.client.send({ method: 'PUT', path, body: user, ifMatch: before.version }, signal);
}

function readUser(context: ScimContext, id: string, signal: AbortSignal): Promise<ResourceReading | Failure> {
  return fetchResource(context, { endpoint: '/Users', id, holder: 'account' }, null, signal);
}

/** Only called for accounts that were read, so their ids make a path. */
function pathOf({ externalId }: RemoteAccount): string {
  const path = resourcePath('/Users', externalId);
  if (path === null) throw new Error(`No path for the id ${JSON.stringify(externalId)}`);
  return path;
}

function set(target: Record<string, unknown>, name: string, value: unknown): void {
  target[keyOf(target, name) ?? name] = value;
}

function simple(name: string, value: string | null): readonly Wanted[] {
  if (value === null) return [];
  return [
    {
      path: name,
      value,
      seen: (user) => textOf(attribute(user, name)),
      expected: value,
      put: (user) => set(user, name, value),
    },
  ];
}

/** A part of a complex attribute, such as `name` or an extension. */
function nested(outer: string, path: string, inner: string, value: string | null): readonly Wanted[] {
  if (value === null) return [];
  const within = (user: JsonObject): JsonObject => {
    const found = attribute(user, outer);
    return isObject(found) ? found : {};
  };
  return [
    {
      path,
      value,
      seen: (user) => textOf(attribute(within(user), inner)),
      expected: value,
      put: (user) => {
        const changed: Record<string, unknown> = { ...within(user) };
        set(changed, inner, value);
        set(user, outer, changed);
      },
    },
  ];
}

function wantedOf(draft: AccountDraft, enterprise: boolean): readonly Wanted[] {
  const emails = [{ value: draft.email, type: 'work', primary: true }];
  return [
    ...simple('displayName', draft.displayName),
    ...nested('name', 'name.formatted', 'formatted', draft.displayName),
    ...nested('name', 'name.givenName', 'givenName', draft.firstName),
    ...nested('name', 'name.familyName', 'familyName', draft.lastName),
    ...simple('title', draft.jobTitle),
    ...(enterprise
      ? nested(schemas.enterprise, `${schemas.enterprise}:department`, 'department', draft.department)
      : []),
    {
      path: 'emails',
      value: emails,
      seen: (user) => emailsOf(user)[0]?.toLowerCase() ?? null,
      expected: draft.email.toLowerCase(),
      put: (user) => set(user, 'emails', emails),
    },
  ];
}
