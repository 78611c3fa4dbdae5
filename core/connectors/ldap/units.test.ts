/** Names, filters, ids, result codes and the form, without a server. */
import { EqualityFilter, SearchEntry, SubstringFilter, type Attribute } from 'ldapts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfGuid, entryOf, guidOf, idFilter, relativeId } from './entries.ts';
import { failureOfCode, failureOfNetwork } from './faults.ts';
import { isAsked } from '#core/domain/connector.ts';
import { personDraft } from '#core/testing/ldap-testbed.ts';
import { contextOf, ldapConnector } from './index.ts';
import { escapeDnValue, escapeFilterValue, isWithin, normalDn, parseDn, parseFilter } from './names.ts';
import { newAccount } from './new-account.ts';

describe('a value in a DN (RFC 4514)', () => {
  it.each([
    ['plain', 'plain'],
    ['Doe, "J"', String.raw`Doe\, \"J\"`],
    [' both ', String.raw`\20both\20`],
    ['#hash', String.raw`\23hash`],
    ['a#b', 'a#b'],
    ['a+b;c<d>e=f\\', String.raw`a\+b\;c\<d\>e\=f\\`],
    ['nul\0', String.raw`nul\00`],
    ['名前', '名前'],
    [' ', String.raw`\20`],
    ['*', '*'],
  ])('%j is written %j', (value, written) => {
    expect(escapeDnValue(value)).toBe(written);
  });

  it('comes back whole, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ minLength: 1 }), (first, second) => {
        const dn = `cn=${escapeDnValue(first)}+uid=${escapeDnValue(second)},dc=example`;
        expect(parseDn(dn)).toEqual([
          [
            { type: 'cn', value: first },
            { type: 'uid', value: second },
          ],
          [{ type: 'dc', value: 'example' }],
        ]);
      }),
    );
  });
});

describe('two spellings of a DN', () => {
  it.each([
    ['CN=Ada , DC=Example', 'cn=ada,dc=example'],
    [String.raw`cn=a\2cb,dc=x`, String.raw`cn=a\,b,dc=x`],
    ['cn="a,b",dc=x', String.raw`cn=a\,b,dc=x`],
    [String.raw`cn=\c3\a4,dc=x`, 'cn=Ä,dc=x'],
    ['uid=1+cn=a,dc=x', 'cn=A+uid=1,dc=x'],
    ['cn=a  b,dc=x', 'cn=a b,dc=x'],
    ['OID.2.5.4.3=a', '2.5.4.3=A'],
  ])('%j and %j are one', (first, second) => {
    expect(normalDn(first)).toBe(normalDn(second));
  });

  it('are two where they differ', () => {
    expect(normalDn(String.raw`cn=a\,dc=x`)).not.toBe(normalDn('cn=a,dc=x'));
    expect(isWithin(String.raw`cn=evil\,ou=people,dc=x`, 'ou=people,dc=x')).toBe(false);
    expect(isWithin('cn=a,OU=People, DC=x', 'ou=people,dc=x')).toBe(true);
  });

  it.each(['nonsense', 'cn', 'cn=a\\', 'cn="a', '=a', 'cn=a,,dc=x', 'cn=a+'])('%j is none', (text) => {
    expect(parseDn(text)).toBeNull();
  });
});

describe('a value in a filter (RFC 4515)', () => {
  it.each([
    ['50% (a*)', String.raw`50% \28a\2a\29`],
    ['back\\slash', String.raw`back\5cslash`],
    ['nul\0', String.raw`nul\00`],
    ['"quoted", Ünï 名前', '"quoted", Ünï 名前'],
  ])('%j is written %j', (value, written) => {
    expect(escapeFilterValue(value)).toBe(written);
  });

  it('comes back whole from a filter somebody wrote, also as escaped bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (value) => {
        expect(parseFilter(`(cn=${escapeFilterValue(value)})`)).toMatchObject({ attribute: 'cn', value });
        const bytes = [...Buffer.from(value, 'utf8')].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
        const parsed = parseFilter(`(cn=${bytes})`);
        expect(parsed).toBeInstanceOf(EqualityFilter);
        expect(parsed).toMatchObject({ value });
      }),
    );
  });

  it('keeps a wildcard that was meant as one', () => {
    expect(parseFilter('cn=a*')).toBeInstanceOf(SubstringFilter);
    expect(parseFilter(String.raw`(cn=a\2a)`)).toMatchObject({ value: 'a*' });
  });
});

