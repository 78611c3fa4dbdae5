/** What the organization of the GitHub server for tests holds, and what follows from it. */
import type { Person, TeamFacts } from './github-shapes.ts';

export interface Member extends Person {
  owner: boolean;
  /** Invited by login and not there yet. */
  state: 'active' | 'pending';
  /** E-mails at verified domains of the organization. */
  readonly domainEmails: string[];
  /** The NameID of single sign-on. */
  nameId: string | null;
}

export interface Invitation {
  readonly id: number;
  readonly email: string | null;
  readonly login: string | null;
  readonly teamIds: readonly number[];
  /** Why it came to nothing, where it did. */
  readonly failure?: { readonly at: string; readonly reason: string };
}

/** What the organization holds. Tests read and change it directly, as people on GitHub do. */
export interface GithubState {
  readonly organization: { login: string; readonly id: number };
  /** Everybody with an account on GitHub, members or not. */
  readonly people: Map<number, Person>;
  readonly members: Map<number, Member>;
  readonly teams: Map<number, TeamFacts>;
  /** Members of each team itself, with their role in it. */
  readonly teamMembers: Map<number, Map<number, 'member' | 'maintainer'>>;
  readonly invitations: Map<number, Invitation>;
  /** Those that came to nothing; they stay until somebody cancels them. */
  readonly failedInvitations: Map<number, Invitation>;
  /** Whether single sign-on is set up. */
  saml: boolean;
  /** Teams whose members come from an identity provider and cannot be changed here. */
  readonly synchronized: Set<number>;
  nextId: number;
}

export function memberBy(state: GithubState, login: string): Member | undefined {
  return [...state.members.values()].find((member) => member.login.toLowerCase() === login.toLowerCase());
}

export function parentOf(state: GithubState, team: TeamFacts): TeamFacts | null {
  return team.parentId === null ? null : (state.teams.get(team.parentId) ?? null);
}

export function childrenOf(state: GithubState, team: TeamFacts): readonly TeamFacts[] {
  return [...state.teams.values()].filter(({ parentId }) => parentId === team.id);
}

/** Members of the team and of all teams below it; whether by the team itself. */
export function allMembers(
  state: GithubState,
  team: TeamFacts,
): Map<number, { role: 'member' | 'maintainer'; inherited: boolean }> {
  const all = new Map<number, { role: 'member' | 'maintainer'; inherited: boolean }>();
  for (const child of childrenOf(state, team))
    for (const id of allMembers(state, child).keys()) all.set(id, { role: 'member', inherited: true });
  for (const [id, role] of state.teamMembers.get(team.id) ?? []) all.set(id, { role, inherited: false });
  return all;
}

export function teamOf(
  state: GithubState,
  { team_id = '', team_slug = '' }: Readonly<Record<string, string>>,
): TeamFacts | undefined {
  return state.teams.get(Number(team_id)) ?? [...state.teams.values()].find(({ slug }) => slug === team_slug);
}

export function removeMember(state: GithubState, id: number): void {
  state.members.delete(id);
  for (const members of state.teamMembers.values()) members.delete(id);
}
