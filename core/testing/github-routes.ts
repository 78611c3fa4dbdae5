/** The REST routes of the GitHub server for tests: what each does to its state, and what it answers. */
import {
  organizationFull,
  organizationSimple,
  publicUser,
  simpleUser,
  teamFull,
  teamItem,
  type OrganizationInvitation,
  type OrgMembership,
  type TeamFacts,
  type TeamMember,
  type TeamMembership,
} from './github-shapes.ts';
import {
  allMembers,
  childrenOf,
  memberBy,
  parentOf,
  removeMember,
  teamOf,
  type GithubState,
  type Invitation,
  type Member,
} from './github-state.ts';

export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
  readonly state: GithubState;
  readonly root: string;
}

export interface Answer {
  readonly status: number;
  readonly content?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Parameters = Readonly<Record<string, string>>;

interface Route {
  readonly method: string;
  readonly path: string;
  /** The route whose published schema the answer has to keep to. */
  readonly schema?: string;
  readonly body?: string;
  answer(call: Call, parameters: Parameters): Answer;
}

const notFound: Answer = {
  status: 404,
  content: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest', status: '404' },
};
const done: Answer = { status: 204 };

function invalid(message: string): Answer {
  return {
    status: 422,
    content: {
      message: 'Validation Failed',
      errors: [{ resource: 'OrganizationInvitation', code: 'unprocessable', field: 'data', message }],
      documentation_url: 'https://docs.github.com/rest',
    },
  };
}

/** A page of a list with the link GitHub gives to the next one (RFC 8288). */
function paged<Item>({ url, root }: Call, items: readonly Item[]): Answer {
  const size = Number(url.searchParams.get('per_page') ?? 30);
  const page = Number(url.searchParams.get('page') ?? 1);
  const content = items.slice((page - 1) * size, page * size);
  if (page * size >= items.length) return { status: 200, content };
  return { status: 200, content, headers: { link: `<${root}${url.pathname}?page=${page + 1}>; rel="next"` } };
}

function invitationOf(
  root: string,
  { id, email, login, teamIds, failure }: Invitation,
  owner: Member | undefined,
): OrganizationInvitation {
  return {
    id,
    login,
    email,
    role: 'direct_member',
    created_at: '2026-11-01T00:00:00Z',
    failed_at: failure?.at ?? null,
    failed_reason: failure?.reason ?? null,
    inviter: simpleUser(root, owner ?? { id: 1, login: 'ghost' }),
    team_count: teamIds.length,
    node_id: `I_${id}`,
    invitation_teams_url: `${root}/invitations/${id}/teams`,
  };
}

function listed(call: Call, invitations: ReadonlyMap<number, Invitation>): Answer {
  const owner = [...call.state.members.values()][0];
  return paged(
    call,
    [...invitations.values()].map((invitation) => invitationOf(call.root, invitation, owner)),
  );
}

function orgMembership({ root, state }: Call, member: Member): OrgMembership {
  const { login, id } = state.organization;
  return {
    url: `${root}/orgs/${login}/memberships/${member.login}`,
    state: member.state,
    role: member.owner ? 'admin' : 'member',
    organization_url: `${root}/orgs/${login}`,
    organization: organizationSimple(root, login, id),
    user: simpleUser(root, member),
  };
}

const membershipPath = '/organizations/{org_id}/team/{team_id}/memberships/{username}';

function isOwn({ state }: Call, { org, org_id }: Parameters): boolean {
  return org === undefined ? Number(org_id) === state.organization.id : org.toLowerCase() === state.organization.login;
}

function membershipAnswer({ root, state }: Call, team: TeamFacts, member: Member): Answer {
  const found = allMembers(state, team).get(member.id);
  if (found === undefined) return notFound;
  const content: TeamMembership = {
    url: `${root}/teams/${team.id}/memberships/${member.login}`,
    role: found.role,
    state: member.state,
  };
  return { status: 200, content };
}

/** As GitHub: an address that is invited already, or belongs to a member, is not invited again. */
function invite(call: Call): Answer {
  const { state, root } = call;
  const body = call.body as {
    readonly email?: string;
    readonly invitee_id?: number;
    readonly team_ids?: readonly number[];
  };
  const person = body.invitee_id === undefined ? null : (state.people.get(body.invitee_id) ?? null);
  if (body.email === undefined && person === null) return invalid('Invitee must be a valid user');
  const email = body.email?.toLowerCase() ?? null;
  for (const member of state.members.values()) {
    const theirs = [...member.domainEmails, member.nameId ?? ''].some((known) => known.toLowerCase() === email);
    if (theirs || member.id === person?.id) return invalid('Invitee is already a part of this organization');
  }
  if ([...state.invitations.values()].some((known) => known.email !== null && known.email.toLowerCase() === email))
    return invalid('Invitee has already been invited');
  const invitation: Invitation = {
    id: (state.nextId += 1),
    email: body.email ?? null,
    login: person?.login ?? null,
    teamIds: body.team_ids ?? [],
  };
  if (person === null) state.invitations.set(invitation.id, invitation);
  else
    state.members.set(
      person.id,
      Object.assign(person, { owner: false, state: 'pending' as const, domainEmails: [], nameId: null }),
    );
  return { status: 201, content: invitationOf(root, invitation, [...state.members.values()][0]) };
}

export const githubRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/orgs/{org}',
    schema: 'GET /orgs/{org}',
    answer: (call, parameters) =>
      isOwn(call, parameters)
        ? {
            status: 200,
            content: organizationFull(call.root, call.state.organization.login, call.state.organization.id),
          }
        : notFound,
  },
  {
    method: 'GET',
    path: '/user',
    schema: 'GET /user',
    answer: ({ root, state }) => {
      const owner = [...state.members.values()][0];
      return owner === undefined ? notFound : { status: 200, content: publicUser(root, owner) };
    },
  },
  {
    method: 'GET',
    path: '/user/{account_id}',
    schema: 'GET /user/{account_id}',
    answer: ({ root, state }, { account_id }) => {
      const person = state.people.get(Number(account_id));
      return person === undefined ? notFound : { status: 200, content: publicUser(root, person) };
    },
  },
  {
    method: 'GET',
    path: '/users/{username}',
    schema: 'GET /users/{username}',
    answer: ({ root, state }, { username = '' }) => {
      const person = [...state.people.values()].find(({ login }) => login.toLowerCase() === username.toLowerCase());
      return person === undefined ? notFound : { status: 200, content: publicUser(root, person) };
    },
  },
  {
    method: 'GET',
    path: '/orgs/{org}/members',
    schema: 'GET /orgs/{org}/members',
    answer: (call) =>
      paged(
        call,
        [...call.state.members.values()]
          .filter(({ state }) => state === 'active')
          .map((member) => simpleUser(call.root, member)),
      ),
  },
  {
    method: 'GET',
    path: '/orgs/{org}/memberships/{username}',
    schema: 'GET /orgs/{org}/memberships/{username}',
    answer: (call, { username = '' }) => {
      const member = memberBy(call.state, username);
      return member === undefined ? notFound : { status: 200, content: orgMembership(call, member) };
    },
  },
  {
    method: 'DELETE',
    path: '/orgs/{org}/memberships/{username}',
    answer: ({ state }, { username = '' }) => {
      const member = memberBy(state, username);
      if (member === undefined) return notFound;
      removeMember(state, member.id);
      return done;
    },
  },
  {
    method: 'GET',
    path: '/orgs/{org}/teams',
    schema: 'GET /orgs/{org}/teams',
    answer: (call) =>
      paged(
        call,
        [...call.state.teams.values()].map((team) => teamItem(call.root, team, parentOf(call.state, team))),
      ),
  },
  {
    method: 'GET',
    path: '/organizations/{org_id}/team/{team_id}',
    schema: 'GET /orgs/{org}/teams/{team_slug}',
    answer: (call, parameters) => {
      const team = isOwn(call, parameters) ? teamOf(call.state, parameters) : undefined;
      if (team === undefined) return notFound;
      const { login, id } = call.state.organization;
      return {
        status: 200,
        content: teamFull(call.root, team, parentOf(call.state, team), organizationFull(call.root, login, id)),
      };
    },
  },
  {
    method: 'GET',
    path: '/organizations/{org_id}/team/{team_id}/teams',
    schema: 'GET /orgs/{org}/teams/{team_slug}/teams',
    answer: (call, parameters) => {
      const team = teamOf(call.state, parameters);
      return team === undefined
        ? notFound
        : paged(
            call,
            childrenOf(call.state, team).map((child) => teamItem(call.root, child, team)),
          );
    },
  },
  {
    method: 'GET',
    path: '/orgs/{org}/teams/{team_slug}/members',
    schema: 'GET /orgs/{org}/teams/{team_slug}/members',
    answer: (call, parameters) => {
      const team = teamOf(call.state, parameters);
      if (team === undefined) return notFound;
      const members = [...allMembers(call.state, team)].flatMap(([id, { role, inherited }]): readonly TeamMember[] => {
        const member = call.state.members.get(id);
        return member?.state === 'active' ? [{ ...simpleUser(call.root, member), role, inherited }] : [];
      });
      return paged(call, members);
    },
  },
  {
    method: 'GET',
    path: membershipPath,
    schema: 'GET /orgs/{org}/teams/{team_slug}/memberships/{username}',
    answer: (call, parameters) => {
      const team = teamOf(call.state, parameters);
      const member = memberBy(call.state, parameters['username'] ?? '');
      return team === undefined || member === undefined ? notFound : membershipAnswer(call, team, member);
    },
  },
  {
    method: 'PUT',
    path: membershipPath,
    schema: 'PUT /orgs/{org}/teams/{team_slug}/memberships/{username}',
    answer: (call, parameters) => {
      const team = teamOf(call.state, parameters);
      const member = memberBy(call.state, parameters['username'] ?? '');
      if (team === undefined || member === undefined) return notFound;
      if (call.state.synchronized.has(team.id))
        return { ...notFound, status: 403, content: { message: 'This team is externally managed' } };
      call.state.teamMembers
        .get(team.id)
        ?.set(member.id, (call.body as { readonly role: 'member' | 'maintainer' }).role);
      return membershipAnswer(call, team, member);
    },
  },
  {
    method: 'DELETE',
    path: membershipPath,
    answer: (call, parameters) => {
      const team = teamOf(call.state, parameters);
      const member = memberBy(call.state, parameters['username'] ?? '');
      if (team === undefined || member === undefined) return notFound;
      return call.state.teamMembers.get(team.id)?.delete(member.id) === true ? done : notFound;
    },
  },
  {
    method: 'GET',
    path: '/orgs/{org}/invitations',
    schema: 'GET /orgs/{org}/invitations',
    answer: (call) => listed(call, call.state.invitations),
  },
  {
    method: 'GET',
    path: '/orgs/{org}/failed_invitations',
    schema: 'GET /orgs/{org}/failed_invitations',
    answer: (call) => listed(call, call.state.failedInvitations),
  },
  {
    method: 'POST',
    path: '/orgs/{org}/invitations',
    schema: 'POST /orgs/{org}/invitations',
    body: 'POST /orgs/{org}/invitations body',
    answer: invite,
  },
  {
    method: 'DELETE',
    path: '/orgs/{org}/invitations/{invitation_id}',
    answer: ({ state }, { invitation_id }) =>
      [state.invitations, state.failedInvitations].some((all) => all.delete(Number(invitation_id))) ? done : notFound,
  },
  {
    method: 'GET',
    path: '/orgs/{org}/invitations/{invitation_id}/teams',
    schema: 'GET /orgs/{org}/invitations/{invitation_id}/teams',
    answer: (call, { invitation_id }) => {
      const invitation = call.state.invitations.get(Number(invitation_id));
      if (invitation === undefined) return notFound;
      const teams = invitation.teamIds.flatMap((id) => call.state.teams.get(id) ?? []);
      return paged(
        call,
        teams.map((team) => teamItem(call.root, team, parentOf(call.state, team))),
      );
    },
  },
];
