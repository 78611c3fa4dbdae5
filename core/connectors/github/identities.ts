/**
 * Who is who: which GitHub account has which work e-mail. Only what the organization's own sign-on or its verified
 * domains say counts. Public profile e-mails do not: anybody may write anything there.
 */
import { z } from 'zod';
import type { AccountDraft, Failure } from '#core/connectors/connector.ts';
import { needsPerson, oneLine, retryable } from '../failures.ts';
import type { Answer } from './client.ts';
import type { GithubContext, IdentityTable } from './context.ts';

/** How long a table may be used for reading again, in milliseconds. Creating an account always reads it anew. */
const tableLife = 60_000;

const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() });
const person = z.object({ databaseId: z.number().int().nullable(), login: z.string() });
const emails = z.array(z.object({ value: z.string() })).nullish();

const identityNode = z.object({
  samlIdentity: z.object({ nameId: z.string().nullish(), username: z.string().nullish(), emails }).nullish(),
  scimIdentity: z.object({ username: z.string().nullish(), emails }).nullish(),
  user: person.nullable(),
});

const samlQuery = `query ($organization: String!, $size: Int!, $after: String) {
  organization(login: $organization) {
    samlIdentityProvider {
      externalIdentities(first: $size, after: $after, membersOnly: true) {
        pageInfo { hasNextPage endCursor }
        nodes {
          samlIdentity { nameId username emails { value } }
          scimIdentity { username emails { value } }
          user { databaseId login }
        }
      }
    }
  }
}`;

const domainQuery = `query ($organization: String!, $size: Int!, $after: String) {
  organization(login: $organization) {
    membersWithRole(first: $size, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { databaseId login organizationVerifiedDomainEmails(login: $organization) }
    }
  }
}`;

const samlAnswer = z.object({
  organization: z
    .object({
      samlIdentityProvider: z
        .object({ externalIdentities: z.object({ pageInfo, nodes: z.array(identityNode.nullable()).nullable() }) })
        .nullable(),
    })
    .nullable(),
});

const domainAnswer = z.object({
  organization: z
    .object({
      membersWithRole: z.object({
        pageInfo,
        nodes: z.array(person.extend({ organizationVerifiedDomainEmails: z.array(z.string()) }).nullable()).nullable(),
      }),
    })
    .nullable(),
});

/** The GitHub login of a person, as far as the settings of the connection let it be known. Null: it is not. */
export async function loginOf(
  context: GithubContext,
  wanted: Pick<AccountDraft, 'username' | 'email'>,
  fresh: boolean,
  signal: AbortSignal,
): Promise<{ readonly kind: 'login'; readonly login: string; readonly foundBy: string } | null | Failure> {
  const { configuration } = context;
  const listed =
    configuration.logins.get(wanted.email.toLowerCase()) ?? configuration.logins.get(wanted.username.toLowerCase());
  if (listed !== undefined) return { kind: 'login', login: listed, foundBy: 'list' };
  if (configuration.identities === 'username')
    return /^[\w-]+$/.test(wanted.username) ? { kind: 'login', login: wanted.username, foundBy: 'username' } : null;
  const table = await identitiesOf(context, fresh, signal);
  if (table === null) return null;
  if (table.kind !== 'table') return table;
  const found = table.byEmail.get(wanted.email.toLowerCase()) ?? table.byEmail.get(wanted.username.toLowerCase());
  const [login, ...others] = found?.values() ?? [];
  if (login === undefined) return null;
  if (others.length > 0) {
    return needsPerson(
      `Several GitHub accounts have the e-mail ${wanted.email}: ${[login, ...others].join(', ')}. Link the right one to the person.`,
    );
  }
  return { kind: 'login', login, foundBy: configuration.identities };
}

/** Null where the settings name no source that could be asked. */
export async function identitiesOf(
  context: GithubContext,
  fresh: boolean,
  signal: AbortSignal,
): Promise<IdentityTable | null | Failure> {
  const { learned, configuration } = context;
  if (configuration.identities === 'username' || configuration.identities === 'listed') return null;
  if (!fresh && learned.identities !== null && learned.identities.until > Date.now()) return learned.identities.table;
  const table = await readTable(context, signal);
  if (table.kind === 'table') learned.identities = { table, until: Date.now() + tableLife };
  return table;
}

