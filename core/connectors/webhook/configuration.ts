/** What a webhook connection needs to know: the form the console draws, and the schema that parses it. */
import { z } from 'zod';
import type { ConnectorField } from '#core/domain/connector.ts';
import { optionalNumber } from '../form-values.ts';
import { addressSchema, headersSchema, statusesSchema, templateSchema } from '../outbound-fields.ts';
import { jsonProblem } from '../text-template.ts';
import { placeholders, sampleDraft, valuesOf } from '../ticket-values.ts';

const defaults = { pollMinutes: 5, timeoutSeconds: 30 } as const;
const statuses = '200-299';

const body = `{
  "type": "access.{{action}}",
  "key": "{{key}}",
  "request": { "number": {{requestNumber}}, "justification": "{{justification}}", "requester": "{{requesterEmail}}" },
  "person": { "name": "{{personName}}", "email": "{{personEmail}}", "employeeId": "{{personEmployeeId}}" },
  "account": "{{accountUsername}}",
  "application": "{{applicationName}}",
  "entitlement": { "id": "{{entitlementId}}", "name": "{{entitlementName}}", "kind": "{{entitlementKind}}" },
  "dueAt": "{{dueAt}}",
  "endsAt": "{{endsAt}}"
}`;

export const webhookFields: readonly ConnectorField[] = [
  {
    name: 'url',
    label: 'Address',
    help: 'Where calls are sent. They go there and nowhere else.',
    kind: 'url',
    required: true,
    placeholder: 'https://hooks.example.com/access',
  },
  {
    name: 'method',
    label: 'Method',
    help: 'The HTTP method of the calls.',
    kind: 'choice',
    required: true,
    choices: ['POST', 'PUT', 'PATCH'].map((value) => ({ value, label: value })),
    initial: 'POST',
  },
  {
    name: 'signingSecret',
    label: 'Signing secret',
    help: 'Signs every call, so that the receiver knows it is from here: whsec_ and 24 to 64 bytes in Base64. Kept in the keychain.',
    kind: 'secret',
    required: true,
  },
  {
    name: 'authentication',
    label: 'Authentication',
    help: 'What the receiver asks for besides the signature.',
    kind: 'choice',
    required: true,
    choices: [
      { value: 'none', label: 'Nothing more' },
      { value: 'bearer', label: 'Bearer token' },
    ],
    initial: 'none',
  },
  {
    name: 'token',
    label: 'Token',
    help: 'Kept in the keychain.',
    kind: 'secret',
    required: true,
    onlyWhen: { field: 'authentication', is: 'bearer' },
  },
  {
    name: 'confirmation',
    label: 'Done when',
    help: 'How Gatehouse learns that the change was made.',
    kind: 'choice',
    required: true,
    choices: [
      { value: 'answer', label: 'The call was answered with success' },
      { value: 'callback', label: 'The receiver calls back' },
      { value: 'poll', label: 'A status address says so' },
    ],
    initial: 'answer',
  },
  {
    name: 'callbackSecret',
    label: 'Secret of the receiver',
    help: 'What the receiver signs its calls with: another one than the signing secret, of the same form. Kept in the keychain.',
    kind: 'secret',
    required: true,
    onlyWhen: { field: 'confirmation', is: 'callback' },
  },
  {
    name: 'statusUrl',
    label: 'Status address',
    help: 'Read, signed, until it says done or rejected. With {{reference}}, the reference of the answer to the call.',
    kind: 'url',
    required: true,
    placeholder: 'https://hooks.example.com/access/{{reference}}',
    onlyWhen: { field: 'confirmation', is: 'poll' },
  },
  {
    name: 'pollMinutes',
    label: 'Look every … minutes',
    help: 'How often the status address is read.',
    kind: 'number',
    required: false,
    initial: defaults.pollMinutes,
    onlyWhen: { field: 'confirmation', is: 'poll' },
  },
  {
    name: 'bodyFormat',
    label: 'Format',
    help: 'How the values are escaped in the body.',
    kind: 'choice',
    required: true,
    choices: [
      { value: 'json', label: 'JSON' },
      { value: 'form', label: 'Form (a=1&b=2)' },
    ],
    initial: 'json',
    advanced: true,
  },
  {
    name: 'body',
    label: 'Body',
    help: 'What is sent, with placeholders.',
    kind: 'lines',
    required: true,
    initial: body,
    initialWhen: {
      field: 'bodyFormat',
      values: {
        json: body,
        form: 'action={{action}}&key={{key}}&person={{personEmail}}&application={{applicationName}}&entitlement={{entitlementId}}&endsAt={{endsAt}}',
      },
    },
    advanced: true,
  },
  {
    name: 'headers',
    label: 'Further headers',
    help: 'One a line, as Name: value, with placeholders.',
    kind: 'lines',
    required: false,
    advanced: true,
  },
  {
    name: 'expectedStatuses',
    label: 'Expected statuses',
    help: 'HTTP statuses that mean success.',
    kind: 'text',
    required: false,
    initial: statuses,
    advanced: true,
  },
  {
    name: 'timeoutSeconds',
    label: 'Timeout in seconds',
    help: 'How long to wait for one answer.',
    kind: 'number',
    required: false,
    initial: defaults.timeoutSeconds,
    advanced: true,
  },
];

const common = {
  url: addressSchema('https://hooks.example.com/access', { query: true }),
  method: z.enum(['POST', 'PUT', 'PATCH']).default('POST'),
  authentication: z.enum(['none', 'bearer']).default('none'),
  bodyFormat: z.enum(['json', 'form']).default('json'),
  body: templateSchema(placeholders),
  headers: headersSchema(placeholders).default([]),
  expectedStatuses: z.preprocess((value) => (value === '' || value === undefined ? statuses : value), statusesSchema),
  timeoutSeconds: optionalNumber(1, 90, defaults.timeoutSeconds),
};

export const webhookConfiguration = z
  .discriminatedUnion('confirmation', [
    z.object({ ...common, confirmation: z.literal('answer') }),
    z.object({ ...common, confirmation: z.literal('callback') }),
    z.object({
      ...common,
      confirmation: z.literal('poll'),
      statusUrl: addressSchema('https://hooks.example.com/access/{{reference}}', { query: true }).pipe(
        templateSchema(['reference'], (text) =>
          /^[^/]+\/\/[^/]*\{\{/.test(text) ? 'A placeholder cannot be part of the host.' : null,
        ),
      ),
      pollMinutes: optionalNumber(1, 24 * 60, defaults.pollMinutes),
    }),
  ])
  .superRefine(({ bodyFormat, body: template }, context) => {
    const message = bodyFormat === 'json' ? jsonProblem(template, valuesOf(sampleDraft)) : null;
    if (message !== null) context.addIssue({ code: 'custom', path: ['body'], message });
  });

export type WebhookConfiguration = Readonly<z.output<typeof webhookConfiguration>>;
