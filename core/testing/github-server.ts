/**
 * An organization on GitHub for tests: an HTTP server on loopback with the state of the real one (members, teams
 * within teams, invitations, rate limits), whose REST answers are checked against GitHub's published schemas and
 * whose GraphQL answers are resolved by GitHub's published schema.
 */
import { createVerify, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { schema as published } from '@octokit/graphql-schema';
import { buildSchema, graphql, type GraphQLSchema } from 'graphql';
import { githubRoutes, type Answer, type Call } from './github-routes.ts';
import { problemWith, type Person, type TeamFacts } from './github-shapes.ts';
import type { GithubState, Member } from './github-state.ts';

export interface GithubServer {
  readonly baseUrl: string;
  readonly token: string;
  readonly state: GithubState;
  /** Answers or requests that break GitHub's own schema; a good test ends with none. */
  readonly problems: readonly string[];
  readonly requests: readonly { readonly method: string; readonly path: string }[];
  addPerson(login: string): Person;
  addMember(
    login: string,
    more?: Partial<Pick<Member, 'owner' | 'nameId'>> & { readonly domainEmails?: readonly string[] },
  ): Member;
  addTeam(name: string, members?: readonly string[], parent?: TeamFacts | null): TeamFacts;
  /** Logins of a team's own members. */
  membersOf(team: TeamFacts): readonly string[];
  /** The person with this login takes up the invitation. */
  accept(invitationId: number, login: string): void;
  /** Nobody took the invitation up in time. */
  expire(invitationId: number): void;
  /** The person says no; nothing is kept of it. */
  decline(invitationId: number): void;
  /** Signs tokens for a GitHub App from now on: only for JWTs of this key. */
  useApp(appId: string, publicKey: KeyObject): void;
  close(): Promise<void>;
}

let schema: GraphQLSchema | null = null;

function githubSchema(): GraphQLSchema {
  schema ??= buildSchema(published.idl, { assumeValid: true });
  return schema;
}

export async function startGithubServer(login = 'example-inc'): Promise<GithubServer> {
  const token = 'ghp_testtokentesttokentesttoken000000';
  const tokens = new Set([token]);
  let app: { readonly id: string; readonly key: KeyObject } | null = null;
  const state: GithubState = {
    organization: { login, id: 9001 },
    people: new Map(),
    members: new Map(),
    teams: new Map(),
    teamMembers: new Map(),
    invitations: new Map(),
    failedInvitations: new Map(),
    saml: true,
    synchronized: new Set(),
    nextId: 1000,
  };
  const problems: string[] = [];
  const requests: { method: string; path: string }[] = [];
  let root = '';

  const server = createServer((request, response) => {
    handle(request, response).catch((thrown: unknown) => {
      problems.push(String(thrown));
      response.destroy();
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', root);
    const method = request.method ?? 'GET';
    requests.push({ method, path: `${url.pathname}${url.search}` });
    const text = Buffer.concat(chunks).toString();
    const body: unknown = text === '' ? null : JSON.parse(text);
    const answer = await answerTo(request, { method, url, body, state, root });
    const headers: Record<string, string> = {
      'content-type': 'application/json; charset=utf-8',
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': '4999',
      'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600),
      ...answer.headers,
    };
    response.writeHead(answer.status, headers);
    response.end(answer.content === undefined ? undefined : JSON.stringify(answer.content));
  }

  async function answerTo(request: IncomingMessage, call: Call): Promise<Answer> {
    const credential = (request.headers.authorization ?? '').replace(/^(?:token|bearer) /i, '');
    if (app !== null && call.url.pathname.endsWith('/access_tokens')) {
      if (!isSigned(credential, app)) return error(401, 'A JSON web token could not be decoded');
      const minted = `ghs_installationtoken${(state.nextId += 1)}`;
      tokens.add(minted);
      const content = { token: minted, expires_at: new Date(Date.now() + 3_600_000).toISOString() };
      note(problemWith('POST /app/installations/{installation_id}/access_tokens', content));
      return { status: 201, content };
    }
    if (!tokens.has(credential)) return error(401, 'Bad credentials');
    if (call.url.pathname === '/graphql') return answerGraphql(call);
    for (const route of githubRoutes) {
      const parameters = match(route.path, call.url.pathname);
      if (parameters === null || route.method !== call.method) continue;
      if (route.body !== undefined) note(problemWith(route.body, call.body));
      const answer = route.answer(call, parameters);
      if (answer.status < 300 && answer.content !== undefined) note(problemWith(route.schema ?? '', answer.content));
      return answer;
    }
    note(`no route for ${call.method} ${call.url.pathname}`);
    return error(404, 'Not Found');
  }

  async function answerGraphql({ body }: Call): Promise<Answer> {
    const { query, variables } = body as { readonly query: string; readonly variables: Record<string, unknown> };
    const result = await graphql({
      schema: githubSchema(),
      source: query,
      variableValues: variables,
      rootValue: { organization: graphqlOrganization },
    });
    for (const problem of result.errors ?? []) note(`graphql: ${problem.message}`);
    return { status: 200, content: result };
  }

  function graphqlOrganization({ login: asked }: { readonly login: string }) {
    if (asked !== state.organization.login) return null;
    const active = [...state.members.values()].filter((member) => member.state === 'active');
    const connection =
      <Item>(items: readonly Item[]) =>
      ({ first, after }: { readonly first: number; readonly after?: string | null }) => {
        const from = after === undefined || after === null ? 0 : Number(after);
        const end = Math.min(items.length, from + first);
        return {
          totalCount: items.length,
          pageInfo: { hasNextPage: end < items.length, endCursor: String(end), hasPreviousPage: from > 0 },
          nodes: items.slice(from, end),
        };
      };
    const identities = active
      .filter(({ nameId }) => nameId !== null)
      .map((member) => ({
        samlIdentity: { nameId: member.nameId, username: member.nameId, emails: [] },
        scimIdentity: null,
        user: { databaseId: member.id, login: member.login },
      }));
    return {
      samlIdentityProvider: state.saml ? { externalIdentities: connection(identities) } : null,
      membersWithRole: connection(
        active.map((member) => ({
          databaseId: member.id,
          login: member.login,
          organizationVerifiedDomainEmails: () => member.domainEmails,
        })),
      ),
    };
  }

  function note(problem: string | null): void {
    if (problem !== null) problems.push(problem);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const idOf = (name: string): number => {
    const person = [...state.people.values()].find((one) => one.login === name);
    if (person === undefined) throw new Error(`nobody called ${name}`);
    return person.id;
  };
  const addPerson = (name: string): Person => {
    const person = { id: (state.nextId += 1), login: name };
    state.people.set(person.id, person);
    return person;
  };
  const addMember: GithubServer['addMember'] = (name, { owner = false, nameId = null, domainEmails = [] } = {}) => {
    const known = [...state.people.values()].find((one) => one.login === name) ?? addPerson(name);
    const member: Member = Object.assign(known, {
      owner,
      state: 'active' as const,
      nameId,
      domainEmails: [...domainEmails],
    });
    state.members.set(member.id, member);
    return member;
  };
  addMember('the-owner', { owner: true });
  return {
    baseUrl: root,
    token,
    state,
    problems,
    requests,
    addPerson,
    addMember,
    addTeam(name, members = [], parent = null) {
      const id = (state.nextId += 1);
      const team = {
        id,
        name,
        slug: `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${id}`,
        parentId: parent?.id ?? null,
      };
      state.teams.set(id, team);
      state.teamMembers.set(id, new Map(members.map((member) => [idOf(member), 'member' as const])));
      return team;
    },
    membersOf: (team) =>
      [...(state.teamMembers.get(team.id)?.keys() ?? [])].map((id) => state.people.get(id)?.login ?? ''),
    accept(invitationId, name) {
      const invitation = state.invitations.get(invitationId);
      if (invitation === undefined) throw new Error('no such invitation');
      state.invitations.delete(invitationId);
      const member = addMember(
        name,
        invitation.email === null ? {} : { nameId: invitation.email, domainEmails: [invitation.email] },
      );
      for (const teamId of invitation.teamIds) state.teamMembers.get(teamId)?.set(member.id, 'member');
    },
    expire(invitationId) {
      const invitation = state.invitations.get(invitationId);
      if (invitation === undefined) throw new Error('no such invitation');
      state.invitations.delete(invitationId);
      const failure = { at: '2026-11-08T00:00:00Z', reason: 'Invitation expired.' };
      state.failedInvitations.set(invitationId, { ...invitation, failure });
    },
    decline: (invitationId) => void state.invitations.delete(invitationId),
    useApp(id, key) {
      app = { id, key };
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function error(status: number, message: string): Answer {
  return { status, content: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) } };
}

function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = decodeURIComponent(given[index] ?? '');
    if (part.startsWith('{')) parameters[part.slice(1, -1)] = value;
    else if (part !== value) return null;
  }
  return parameters;
}

/** A JSON web token of the App (RFC 7519), as GitHub asks for it: RS256, with the App as issuer. */
function isSigned(jwt: string, { id, key }: { readonly id: string; readonly key: KeyObject }): boolean {
  const [header = '', payload = '', signature = ''] = jwt.split('.');
  if (signature === '') return false;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
    readonly iss?: unknown;
    readonly exp?: number;
  };
  const valid = createVerify('RSA-SHA256').update(`${header}.${payload}`).verify(key, signature, 'base64url');
  return valid && String(claims.iss) === id && (claims.exp ?? 0) * 1000 > Date.now();
}