describe('an id', () => {
  it('is the GUID that other tools show for the bytes of the directory', () => {
    const bytes = Buffer.from('33221100554477668899aabbccddeeff', 'hex');
    expect(guidOf(bytes)).toBe('00112233-4455-6677-8899-aabbccddeeff');
    expect(bytesOfGuid('00112233-4455-6677-8899-AABBCCDDEEFF')).toEqual(bytes);
  });

  it.each([
    ['*', 'entryUUID'],
    ['cn=admin', 'entryUUID'],
    ['', 'nsUniqueId'],
    ['not-a-guid', 'objectGUID'],
  ])('%j as %s can be nobody', (id, attribute) => {
    expect(idFilter(id, attribute)).toBeNull();
  });

  it('is the last number of a security identifier', () => {
    expect(
      relativeId(Buffer.from('010500000000000515000000aabbccdd11223344556677880102 0000'.replace(' ', ''), 'hex')),
    ).toBe('513');
    expect(relativeId(undefined)).toBeNull();
  });
});

describe('an attribute given in parts', () => {
  const entry = (type: string, values: readonly string[]) =>
    entryOf(
      new SearchEntry({
        messageId: 1,
        name: 'cn=x',
        attributes: [{ type, parsedBuffers: values.map((value) => Buffer.from(value)) } as unknown as Attribute],
      }),
    );

  it('says where it goes on', () => {
    expect(entry('member;range=0-1499', ['a']).range('Member')).toEqual({ values: ['a'], next: 1500 });
    expect(entry('member;range=1500-*', ['b']).range('member')).toEqual({ values: ['b'], next: null });
    expect(entry('member', ['c']).range('member')).toBeNull();
    expect(entry('MEMBER', ['c']).texts('member')).toEqual(['c']);
  });
});

describe('a result code', () => {
  it.each([
    [49, 'needsPerson'],
    [50, 'needsPerson'],
    [10, 'needsPerson'],
    [4, 'needsPerson'],
    [8, 'needsPerson'],
    [13, 'needsPerson'],
    [51, 'retryable'],
    [52, 'retryable'],
    [3, 'retryable'],
    [1, 'retryable'],
    [80, 'retryable'],
    [19, 'refused'],
    [65, 'refused'],
    [53, 'refused'],
    [21, 'refused'],
    [999, 'refused'],
  ])('%i is %s, whatever the text beside it says', (code, kind) => {
    expect(failureOfCode(code, 'busy invalidCredentials noSuchObject')).toMatchObject({ kind });
  });

  it('comes with one line of what the server said', () => {
    expect(failureOfCode(19, `line\none ${'x'.repeat(500)}`).message).toMatch(/line one x+…\)\.$/);
  });
});

describe('a line that fails', () => {
  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', 'needsPerson'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'needsPerson'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'needsPerson'],
    ['ECONNREFUSED', 'retryable'],
    ['ENOTFOUND', 'retryable'],
    ['ECONNRESET', 'retryable'],
  ])('with %s is %s', (code, kind) => {
    expect(failureOfNetwork(Object.assign(new Error('x'), { code }), 'ldap.example.com')).toMatchObject({ kind });
  });
});

describe('a first password', () => {
  it.each(['activeDirectory', 'groupOfNames', 'posixGroup'])('is shown by no log of a request (%s)', (schema) => {
    const configuration = ldapConnector.configuration.parse({
      address: 'ldaps://ldap.example.com',
      encryption: 'tls',
      bindDn: 'cn=gatehouse,dc=example',
      schema,
      accountsBase: 'dc=example',
      groupsBase: 'dc=example',
    });
    const draft = personDraft('ada', { initialPassword: 'F1rst' });
    const written = JSON.stringify(newAccount(draft, 'ada', 1, contextOf(configuration, { password: 'x' })));
    expect(written).toContain('"[secret]"');
    expect(written).not.toMatch(/F1rst|SSHA|"data":/);
  });
});

