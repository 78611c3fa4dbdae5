/**
 * Discovery: the members of the organization page by page, then who is invited and its teams, then the members of one team after the
 * other. The checkpoint names the place, so an interrupted discovery goes on where the last page ended.
 */
import {
  ConnectorFault,
  type DiscoveryPage,
  type RemoteAccount,
  type RemoteEntitlement,
} from '#core/connectors/connector.ts';
import { accountOf, invitedAccount, isId, pendingInvitations, type GithubContext } from './context.ts';
import { identitiesOf } from './identities.ts';
import { directMembers } from './memberships.ts';
import { ListFault, listStart, pagesOf, wholeList, type ListPlace } from './paging.ts';
import * as shapes from './shapes.ts';

type Place =
  | { readonly phase: 'members'; readonly list: ListPlace }
  /** Null: the teams themselves come first. Otherwise the id of the team whose members came last, "0" for none. */
  | { readonly phase: 'teams'; readonly after: string | null };

const teamsStart: Place = { phase: 'teams', after: null };

/** @throws ConnectorFault when a page cannot be had. */
export async function* discover(
  context: GithubContext,
  checkpoint: string | null,
  signal: AbortSignal,
): AsyncGenerator<DiscoveryPage, void, void> {
  const start = placeOf(checkpoint);
  if (start.phase === 'members') yield* members(context, start.list, signal);
  yield* teams(context, start.phase === 'teams' ? start.after : null, signal);
}

async function* members(
  context: GithubContext,
  from: ListPlace,
  signal: AbortSignal,
): AsyncGenerator<DiscoveryPage, void, void> {
  const { client, configuration } = context;
  const emails = await emailsById(context, signal);
  const byLogin = new Map([...configuration.logins].map(([email, login]) => [login.toLowerCase(), email]));
  const request = {
    route: 'GET /orgs/{org}/members',
    parameters: { org: configuration.organization },
    shape: shapes.users,
    pageSize: configuration.pageSize,
  };
  for await (const { items, next } of pagesOf(client, request, from, signal)) {
    yield {
      accounts: items.map((user) =>
        accountOf(user, byLogin.get(user.login.toLowerCase()) ?? emails.get(user.id) ?? null),
      ),
      entitlements: [],
      grants: [],
      checkpoint: JSON.stringify(next === null ? teamsStart : { phase: 'members', list: next }),
    };
  }
}

/** The e-mail each member is known by; left out where it is not the only one, or not only theirs. */
async function emailsById(context: GithubContext, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const table = await identitiesOf(context, true, signal);
  if (table === null) return new Map();
  if (table.kind !== 'table') throw new ConnectorFault(table);
  const byId = new Map<string, Set<string>>();
  for (const [email, users] of table.byEmail) {
    const [id, ...others] = users.keys();
    if (id !== undefined && others.length === 0) byId.set(id, (byId.get(id) ?? new Set()).add(email));
  }
  return new Map(
    [...byId].flatMap(([id, [email, ...others]]) => (email === undefined || others.length > 0 ? [] : [[id, email]])),
  );
}

async function* teams(
  context: GithubContext,
  after: string | null,
  signal: AbortSignal,
): AsyncGenerator<DiscoveryPage, void, void> {
  const { client, configuration } = context;
  const request = {
    route: 'GET /orgs/{org}/teams',
    parameters: { org: configuration.organization },
    shape: shapes.teams,
    pageSize: configuration.pageSize,
  };
  const all = (await wholeList(client, request, signal)).toSorted((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
  const byId = new Map(all.map((team) => [team.id, team]));
  const parents = new Set(all.flatMap(({ parent }) => parent?.id ?? []));
  const left = all.filter((team) => BigInt(team.id) > BigInt(after ?? '0'));
  if (after === null) {
    const checkpoint = left.length === 0 ? null : JSON.stringify({ phase: 'teams', after: '0' });
    const entitlements = all.map((team) => entitlementOf(team, byId));
    yield { accounts: await invited(context, signal), entitlements, grants: [], checkpoint };
  }
  for (const [index, team] of left.entries()) {
    const users = await membersOrGone(context, team, parents.has(team.id), signal);
    const last = index === left.length - 1;
    yield {
      accounts: [],
      entitlements: [],
      grants: users.map(({ id }) => ({ accountExternalId: id, entitlementExternalId: team.id })),
      checkpoint: last ? null : JSON.stringify({ phase: 'teams', after: team.id }),
    };
  }
  if (after !== null && left.length === 0) yield { accounts: [], entitlements: [], grants: [], checkpoint: null };
}

/** Whoever was invited by e-mail and has not answered: the invitation stands for them until they come, or do not. */
async function invited(context: GithubContext, signal: AbortSignal): Promise<readonly RemoteAccount[]> {
  const pending = await pendingInvitations(context, signal);
  if (pending.kind !== 'list') throw new ConnectorFault(pending);
  return pending.invitations.filter(({ login }) => login === null).map(invitedAccount);
}

async function membersOrGone(
  context: GithubContext,
  team: shapes.Team,
  hasChildren: boolean,
  signal: AbortSignal,
): Promise<readonly shapes.User[]> {
  try {
    return await directMembers(context, team, hasChildren, signal);
  } catch (thrown) {
    // The team was seen a moment ago with this very credential: it was deleted since, and nobody holds it.
    if (thrown instanceof ListFault && thrown.status === 404) return [];
    throw thrown;
  }
}

function entitlementOf(team: shapes.Team, byId: ReadonlyMap<string, shapes.Team>): RemoteEntitlement {
  const names = [team.name];
  const seen = new Set([team.id]);
  let { parent } = team;
  while (parent !== null && parent !== undefined && !seen.has(parent.id)) {
    seen.add(parent.id);
    names.unshift(parent.name);
    ({ parent } = byId.get(parent.id) ?? { parent: null });
  }
  const description = team.description ?? '';
  return {
    externalId: team.id,
    name: names.join(' / '),
    kind: 'team',
    description: description === '' ? null : description,
  };
}

/** The place a checkpoint names. One that cannot be read starts from the beginning: slower, and never less complete. */
function placeOf(checkpoint: string | null): Place {
  const beginning: Place = { phase: 'members', list: listStart };
  let written: unknown;
  try {
    written = JSON.parse(checkpoint ?? 'null');
  } catch {
    return beginning;
  }
  if (typeof written !== 'object' || written === null) return beginning;
  const { phase, after, list } = written as Readonly<Record<string, unknown>>;
  if (phase === 'teams' && (after === null || after === '0' || (typeof after === 'string' && isId(after))))
    return { phase, after };
  if (phase !== 'members' || typeof list !== 'object' || list === null) return beginning;
  const { page, before } = list as Readonly<Record<string, unknown>>;
  if (typeof page !== 'number' || !Number.isSafeInteger(page) || page < 2 || typeof before !== 'string')
    return beginning;
  return { phase, list: { page, before } };
}
