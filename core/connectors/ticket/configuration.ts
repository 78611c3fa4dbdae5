/** What a ticket connection needs to know: the form the console draws, and the schema that parses it. */
import { z } from 'zod';
import type { ConnectorField } from '#core/domain/connector.ts';
import { optionalNumber } from '../form-values.ts';
import { addressSchema, headersSchema, statusesSchema, templateSchema } from '../outbound-fields.ts';
import { jsonProblem, type TemplateValues } from '../text-template.ts';
import { placeholders, sampleDraft, valuesOf } from '../ticket-values.ts';
import { presets, systems, type PresetField, type System } from './presets.ts';

export const defaults = { system: 'jiraCloud', pollMinutes: 5, timeoutSeconds: 30 } as const;
const statuses = '200, 201';
const idempotencyHeader = 'Idempotency-Key';

/** Fields that the choice of a system fills in. */
function preset(
  name: PresetField,
  label: string,
  help: string,
  more: Partial<Pick<ConnectorField, 'kind' | 'required'>> = {},
): ConnectorField {
  const values = Object.fromEntries(systems.map(({ value }) => [value, presets[value][name]]));
  return {
    name,
    label,
    help,
    kind: 'text',
    required: true,
    advanced: true,
    initial: presets[defaults.system][name],
    initialWhen: { field: 'system', values },
    ...more,
  };
}

export const ticketFields: readonly ConnectorField[] = [
  {
    name: 'system',
    label: 'System',
    help: 'Fills in how tickets are opened and followed there. Everything it fills in can be changed below.',
    kind: 'choice',
    required: true,
    choices: systems,
    initial: defaults.system,
  },
  {
    name: 'baseUrl',
    label: 'Address',
    help: 'Where the system is. Tickets are opened there and nowhere else.',
    kind: 'url',
    required: true,
    placeholder: 'https://example.atlassian.net',
  },
  {
    name: 'project',
    label: 'Project or table',
    help: 'The key of the Jira project, or the table of ServiceNow, such as incident. {{project}} in the fields below.',
    kind: 'text',
    required: true,
    placeholder: 'ACCESS',
  },
  {
    name: 'authentication',
    label: 'Authentication',
    help: 'Jira Cloud takes the e-mail of an account with an API token as password; a Jira Data Center a personal access token.',
    kind: 'choice',
    required: true,
    choices: [
      { value: 'basic', label: 'User name and password or API token' },
      { value: 'bearer', label: 'Bearer token' },
    ],
    initial: 'basic',
    initialWhen: {
      field: 'system',
      values: { jiraCloud: 'basic', jiraDataCenter: 'bearer', serviceNow: 'basic', other: 'bearer' },
    },
  },
  {
    name: 'username',
    label: 'User name',
    help: 'Of the account that opens the tickets, without a colon.',
    kind: 'text',
    required: true,
    onlyWhen: { field: 'authentication', is: 'basic' },
  },
  {
    name: 'password',
    label: 'Password or API token',
    help: 'Kept in the keychain.',
    kind: 'secret',
    required: true,
    onlyWhen: { field: 'authentication', is: 'basic' },
  },
  {
    name: 'token',
    label: 'Token',
    help: 'Kept in the keychain.',
    kind: 'secret',
    required: true,
    onlyWhen: { field: 'authentication', is: 'bearer' },
  },
  preset('body', 'Ticket', 'The JSON that opens a ticket, with placeholders.', { kind: 'lines' }),
  preset('createPath', 'Path to open a ticket', 'Behind the address; the ticket is sent there by POST.'),
  preset('referenceAt', 'Number in the answer', 'Where the answer has the number of the ticket, as a.b.0.c.'),
  preset('link', 'Page of a ticket', 'Behind the address: where people look at {{reference}}.', { required: false }),
  preset(
    'searchPath',
    'Path to search by key',
    'Asked before a ticket is opened, so that none is opened twice. Left empty: the system itself must know {{key}} again.',
    { required: false },
  ),
  preset('searchAt', 'Number in the search result', 'Where the answer has the number of the ticket that was found.', {
    required: false,
  }),
  preset('statusPath', 'Path of a ticket', 'Where {{reference}} is read.'),
  preset('stateAt', 'State', 'Where the answer has the state of the ticket.'),
  preset('doneStates', 'Done is', 'States in which the change was made, separated by commas.'),
  preset('rejectedAt', 'Rejection', 'Where the answer shows that it was turned down.', { required: false }),
  preset('rejectedStates', 'Rejected is', 'What stands there when it was, separated by commas.', { required: false }),
  preset('noteAt', 'Notes', 'Where the answer has what people should read, separated by commas.', { required: false }),
  preset('testPath', 'Path for the test', 'Read by the test of the connection. It opens no ticket.'),
  {
    name: 'headers',
    label: 'Further headers',
    help: 'One a line, as Name: value, with placeholders.',
    kind: 'lines',
    required: false,
    advanced: true,
  },
  {
    name: 'idempotencyHeader',
    label: 'Header for the key',
    help: 'Carries the key of the ticket, for systems that open one ticket for each.',
    kind: 'text',
    required: false,
    advanced: true,
    initial: idempotencyHeader,
  },
  {
    name: 'expectedStatuses',
    label: 'Expected statuses',
    help: 'HTTP statuses that say that the ticket was opened.',
    kind: 'text',
    required: false,
    advanced: true,
    initial: statuses,
  },
  {
    name: 'pollMinutes',
    label: 'Look every … minutes',
    help: 'How often an open ticket is looked at.',
    kind: 'number',
    required: false,
    advanced: true,
    initial: defaults.pollMinutes,
  },
  {
    name: 'timeoutSeconds',
    label: 'Timeout in seconds',
    help: 'How long to wait for one answer.',
    kind: 'number',
    required: false,
    advanced: true,
    initial: defaults.timeoutSeconds,
  },
];