describe('the form', () => {
  const form = {
    address: 'ldaps://LDAP.example.com',
    encryption: 'tls',
    bindDn: 'cn=gatehouse,dc=example,dc=com',
    schema: 'groupOfNames',
    accountsBase: 'ou=people,dc=example,dc=com',
    groupsBase: 'ou=groups,dc=example,dc=com',
  };
  const problemWith = (more: Readonly<Record<string, unknown>>): string | undefined => {
    const parsed = ldapConnector.configuration.safeParse({ ...form, ...more });
    return parsed.error && [...new Set(parsed.error.issues.map(({ path }) => String(path[0])))].join(' ');
  };

  it('asks for Unix logins, locks and principal names only where there are such', () => {
    const asked = (values: Readonly<Record<string, string>>) =>
      ['placeholderMember', 'accountKind', 'loginShell', 'disabling', 'principalSuffix'].filter((name) =>
        ldapConnector.description.fields.some(
          (field) => field.name === name && isAsked(field, (other) => values[other]),
        ),
      );
    const people = ['placeholderMember', 'accountKind', 'disabling'];
    expect(asked({ schema: 'groupOfNames', accountKind: 'inetOrgPerson' })).toEqual(people);
    expect(asked({ schema: 'groupOfUniqueNames', accountKind: 'posixAccount' })).toEqual(
      people.toSpliced(2, 0, 'loginShell'),
    );
    expect(asked({ schema: 'posixGroup' })).toEqual(['loginShell', 'disabling']);
    expect(asked({ schema: 'activeDirectory' })).toEqual(['principalSuffix']);
  });

  it('fills in what is left empty', () => {
    const emptied = {
      certificateAuthority: '',
      accountFilter: ' ',
      pageSize: '',
      disabling: '',
      disabledAttribute: null,
    };
    expect(ldapConnector.configuration.parse({ ...form, ...emptied })).toMatchObject({
      address: 'ldaps://ldap.example.com:636',
      pageSize: 500,
      timeoutSeconds: 30,
      accountNames: 'localPart',
      disabling: 'none',
    });
  });

  it.each([
    [{ address: 'https://ldap.example.com' }, 'address'],
    [{ address: 'ldap.example.com' }, 'address'],
    [{ address: 'ldaps://' }, 'address'],
    [{ address: 'ldaps://user:secret@ldap.example.com' }, 'address'],
    [{ address: 'ldaps://ldap.example.com/dc=example' }, 'address'],
    [{ address: 'ldap://ldap.example.com' }, 'encryption'],
    [{ encryption: 'startTls' }, 'encryption'],
    [{ address: 'ldap://ldap.example.com', encryption: 'plain' }, 'encryption'],
    [{ address: 'ldap://127.0.0.1.example.com', encryption: 'plain' }, 'encryption'],
    [{ certificateAuthority: 'no certificate' }, 'certificateAuthority'],
    [{ certificateAuthority: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }, 'certificateAuthority'],
    [{ accountsBase: 'people' }, 'accountsBase'],
    [{ accountsBase: '' }, 'accountsBase'],
    [{ newAccountsBase: 'ou=elsewhere,dc=example,dc=com' }, 'newAccountsBase'],
    [{ accountFilter: '(objectClass=person' }, 'accountFilter'],
    [{ groupFilter: String.raw`(objectGUID=\ff\fe)` }, 'groupFilter'],
    [{ idAttribute: 'mail' }, 'idAttribute'],
    [{ usernameAttribute: 'uid;lang-de' }, 'usernameAttribute'],
    [{ disabling: 'attribute' }, 'disabledAttribute disabledValue'],
    [{ pageSize: 5000 }, 'pageSize'],
    [{ homeDirectories: 'home' }, 'homeDirectories'],
  ])('does not take %j', (more, field) => {
    expect(problemWith(more)).toBe(field);
  });

  it.each([
    { address: 'ldap://127.0.0.1:3890', encryption: 'plain' },
    { address: 'ldap://[::1]', encryption: 'plain' },
    { address: 'ldap://ldap.example.com', encryption: 'startTls' },
    { bindDn: String.raw`CORP\gatehouse`, schema: 'activeDirectory' },
    { newAccountsBase: 'OU=new, OU=People, DC=example, DC=com' },
  ])('takes %j', (more) => {
    expect(problemWith(more)).toBeUndefined();
  });

  it('has a field for everything the schema knows, and for the password', () => {
    const names = ldapConnector.description.fields.map(({ name }) => name);
    const known = Object.keys(ldapConnector.configuration.parse(form));
    expect(names).toEqual(expect.arrayContaining(known));
    expect(new Set(names).size).toBe(names.length);
    expect(ldapConnector.description.fields.filter(({ kind }) => kind === 'secret').map(({ name }) => name)).toEqual([
      'password',
    ]);
  });
});
