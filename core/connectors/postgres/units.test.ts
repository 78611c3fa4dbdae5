/** The parts that need no server: the form, names and patterns, the verifier, and what a fault means. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capabilitiesOf } from '#core/connectors/connector.ts';
import { connectorNamed } from '#core/connectors/registry.ts';
import { postgresConfiguration } from './configuration.ts';
import { failureOf } from './faults.ts';
import { fits, problemOfName, quotedName, quotedText } from './identifiers.ts';
import { postgresConnector } from './index.ts';
import { scramVerifier } from './scram.ts';

const least = { address: 'postgres://db.example.com/', username: 'gatehouse', tls: 'verify-full' };
const parse = (more: Readonly<Record<string, unknown>>) => postgresConfiguration.safeParse({ ...least, ...more });

describe('the form', () => {
  it('fills in what was left out, also as an emptied field', () => {
    for (const more of [
      {},
      { timeoutSeconds: '', pageSize: null, offered: '', passwordEnds: '', systemIdentifier: ' ' },
    ]) {
      expect(parse(more).data).toEqual({
        address: 'postgres://db.example.com:5432/postgres',
        host: 'db.example.com',
        port: 5432,
        database: 'postgres',
        username: 'gatehouse',
        tls: 'verify-full',
        certificateAuthority: '',
        roleNames: 'username',
        emailDomain: '',
        offered: [],
        alsoOffered: [],
        passwordEnds: 'never',
        systemIdentifier: '',
        timeoutSeconds: 30,
        pageSize: 500,
      });
    }
  });

  it.each([
    ['postgresql://DB.example.com:6432/my%20db', 'postgres://db.example.com:6432/my%20db', 'my db'],
    ['postgres://[::1]/x', 'postgres://[::1]:5432/x', 'x'],
    ['postgres://10.0.0.7', 'postgres://10.0.0.7:5432/postgres', 'postgres'],
  ])('takes the address %s', (address, written, database) => {
    expect(parse({ address }).data).toMatchObject({ address: written, database });
  });

  it.each([
    '',
    'db.example.com',
    'https://db.example.com',
    'postgres://',
    'postgres:///x',
    'postgres://user@db.example.com/',
    'postgres://user:secret@db.example.com/',
    'postgres://db.example.com/?sslmode=disable',
    'postgres://db.example.com/#x',
    'postgres://db.example.com/%zz',
    'postgres://db%2fexample/x',
    'postgres://a,b/x',
  ])('does not take the address %j, with a sentence', (address) => {
    const message = parse({ address }).error?.issues[0]?.message ?? '';
    expect(message).toMatch(/\.$/);
    expect(message).not.toContain('secret');
  });

  it('goes without TLS to this machine alone', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]'])
      expect(parse({ tls: 'plain', address: `postgres://${host}/` }).success).toBe(true);
    for (const host of ['db.example.com', '10.0.0.1', 'localhost.evil.example', '127.0.0.1.evil.example'])
      expect(parse({ tls: 'plain', address: `postgres://${host}/` }).success).toBe(false);
    expect(parse({ tls: 'none' }).success).toBe(false);
  });

  it('asks for what the chosen options need', () => {
    expect(parse({ roleNames: 'localPart' }).success).toBe(false);
    expect(parse({ roleNames: 'localPart', emailDomain: '@Example.COM' }).data).toMatchObject({
      emailDomain: 'example.com',
    });
    expect(parse({ certificateAuthority: 'not a certificate' }).success).toBe(false);
    expect(parse({ systemIdentifier: 'abc' }).success).toBe(false);
    expect(parse({ username: '' }).success).toBe(false);
  });

  it('has a field for every part of the configuration, and the connector does what it says', () => {
    const connector = postgresConnector.open({ configuration: parse({}).data!, secrets: { password: 'x' } });
    expect(connectorNamed('postgres')).toBe(postgresConnector);
    expect(capabilitiesOf(connector)).toEqual(postgresConnector.description.capabilities);
    const { host, port, database, ...fields } = parse({}).data!;
    expect(postgresConnector.description.fields.map(({ name }) => name).toSorted()).toEqual(
      [...Object.keys(fields), 'password'].toSorted(),
    );
    expect([host, port, database]).toEqual(['db.example.com', 5432, 'postgres']);
    expect(connector.source).toBe('postgres://db.example.com:5432/postgres');
  });
});

describe('names', () => {
  it('are quoted so that no text can end them early', () => {
    expect(quotedName('a"b')).toBe('"a""b"');
    expect(quotedName('back\\slash')).toBe('"back\\slash"');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 15 }), (name) => {
        fc.pre(problemOfName(name) === null);
        expect(quotedName(name).slice(1, -1).replaceAll('""', '')).not.toContain('"');
        expect(quotedName(name).slice(1, -1).replaceAll('""', '"')).toBe(name);
      }),
    );
  });

  it('that the server would cut off or cannot keep are refused', () => {
    expect(problemOfName('x'.repeat(63))).toBeNull();
    for (const name of ['', 'x'.repeat(64), '名'.repeat(22), 'a\0b', '\udc00']) {
      expect(problemOfName(name)).toMatch(/\.$/);
      expect(() => quotedName(name)).toThrow(RangeError);
    }
  });

  it('and texts with quotes and backslashes stay one text', () => {
    expect(quotedText("o'neil")).toBe("'o''neil'");
    expect(quotedText("a\\'b")).toBe("E'a\\\\''b'");
    expect(() => quotedText('a\0')).toThrow(RangeError);
  });

  it.each([
    ['app_sales', 'app_*', true],
    ['app_sales', '*sales', true],
    ['app_sales', 'a*_*s', true],
    ['app_sales', 'app_sales', true],
    ['app_sales', '*', true],
    ['app_sales', 'app', false],
    ['app_sales', 'app%', false],
    ['app_sales', 'app?sales', false],
    ['appXsales', 'app_sales', false],
    ['aba', 'ab*ba', false],
    ['axbxc', 'a*b*b*c', false],
    ['a.c', 'a.c', true],
    ['abc', 'a.c', false],
  ])('%s against the pattern %s: %s', (name, pattern, expected) => {
    expect(fits(name, pattern)).toBe(expected);
  });
});

describe('the verifier of a password', () => {
  it('is the one of RFC 7677 for its example', () => {
    expect(scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'))).toBe(
      'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
    );
  });

  it('has a salt of its own each time, and is not made of what clients would write differently', () => {
    expect(scramVerifier('pencil')).not.toBe(scramVerifier('pencil'));
    expect(scramVerifier('bleistift™')).toBeNull();
    expect(scramVerifier('')).toBeNull();
  });
});

describe('what a fault means', () => {
  const server = (code: string) => Object.assign(new Error('said so'), { code, severity: 'ERROR' });
  const network = (code: string) => Object.assign(new Error('failed'), { code });

  it.each([
    [server('28P01'), 'needsPerson'],
    [server('28000'), 'needsPerson'],
    [server('3D000'), 'needsPerson'],
    [server('42501'), 'needsPerson'],
    [server('08006'), 'retryable'],
    [server('57P01'), 'retryable'],
    [server('57P03'), 'retryable'],
    [server('57014'), 'retryable'],
    [server('40001'), 'retryable'],
    [server('40P01'), 'retryable'],
    [server('53300'), 'retryable'],
    [server('55P03'), 'retryable'],
    [server('25006'), 'retryable'],
    [server('XX000'), 'retryable'],
    [server('42704'), 'notFound'],
    [server('2BP01'), 'refused'],
    [server('0LP01'), 'refused'],
    [server('42601'), 'refused'],
    [network('ECONNREFUSED'), 'retryable'],
    [network('EPIPE'), 'retryable'],
    [network('ENOTFOUND'), 'retryable'],
    [network('ERR_TLS_CERT_ALTNAME_INVALID'), 'needsPerson'],
    [network('SELF_SIGNED_CERT_IN_CHAIN'), 'needsPerson'],
    [new Error('Query read timeout'), 'retryable'],
    ['a text', 'retryable'],
  ])('%o is %s', (thrown, kind) => {
    const failure = failureOf(thrown, 'db.example.com:5432', []);
    expect(failure.kind).toBe(kind);
    expect(failure.message).not.toBe('');
  });

  it('is told in one line, without a secret', () => {
    const thrown = Object.assign(new Error('wrong: hunter2-secret\n\tline 2'), { code: '42601', severity: 'ERROR' });
    const { message } = failureOf(thrown, 'db', ['hunter2-secret']);
    expect(message).toContain('wrong: (secret) line 2');
  });
});