async function readTable(context: GithubContext, signal: AbortSignal): Promise<IdentityTable | Failure> {
  const byEmail = new Map<string, Map<string, string>>();
  const note = (email: string | null | undefined, user: z.output<typeof person> | null): void => {
    if (user === null || user.databaseId === null || email === null || email === undefined || !email.includes('@'))
      return;
    const known = byEmail.get(email.toLowerCase()) ?? new Map<string, string>();
    byEmail.set(email.toLowerCase(), known.set(String(user.databaseId), user.login));
  };
  let after: string | null = null;
  do {
    const page: Page | Failure = await (context.configuration.identities === 'saml'
      ? samlPage(context, after, signal)
      : domainPage(context, after, signal));
    if (page.kind !== 'page') return page;
    for (const { user, emails: known } of page.people) for (const email of known) note(email, user);
    after = page.after;
  } while (after !== null);
  return { kind: 'table', byEmail };
}

interface Page {
  readonly kind: 'page';
  readonly people: readonly {
    readonly user: z.output<typeof person> | null;
    readonly emails: readonly (string | null | undefined)[];
  }[];
  readonly after: string | null;
}

async function samlPage(context: GithubContext, after: string | null, signal: AbortSignal): Promise<Page | Failure> {
  const answer = await ask(context, samlQuery, after, samlAnswer, signal);
  if (!answer.ok) return answer.failure;
  const provider = answer.data.organization?.samlIdentityProvider ?? null;
  if (provider === null) {
    return needsPerson(
      `${context.configuration.organization} has no SAML single sign-on of its own, or the credential may not see it. Choose another way to know people in the connection's settings.`,
    );
  }
  const { nodes, pageInfo: info } = provider.externalIdentities;
  const people = (nodes ?? []).flatMap((node) => {
    if (node === null) return [];
    const { samlIdentity: saml, scimIdentity: scim, user } = node;
    const all = [
      saml?.nameId,
      saml?.username,
      scim?.username,
      ...[...(saml?.emails ?? []), ...(scim?.emails ?? [])].map(({ value }) => value),
    ];
    return [{ user, emails: all }];
  });
  return { kind: 'page', people, after: info.hasNextPage ? info.endCursor : null };
}

async function domainPage(context: GithubContext, after: string | null, signal: AbortSignal): Promise<Page | Failure> {
  const answer = await ask(context, domainQuery, after, domainAnswer, signal);
  if (!answer.ok) return answer.failure;
  const { organization } = answer.data;
  if (organization === null)
    return needsPerson(`The credential does not see the organization ${context.configuration.organization}.`);
  const { nodes, pageInfo: info } = organization.membersWithRole;
  const people = (nodes ?? []).flatMap((node) =>
    node === null ? [] : [{ user: node, emails: node.organizationVerifiedDomainEmails }],
  );
  return { kind: 'page', people, after: info.hasNextPage ? info.endCursor : null };
}

/** A GraphQL query. Its faults come with HTTP 200 and a `type` in each error. */
async function ask<Shape extends z.ZodType>(
  { client, configuration }: GithubContext,
  query: string,
  after: string | null,
  shape: Shape,
  signal: AbortSignal,
): Promise<Answer<z.output<Shape>>> {
  const { baseUrl } = client;
  // A GitHub Enterprise Server has its two interfaces side by side.
  const address = baseUrl.endsWith('/api/v3') ? baseUrl.replace(/\/v3$/, '/graphql') : `${baseUrl}/graphql`;
  const variables = { organization: configuration.organization, size: configuration.pageSize, after };
  const envelope = z.object({
    data: z.unknown(),
    errors: z.array(z.object({ type: z.string().optional(), message: z.string() })).optional(),
  });
  const answer = await client.send(`POST ${address}`, { query, variables } as never, envelope, signal);
  if (!answer.ok) return answer;
  const problem = (failure: Failure): Answer<never> => ({ ok: false, status: answer.status, said: '', failure });
  const [error] = answer.data.errors ?? [];
  if (error !== undefined) {
    const said = oneLine(error.message);
    if (error.type === 'RATE_LIMITED')
      return problem(retryable(`GitHub takes no more queries for now: ${said}`, untilReset(answer.headers)));
    return ['FORBIDDEN', 'INSUFFICIENT_SCOPES', 'NOT_FOUND', 'SAML'].includes(error.type ?? '')
      ? problem(needsPerson(`The credential may not see who is who: ${said}`))
      : problem(retryable(`GitHub could not answer who is who: ${said}`));
  }
  const parsed = shape.safeParse(answer.data.data);
  return parsed.success
    ? { ...answer, data: parsed.data }
    : problem(retryable('GitHub answered something else than it documents when asked who is who.'));
}

function untilReset(headers: Readonly<Record<string, string | undefined>>): number {
  const reset = Number(headers['x-ratelimit-reset']) * 1000;
  return Number.isFinite(reset) ? Math.max(1000, reset - (Date.parse(headers['date'] ?? '') || Date.now())) : 60_000;
}
