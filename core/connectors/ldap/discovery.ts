/**
 * Discovery: all accounts, then all groups with their members. The cookies of paged results end with their
 * connection, so they are no checkpoints. Instead the ids of a phase are listed first and sorted, and pages are cut
 * from that order: a checkpoint is the last id given, and whoever resumes lists the ids anew and goes on after it.
 * What is there all the time is given exactly once, whatever comes, goes or moves meanwhile.
 */
import { AndFilter, OrFilter } from 'ldapts';
import type { DiscoveryPage, RemoteGrant } from '#core/connectors/connector.ts';
import { needsPerson } from '../failures.ts';
import { idFilter, idOf, relativeId, type Entry } from './entries.ts';
import { LdapFault } from './faults.ts';
import { baseOf, filterOf, guardBase, requireBase, type EntryKind, type LdapContext } from './lookups.ts';
import { createMemberIndex, effectiveMembers, type MemberIndex } from './member-index.ts';
import { membersOf } from './members.ts';
import { accountAttributes, accountOf, entitlementOf, groupAttributes } from './schema.ts';
import { openSession, type Session } from './session.ts';

/** Groups of a page: each brings all its members with it. */
const groupsAtATime = 25;
/** Ids of one filter: servers bound the length of a request. */
const entriesAtATime = 100;

interface Place {
  readonly phase: EntryKind;
  /** The last id that was given; null at the beginning of the phase. */
  readonly after: string | null;
}

/** @throws ConnectorFault when a page cannot be had. */
export async function* discover(
  context: LdapContext,
  checkpoint: string | null,
  signal: AbortSignal,
): AsyncGenerator<DiscoveryPage, void, void> {
  const start = placeOf(checkpoint);
  if (start.phase === 'account') yield* accountPages(context, start.after, signal);
  yield* groupPages(context, start.phase === 'entitlement' ? start.after : null, signal);
}

async function* accountPages(
  context: LdapContext,
  after: string | null,
  signal: AbortSignal,
): AsyncGenerator<DiscoveryPage, void, void> {
  const listed = await within(context, signal, (session) => listEntries(session, context, 'account', []));
  const chunks = chunksOf(idsAfter(listed, context, after), Math.min(context.settings.pageSize, entriesAtATime));
  for (const [index, ids] of chunks.entries()) {
    // A session for each page: how long the page is worked on is not known, and servers end idle connections.
    const entries = await within(context, signal, (session) => readEntries(session, context, 'account', ids));
    yield {
      accounts: entries.flatMap((entry) => accountOf(entry, context.schema) ?? []),
      entitlements: [],
      grants: [],
      checkpoint: checkpointOf(
        index + 1 < chunks.length
          ? { phase: 'account', after: ids.at(-1) ?? null }
          : { phase: 'entitlement', after: null },
      ),
    };
  }
}

async function* groupPages(
  context: LdapContext,
  after: string | null,
  signal: AbortSignal,
): AsyncGenerator<DiscoveryPage, void, void> {
  const { schema } = context;
  const { groups, index } = await within(context, signal, async (session) => {
    const extra = [schema.username, ...(schema.activeDirectory ? ['primaryGroupID'] : [])];
    const accounts = await listEntries(session, context, 'account', extra);
    return {
      groups: await listEntries(session, context, 'entitlement', []),
      index: createMemberIndex(context, accounts),
    };
  });
  const chunks = chunksOf(idsAfter(groups, context, after), Math.min(context.settings.pageSize, groupsAtATime));
  for (const [position, ids] of chunks.entries()) {
    const last = position + 1 === chunks.length;
    yield await within(context, signal, async (session) => {
      const entries = await readEntries(session, context, 'entitlement', ids);
      const grants: RemoteGrant[] = [];
      for (const entry of entries) grants.push(...(await grantsOf(session, context, entry, index)));
      return {
        accounts: [],
        entitlements: entries.flatMap((entry) => entitlementOf(entry, schema) ?? []),
        grants,
        checkpoint: last ? null : checkpointOf({ phase: 'entitlement', after: ids.at(-1) ?? null }),
      };
    });
  }
  if (chunks.length === 0) yield { accounts: [], entitlements: [], grants: [], checkpoint: null };
}

