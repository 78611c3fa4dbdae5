/**
 * Jira for tests, with the shapes of its documented REST API version 2: create and get an issue, search by JQL (`/search/jql`
 * of the cloud, `/search` of a data center), get a project. It holds real issues and refuses what Jira refuses.
 */
import { playServer, type GivenAnswer, type PlayedServer, type ReceivedCall } from './http-server.ts';

export interface JiraIssue {
  readonly id: string;
  readonly key: string;
  readonly fields: Readonly<Record<string, unknown>> & { readonly summary: string; readonly labels: readonly string[] };
  status: { readonly name: string; readonly category: 'new' | 'indeterminate' | 'done' };
  resolution: string | null;
  /** The search finds it. Jira writes its index a moment after the issue. */
  indexed: boolean;
}

export interface JiraServer extends PlayedServer {
  readonly issues: readonly JiraIssue[];
  readonly authorization: string;
  /** From now on issues are not found until they are indexed. */
  holdIndex(): void;
  index(): void;
  move(key: string, status: JiraIssue['status'], resolution?: string | null): void;
  remove(key: string): void;
}

const email = 'bot@example.com';
export const jiraAccount = { username: email, password: 'jira-api-token-0123456789' } as const;
const errors = (
  status: number,
  errorMessages: readonly string[],
  fields: Readonly<Record<string, string>> = {},
): GivenAnswer => ({
  status,
  body: { errorMessages, errors: fields },
});

export async function startJiraServer(kind: 'cloud' | 'dataCenter' = 'cloud', project = 'ACCESS'): Promise<JiraServer> {
  let issues: JiraIssue[] = [];
  let number = 0;
  let isIndexing = true;
  const authorization =
    kind === 'cloud'
      ? `Basic ${Buffer.from(`${email}:${jiraAccount.password}`).toString('base64')}`
      : `Bearer ${jiraAccount.password}`;
  const search = kind === 'cloud' ? '/rest/api/2/search/jql' : '/rest/api/2/search';

  function answer({ method, url, headers, body }: ReceivedCall): GivenAnswer {
    if (headers.authorization !== authorization)
      return { status: 401, body: 'Client must be authenticated to access this resource.' };
    if (method === 'GET' && url.pathname === `/rest/api/2/project/${project}`)
      return { status: 200, body: { id: '10000', key: project, name: 'Access' } };
    if (method === 'GET' && url.pathname === search) return found(url.searchParams.get('jql') ?? '');
    if (url.pathname === '/rest/api/2/search') return errors(410, ['The requested API has been removed.']);
    if (method === 'POST' && url.pathname === '/rest/api/2/issue') return create(body);
    const [, key] = /^\/rest\/api\/2\/issue\/([^/]+)$/.exec(url.pathname) ?? [];
    const issue = issues.find((one) => one.key === decodeURIComponent(key ?? ''));
    if (method === 'GET' && issue !== undefined) return { status: 200, body: shown(issue) };
    return errors(404, ['Issue does not exist or you do not have permission to see it.']);
  }

  function found(jql: string): GivenAnswer {
    const [, label] = /^labels = "([^"\\]+)"$/.exec(jql) ?? [];
    if (label === undefined) return errors(400, [`Error in the JQL Query: ${jql}`]);
    const keys = issues
      .filter(({ indexed, fields }) => indexed && fields.labels.includes(label))
      .map(({ id, key }) => ({ id, key, self: `/rest/api/2/issue/${id}` }));
    return {
      status: 200,
      body:
        kind === 'cloud'
          ? { issues: keys, isLast: true }
          : { startAt: 0, maxResults: 1, total: keys.length, issues: keys },
    };
  }

  function create(body: string): GivenAnswer {
    const { fields } = JSON.parse(body) as {
      readonly fields: JiraIssue['fields'] & {
        readonly project?: { readonly key?: string };
        readonly issuetype?: { readonly name?: string };
        readonly description?: unknown;
      };
    };
    const problems: Record<string, string> = {};
    if (fields.project?.key !== project) problems['project'] = 'valid project is required';
    if (fields.issuetype?.name !== 'Task') problems['issuetype'] = 'The issue type selected is invalid.';
    if (typeof fields.summary !== 'string' || fields.summary === '' || fields.summary.includes('\n'))
      problems['summary'] = 'The summary is invalid because it contains newline characters.';
    // Version 2 takes text; version 3 a document.
    if (typeof fields.description !== 'string') problems['description'] = 'Operation value must be a string';
    if (fields.labels.some((label) => /\s/.test(label))) problems['labels'] = "The label can't contain spaces.";
    if (Object.keys(problems).length > 0) return errors(400, [], problems);
    number += 1;
    const issue: JiraIssue = {
      id: String(10_000 + number),
      key: `${project}-${number}`,
      fields,
      status: { name: 'To Do', category: 'new' },
      resolution: null,
      indexed: isIndexing,
    };
    issues.push(issue);
    return { status: 201, body: { id: issue.id, key: issue.key, self: `/rest/api/2/issue/${issue.id}` } };
  }

  const played = await playServer(answer);
  return {
    ...played,
    get issues() {
      return issues;
    },
    authorization,
    holdIndex() {
      isIndexing = false;
    },
    index() {
      isIndexing = true;
      for (const issue of issues) issue.indexed = true;
    },
    move(key, status, resolution = null) {
      for (const issue of issues.filter((one) => one.key === key)) Object.assign(issue, { status, resolution });
    },
    remove(key) {
      issues = issues.filter((one) => one.key !== key);
    },
  };
}

function shown({ id, key, fields, status, resolution }: JiraIssue) {
  return {
    id,
    key,
    fields: {
      summary: fields.summary,
      status: { name: status.name, statusCategory: { key: status.category } },
      resolution: resolution === null ? null : { name: resolution },
    },
  };
}
