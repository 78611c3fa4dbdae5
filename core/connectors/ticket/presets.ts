/**
 * How tickets are opened and followed in the systems people have. All of it is what the form is filled with when the
 * system is chosen, and can be changed there.
 *
 * Jira: REST API version 2, which takes plain text; its search is `/search/jql` in the cloud and `/search` in a data
 * center. ServiceNow: the Table API, with `correlation_id` as the field that other systems keep their key in.
 */

export const systems = [
  { value: 'jiraCloud', label: 'Jira Cloud' },
  { value: 'jiraDataCenter', label: 'Jira Data Center' },
  { value: 'serviceNow', label: 'ServiceNow' },
  { value: 'other', label: 'Another system' },
] as const;
export type System = (typeof systems)[number]['value'];

const summary = '{{actionWords}} {{entitlementName}} in {{applicationName}}: {{personName}}';
const description = [
  '{{actionWords}} {{entitlementName}} ({{entitlementKind}} {{entitlementId}}) in {{applicationName}}.',
  'Person: {{personName}}, {{personEmail}}{{#accountUsername}}, account {{accountUsername}}{{/accountUsername}}',
  '{{#endsAt}}Until: {{endsAt}}\\n{{/endsAt}}Due: {{dueAt}}',
  'Request {{requestNumber}} by {{requesterName}}: {{justification}}',
  'Resolve this ticket when it is done. Gatehouse follows it.',
].join('\\n');

const jiraBody = `{
  "fields": {
    "project": { "key": "{{project}}" },
    "issuetype": { "name": "Task" },
    "summary": "${summary}",
    "description": "${description}",
    "labels": ["gatehouse", "gatehouse-{{key}}"]
  }
}`;
const serviceNowBody = `{
  "short_description": "${summary}",
  "description": "${description}",
  "correlation_id": "{{key}}",
  "correlation_display": "Gatehouse"
}`;
const otherBody = `{
  "key": "{{key}}",
  "title": "${summary}",
  "description": "${description}"
}`;

const jira = {
  createPath: '/rest/api/2/issue',
  body: jiraBody,
  referenceAt: 'key',
  link: '/browse/{{reference}}',
  searchAt: 'issues.0.key',
  statusPath: '/rest/api/2/issue/{{reference}}?fields=status,resolution',
  stateAt: 'fields.status.statusCategory.key',
  doneStates: 'done',
  rejectedAt: 'fields.resolution.name',
  rejectedStates: "Won't Do, Won't Fix, Declined, Rejected, Cancelled, Duplicate, Cannot Reproduce",
  noteAt: 'fields.status.name, fields.resolution.name',
  testPath: '/rest/api/2/project/{{project}}',
} as const;

export type PresetField = keyof typeof jira | 'searchPath';

export const presets: Readonly<Record<System, Readonly<Record<PresetField, string>>>> = {
  jiraCloud: {
    ...jira,
    searchPath: '/rest/api/2/search/jql?jql=labels%20%3D%20%22gatehouse-{{key}}%22&fields=key&maxResults=1',
  },
  jiraDataCenter: {
    ...jira,
    searchPath: '/rest/api/2/search?jql=labels%20%3D%20%22gatehouse-{{key}}%22&fields=key&maxResults=1',
  },
  serviceNow: {
    createPath: '/api/now/table/{{project}}',
    body: serviceNowBody,
    referenceAt: 'result.number',
    link: '/{{project}}.do?sysparm_query=number={{reference}}',
    searchPath: '/api/now/table/{{project}}?sysparm_query=correlation_id={{key}}&sysparm_fields=number&sysparm_limit=1',
    searchAt: 'result.0.number',
    statusPath:
      '/api/now/table/{{project}}?sysparm_query=number={{reference}}&sysparm_fields=number,state,close_notes&sysparm_limit=1',
    stateAt: 'result.0.state',
    doneStates: '6, 7',
    rejectedAt: 'result.0.state',
    rejectedStates: '8',
    noteAt: 'result.0.close_notes',
    testPath: '/api/now/table/{{project}}?sysparm_fields=number&sysparm_limit=1',
  },
  other: {
    createPath: '/tickets',
    body: otherBody,
    referenceAt: 'id',
    link: '/tickets/{{reference}}',
    searchPath: '/tickets?key={{key}}',
    searchAt: '0.id',
    statusPath: '/tickets/{{reference}}',
    stateAt: 'state',
    doneStates: 'done',
    rejectedAt: 'state',
    rejectedStates: 'rejected',
    noteAt: 'note',
    testPath: '/tickets',
  },
};

/**
 * Jira writes its search index a moment after an issue was made. Where an earlier attempt may have made one, a search
 * that finds nothing is repeated after so many milliseconds.
 */
export const indexDelay: Readonly<Record<System, number>> = {
  jiraCloud: 4_000,
  jiraDataCenter: 4_000,
  serviceNow: 0,
  other: 0,
};
