import { describe, expect, it } from 'vitest';
import type { ConnectorView } from '#core/contract/index.ts';
import {
  changed,
  fieldProblems,
  initialValues,
  toPayload,
  visibleFields,
  type ConnectionValues,
} from './connection-fields.ts';

const scim: ConnectorView = {
  name: 'scim',
  title: 'SCIM 2.0',
  summary: '',
  capabilities: ['test'],
  requiredPermissions: [],
  accountAttributes: [],
  nativeExpiry: false,
  effects: {},
  limits: { concurrency: 1, effectsPerSecond: null },
  fields: [
    { name: 'baseUrl', label: 'Base address', help: '', kind: 'url', required: true },
    {
      name: 'authentication',
      label: 'Authentication',
      help: '',
      kind: 'choice',
      required: true,
      initial: 'bearer',
      choices: [
        { value: 'bearer', label: 'Bearer token' },
        { value: 'basic', label: 'Basic' },
      ],
    },
    {
      name: 'token',
      label: 'Token',
      help: '',
      kind: 'secret',
      required: true,
      onlyWhen: { field: 'authentication', is: 'bearer' },
    },
    {
      name: 'username',
      label: 'User name',
      help: '',
      kind: 'text',
      required: true,
      onlyWhen: { field: 'authentication', is: 'basic' },
    },
    { name: 'pageSize', label: 'Page size', help: '', kind: 'number', required: false, initial: 100 },
  ],
};
const names = (fields: readonly { readonly name: string }[]): string[] => fields.map((field) => field.name);

describe('a connection form', () => {
  it('starts from what is saved, else from what the connector suggests, and never shows a secret', () => {
    expect(initialValues(scim, { baseUrl: 'https://a.example', token: 'leak', pageSize: 50 })).toEqual({
      baseUrl: 'https://a.example',
      authentication: 'bearer',
      token: '',
      username: '',
      pageSize: '50',
    });
  });

  it('shows a field with a condition only while the condition holds', () => {
    expect(names(visibleFields(scim, { authentication: 'bearer' }))).toEqual([
      'baseUrl',
      'authentication',
      'token',
      'pageSize',
    ]);
    expect(names(visibleFields(scim, { authentication: 'basic' }))).toContain('username');
  });

  it('shows a field with several conditions while one of them holds, and asks for it only where it is required', () => {
    const text = { help: '', kind: 'text' } as const;
    const ldap: ConnectorView = {
      ...scim,
      fields: [
        { ...text, name: 'schema', label: 'Schema', required: true },
        { ...text, name: 'kind', label: 'Kind', required: false, onlyWhen: { field: 'schema', is: 'names' } },
        {
          ...text,
          name: 'shell',
          label: 'Shell',
          required: false,
          onlyWhen: [
            { field: 'schema', is: 'unix' },
            { field: 'kind', is: 'login' },
          ],
        },
      ],
    };
    const shown = (values: ConnectionValues) => names(visibleFields(ldap, values));
    expect(shown({ schema: 'names', kind: 'person' })).toEqual(['schema', 'kind']);
    expect(shown({ schema: 'names', kind: 'login' })).toEqual(['schema', 'kind', 'shell']);
    expect(shown({ schema: 'unix', kind: '' })).toEqual(['schema', 'shell']);
    // What was chosen in a field that does not show any more says nothing.
    expect(shown({ schema: 'other', kind: 'login' })).toEqual(['schema']);
    expect(fieldProblems(ldap, { schema: 'names', kind: 'login', shell: '' }, {})).toEqual({});
  });

  it('hides a field whose governing field is hidden itself, and survives a circle', () => {
    const circle: ConnectorView = {
      ...scim,
      fields: [
        { name: 'a', label: 'A', help: '', kind: 'text', required: false, onlyWhen: { field: 'b', is: 'x' } },
        { name: 'b', label: 'B', help: '', kind: 'text', required: false, onlyWhen: { field: 'a', is: 'x' } },
      ],
    };
    expect(visibleFields(circle, { a: 'x', b: 'x' })).toEqual([]);
  });

  it('fills in what another choice suggests, and keeps what a person wrote', () => {
    const tickets: ConnectorView = {
      ...scim,
      fields: [
        { name: 'system', label: 'System', help: '', kind: 'choice', required: true, initial: 'jira' },
        ...['path', 'search'].map((name): ConnectorView['fields'][number] => ({
          name,
          label: name,
          help: '',
          kind: 'text',
          required: name === 'path',
          initial: `/jira/${name}`,
          initialWhen: { field: 'system', values: { jira: `/jira/${name}`, other: `/other/${name}` } },
        })),
      ],
    };
    const first = initialValues(tickets, null);
    const other = changed(tickets, first, 'system', 'other');
    expect(other).toEqual({ system: 'other', path: '/other/path', search: '/other/search' });
    const own = changed(tickets, changed(tickets, other, 'path', '/mine'), 'system', 'jira');
    expect(own).toEqual({ system: 'jira', path: '/mine', search: '/jira/search' });
    // Emptied on purpose and saved so: it stays empty.
    expect(initialValues(tickets, { system: 'jira', path: '/jira/path' })['search']).toBe('');
  });

  it('asks for what is missing, but not for a secret that the keychain has', () => {
    const values = { baseUrl: 'ftp://a.example', authentication: 'bearer', token: '', pageSize: 'many' };
    expect(Object.keys(fieldProblems(scim, values, {}))).toEqual(['baseUrl', 'token', 'pageSize']);
    expect(fieldProblems(scim, { ...values, baseUrl: 'https://a.example', pageSize: '' }, { token: true })).toEqual({});
  });

  it('takes an address of the schemes that the connector names, and of the web where it names none', () => {
    const problemOf = (baseUrl: string, schemes?: readonly string[]) => {
      const field = { ...scim.fields[0]!, ...(schemes === undefined ? {} : { schemes }) };
      return fieldProblems({ ...scim, fields: [field] }, { baseUrl }, {})['baseUrl'];
    };
    expect(problemOf('https://a.example')).toBeUndefined();
    expect(problemOf('ldaps://a.example')).toBe('Enter a full address that starts with https:// or http://.');
    expect(problemOf('ldaps://a.example', ['ldaps', 'ldap'])).toBeUndefined();
    expect(problemOf('https://a.example', ['ldaps', 'ldap'])).toBe(
      'Enter a full address that starts with ldaps:// or ldap://.',
    );
    expect(problemOf('a.example', ['ldaps'])).toBe('Enter a full address that starts with ldaps://.');
  });

  it('sends only what shows, numbers as numbers, and a secret only when it was typed', () => {
    const values = {
      baseUrl: ' https://a.example ',
      authentication: 'bearer',
      token: ' s ',
      username: 'old',
      pageSize: '20',
    };
    expect(toPayload(scim, values)).toEqual({
      configuration: { baseUrl: 'https://a.example', authentication: 'bearer', pageSize: 20 },
      secrets: { token: ' s ' },
    });
    expect(toPayload(scim, { ...values, token: '' }).secrets).toEqual({});
  });
});