export const knownPlaceholders: readonly string[] = [...placeholders, 'project'];
const withReference: readonly string[] = [...knownPlaceholders, 'reference'];
/** What is known where a ticket is read. */
const forReading: readonly string[] = ['project', 'reference'];

export function sampleValues(project: string): TemplateValues {
  return { ...valuesOf(sampleDraft), project };
}

const path = (known: readonly string[]) =>
  templateSchema(known, (text) =>
    !text.startsWith('/') || text.startsWith('//') || text.includes('\\')
      ? 'A path starts with one / and stands behind the address.'
      : /\s/.test(text)
        ? 'A path has no blanks; write %20.'
        : null,
  );
const place = z
  .string()
  .trim()
  .regex(
    /^[^\s,.]+(\.[^\s,.]+)*$/,
    'Write where it stands as names with dots between them, such as fields.status.name.',
  );
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .union([z.literal('').transform(() => null), schema])
    .optional()
    .transform((value) => value ?? null);
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );
const places = list.pipe(z.array(place));

const common = {
  system: z.enum(systems.map(({ value }) => value) as [System, ...System[]]),
  baseUrl: addressSchema('https://example.atlassian.net'),
  project: z
    .string()
    .trim()
    .regex(/^[\w-]{1,80}$/, 'Enter the key of the project or the name of the table: letters, digits, - and _.'),
  body: templateSchema(knownPlaceholders, (template) => jsonProblem(template, sampleValues('PROJECT'))),
  createPath: path(knownPlaceholders),
  referenceAt: place,
  link: optional(path(withReference)),
  searchPath: optional(path(knownPlaceholders)),
  searchAt: optional(place),
  statusPath: path(forReading),
  stateAt: place,
  doneStates: list.pipe(z.array(z.string()).min(1, 'Enter at least one state.')),
  rejectedAt: optional(place),
  rejectedStates: list,
  noteAt: places,
  testPath: path(knownPlaceholders),
  headers: headersSchema(knownPlaceholders).default([]),
  idempotencyHeader: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9-]*$/, 'A header is letters, digits and -.')
    .default(idempotencyHeader),
  expectedStatuses: z.preprocess((value) => (value === '' || value === undefined ? statuses : value), statusesSchema),
  pollMinutes: optionalNumber(1, 24 * 60, defaults.pollMinutes),
  timeoutSeconds: optionalNumber(1, 90, defaults.timeoutSeconds),
};

export const ticketConfiguration = z
  .discriminatedUnion('authentication', [
    z.object({ ...common, authentication: z.literal('bearer') }),
    z.object({
      ...common,
      authentication: z.literal('basic'),
      // RFC 7617 section 2: the user-id ends at the first colon, so it cannot hold one.
      username: z
        .string()
        .min(1, 'Enter the user name.')
        .regex(/^[^:]*$/, 'A user name for this kind of sign-in cannot hold a colon.'),
    }),
  ])
  .refine(({ searchPath, searchAt }) => searchPath === null || searchAt !== null, {
    path: ['searchAt'],
    message: 'Say where the answer to the search has the number.',
  });

/** `baseUrl` has no trailing slash. */
export type TicketConfiguration = Readonly<z.output<typeof ticketConfiguration>>;