async function grantsOf(
  session: Session,
  context: LdapContext,
  group: Entry,
  index: MemberIndex,
): Promise<readonly RemoteGrant[]> {
  const { schema, configuration } = context;
  const entitlementExternalId = idOf(group, schema.idAttribute);
  if (entitlementExternalId === null) return [];
  const holders = new Set<string>();
  if (schema.activeDirectory && configuration.nestedGroups === 'effective') {
    for (const id of await effectiveMembers(session, context, group)) holders.add(id);
  } else {
    for (const value of await membersOf(session, context, group)) {
      const id = await index.accountOf(session, group, value);
      if (id !== null) holders.add(id);
    }
  }
  for (const id of index.byPrimaryGroup(relativeId(group.bytes('objectSid')[0]))) holders.add(id);
  return [...holders].map((accountExternalId) => ({ accountExternalId, entitlementExternalId }));
}

/** A session for one step of a discovery. @throws ConnectorFault */
async function within<Value>(
  context: LdapContext,
  signal: AbortSignal,
  work: (session: Session) => Promise<Value>,
): Promise<Value> {
  const session = await openSession(context.settings, signal);
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

/** All entries of a kind with their id and a few more attributes. @throws LdapFault */
async function listEntries(
  session: Session,
  context: LdapContext,
  kind: EntryKind,
  attributes: readonly string[],
): Promise<readonly Entry[]> {
  const base = baseOf(context, kind);
  const { idAttribute } = context.schema;
  await requireBase(session, base);
  const filter = filterOf(context, kind);
  const entries = await guardBase(
    base,
    session.search({ base, scope: 'sub', filter, attributes: [idAttribute, ...attributes] }),
  );
  // Left out of the list it would look deleted.
  const nameless = entries.find((entry) => idOf(entry, idAttribute) === null);
  if (nameless !== undefined)
    throw new LdapFault(
      needsPerson(`The bind account may not read ${idAttribute} of ${nameless.dn}. Give it the right.`),
      'work',
    );
  return entries;
}

function idsAfter(entries: readonly Entry[], { schema }: LdapContext, after: string | null): readonly string[] {
  const ids = entries.flatMap((entry) => idOf(entry, schema.idAttribute) ?? []);
  // By code unit, which is the same on every machine that resumes.
  return [...new Set(ids)].filter((id) => after === null || id > after).toSorted((a, b) => (a < b ? -1 : 1));
}

/** The entries with these ids that still fit the filter, in the order of the ids. */
async function readEntries(
  session: Session,
  context: LdapContext,
  kind: EntryKind,
  ids: readonly string[],
): Promise<readonly Entry[]> {
  const { schema } = context;
  const filter = new AndFilter({
    filters: [
      filterOf(context, kind),
      new OrFilter({ filters: ids.flatMap((id) => idFilter(id, schema.idAttribute) ?? []) }),
    ],
  });
  const attributes = kind === 'account' ? accountAttributes(schema) : groupAttributes(schema);
  const base = baseOf(context, kind);
  const found = await guardBase(base, session.search({ base, scope: 'sub', filter, attributes }));
  const byId = new Map(found.map((entry) => [idOf(entry, schema.idAttribute), entry]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

function chunksOf<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

function checkpointOf(place: Place): string {
  return JSON.stringify(place);
}

/** The place a checkpoint names. One that cannot be read starts from the beginning: slower, and never less complete. */
function placeOf(checkpoint: string | null): Place {
  const beginning: Place = { phase: 'account', after: null };
  try {
    const written: unknown = JSON.parse(checkpoint ?? 'null');
    if (typeof written !== 'object' || written === null || !('phase' in written) || !('after' in written))
      return beginning;
    const { phase, after } = written;
    if ((phase !== 'account' && phase !== 'entitlement') || (after !== null && typeof after !== 'string'))
      return beginning;
    return { phase, after };
  } catch {
    return beginning;
  }
}
