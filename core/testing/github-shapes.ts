/** GitHub's answers, typed by its published OpenAPI types and checked against its published schemas. */
import { readFileSync } from 'node:fs';
import type { components } from '@octokit/openapi-types';
import { Ajv, type ValidateFunction } from 'ajv';

type Schemas = components['schemas'];

/**
 * An extract of GitHub's OpenAPI description: the answers of the routes the connector uses, and what they refer to,
 * without descriptions and examples.
 */
interface Extract {
  readonly source: string;
  readonly answers: Readonly<Record<string, object>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const extract = JSON.parse(readFileSync(new URL('github-openapi.json', import.meta.url), 'utf8')) as Extract;
// The description is OpenAPI 3.0, whose `nullable` and formats are no JSON Schema words of their own.
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema({ $id: 'github', components: extract.components });
const compiled = new Map<string, ValidateFunction>();

/** What is wrong with an answer (or, for `… body`, with a request) by GitHub's own schema; null: nothing. */
export function problemWith(route: string, content: unknown): string | null {
  const schema = extract.answers[route];
  if (schema === undefined) return `no schema for ${route}`;
  let validate = compiled.get(route);
  if (validate === undefined) {
    const rooted = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"github#/components')) as object;
    validate = ajv.compile(rooted);
    compiled.set(route, validate);
  }
  return validate(content) ? null : `${route}: ${ajv.errorsText(validate.errors)}`;
}

export interface Person {
  readonly id: number;
  login: string;
}

export function simpleUser(root: string, { id, login }: Person): Schemas['simple-user'] {
  const url = `${root}/users/${login}`;
  return {
    login,
    id,
    node_id: `U_${id}`,
    avatar_url: `${root}/avatars/${id}`,
    gravatar_id: '',
    url,
    html_url: url,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: 'User',
    site_admin: false,
  };
}

export function publicUser(root: string, person: Person): Schemas['public-user'] {
  return {
    ...simpleUser(root, person),
    user_view_type: 'public',
    name: `Name of ${person.login}`,
    company: null,
    blog: null,
    location: null,
    // Anybody may write anything there, so the connector must not read it.
    email: 'somebody-else@example.com',
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: '2020-01-01T00:00:00Z',
    updated_at: '2020-01-01T00:00:00Z',
  };
}

export function organizationSimple(root: string, login: string, id: number): Schemas['organization-simple'] {
  const url = `${root}/orgs/${login}`;
  return {
    login,
    id,
    node_id: `O_${id}`,
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${root}/avatars/${id}`,
    description: null,
  };
}

export function organizationFull(root: string, login: string, id: number): Schemas['organization-full'] {
  return {
    ...organizationSimple(root, login, id),
    description: null,
    html_url: `${root}/${login}`,
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    type: 'Organization',
    created_at: '2020-01-01T00:00:00Z',
    updated_at: '2020-01-01T00:00:00Z',
    archived_at: null,
  };
}

export interface TeamFacts {
  readonly id: number;
  name: string;
  slug: string;
  readonly parentId: number | null;
}

export function teamSimple(root: string, team: TeamFacts): NonNullable<Schemas['nullable-team-simple']> {
  const url = `${root}/teams/${team.id}`;
  return {
    id: team.id,
    node_id: `T_${team.id}`,
    url,
    members_url: `${url}/members{/member}`,
    name: team.name,
    description: null,
    permission: 'pull',
    privacy: 'closed',
    html_url: `${root}/orgs/x/teams/${team.slug}`,
    repositories_url: `${url}/repos`,
    slug: team.slug,
    type: 'organization',
  };
}

export function teamItem(root: string, team: TeamFacts, parent: TeamFacts | null): Schemas['team'] {
  return {
    ...teamSimple(root, team),
    type: 'organization',
    permission: 'pull',
    parent: parent === null ? null : teamSimple(root, parent),
  };
}

export function teamFull(
  root: string,
  team: TeamFacts,
  parent: TeamFacts | null,
  organization: Schemas['organization-full'],
): Schemas['team-full'] {
  const { id, node_id, url, members_url, name, description, html_url, repositories_url, slug } = teamSimple(root, team);
  return {
    id,
    node_id,
    url,
    members_url,
    name,
    description,
    html_url,
    repositories_url,
    slug,
    type: 'organization',
    permission: 'pull',
    privacy: 'closed',
    parent: parent === null ? null : teamSimple(root, parent),
    members_count: 0,
    repos_count: 0,
    created_at: '2020-01-01T00:00:00Z',
    updated_at: '2020-01-01T00:00:00Z',
    organization,
  };
}

export type OrganizationInvitation = Schemas['organization-invitation'];
export type OrgMembership = Schemas['org-membership'];
export type TeamMember = Schemas['team-member'];
export type TeamMembership = Schemas['team-membership'];
export type InstallationToken = Schemas['installation-token'];
