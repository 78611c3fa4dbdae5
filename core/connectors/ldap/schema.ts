/**
 * How a kind of directory keeps accounts and groups: what the connector asks for, and under which names. The
 * presets are what the servers ship; every name in them can be overridden in the form.
 */
import { AndFilter, PresenceFilter, type Filter } from 'ldapts';
import type { RemoteAccount, RemoteEntitlement } from '#core/connectors/connector.ts';
import type { LdapConfiguration, SchemaName } from './configuration.ts';
import { idOf, relativeId, textOf, type Entry } from './entries.ts';
import { parseFilter } from './names.ts';

export interface LdapSchema {
  readonly activeDirectory: boolean;
  readonly accountFilter: Filter;
  readonly groupFilter: Filter;
  readonly idAttribute: string;
  readonly username: string;
  readonly email: string;
  readonly displayName: string;
  readonly department: string;
  readonly groupName: string;
  readonly member: string;
  /** What stands in the member attribute: the account's DN or its user name. */
  readonly memberIs: 'dn' | 'username';
  /** The object class demands a member, so that the last one cannot simply go (RFC 4519 sections 3.5 and 3.6). */
  readonly needsMember: boolean;
  /** How an account is disabled; null when it cannot be. */
  readonly disabling: Disabling | null;
}

export type Disabling =
  | { readonly kind: 'userAccountControl' }
  /** An attribute with a value; enabling sets `enabled`, or takes the attribute away when that is null. */
  | {
      readonly kind: 'attribute';
      readonly attribute: string;
      readonly disabled: string;
      readonly enabled: string | null;
    };

/** ACCOUNTDISABLE (MS-ADTS section 2.2.16). */
export const accountDisabled = 0x2;
/** Locked until somebody unlocks it (draft-behera-ldap-password-policy-10 section 5.3.3). */
const lockedForGood = '000001010000Z';

interface Preset {
  readonly accounts: string;
  readonly groups: string;
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly department: string;
  readonly member: string;
}

const unix = { id: 'entryUUID', username: 'uid', displayName: 'displayName', department: 'departmentNumber' };
const presets: Readonly<Record<SchemaName, Preset>> = {
  groupOfNames: {
    ...unix,
    accounts: '(objectClass=inetOrgPerson)',
    groups: '(objectClass=groupOfNames)',
    member: 'member',
  },
  groupOfUniqueNames: {
    ...unix,
    accounts: '(objectClass=inetOrgPerson)',
    groups: '(objectClass=groupOfUniqueNames)',
    member: 'uniqueMember',
  },
  posixGroup: {
    ...unix,
    accounts: '(objectClass=posixAccount)',
    groups: '(objectClass=posixGroup)',
    member: 'memberUid',
  },
  activeDirectory: {
    accounts: '(&(objectCategory=person)(objectClass=user))',
    groups: '(objectClass=group)',
    id: 'objectGUID',
    username: 'sAMAccountName',
    displayName: 'displayName',
    department: 'department',
    member: 'member',
  },
};

export function schemaOf(configuration: LdapConfiguration): LdapSchema {
  const preset = presets[configuration.schema];
  const activeDirectory = configuration.schema === 'activeDirectory';
  const username = configuration.usernameAttribute ?? preset.username;
  return {
    activeDirectory,
    // What has no user name is nobody's login: a contact, or an entry the bind account may only see the outside of.
    accountFilter: new AndFilter({
      filters: [
        parseFilter(configuration.accountFilter ?? preset.accounts),
        new PresenceFilter({ attribute: username }),
      ],
    }),
    groupFilter: parseFilter(configuration.groupFilter ?? preset.groups),
    idAttribute: configuration.idAttribute ?? preset.id,
    username,
    email: configuration.emailAttribute ?? 'mail',
    displayName: configuration.displayNameAttribute ?? preset.displayName,
    department: preset.department,
    groupName: configuration.groupNameAttribute ?? 'cn',
    member: configuration.memberAttribute ?? preset.member,
    memberIs: configuration.schema === 'posixGroup' ? 'username' : 'dn',
    needsMember: configuration.schema === 'groupOfNames' || configuration.schema === 'groupOfUniqueNames',
    disabling: disablingOf(configuration),
  };
}

function disablingOf(configuration: LdapConfiguration): Disabling | null {
  if (configuration.schema === 'activeDirectory') return { kind: 'userAccountControl' };
  if (configuration.disabling === 'ppolicy')
    return { kind: 'attribute', attribute: 'pwdAccountLockedTime', disabled: lockedForGood, enabled: null };
  const { disabledAttribute, disabledValue, enabledValue } = configuration;
  if (configuration.disabling !== 'attribute' || disabledAttribute === undefined || disabledValue === undefined)
    return null;
  return { kind: 'attribute', attribute: disabledAttribute, disabled: disabledValue, enabled: enabledValue ?? null };
}

/** Attributes of a person beyond name and address, by our word for them. */
export function personAttributes(schema: LdapSchema): Readonly<Record<string, string>> {
  return {
    firstName: 'givenName',
    lastName: 'sn',
    jobTitle: 'title',
    department: schema.department,
    employeeId: 'employeeNumber',
  };
}

/** What is asked of an account. Operational attributes come only when they are named (RFC 4511 section 4.5.1.8). */
export function accountAttributes(schema: LdapSchema): readonly string[] {
  const { disabling } = schema;
  const state = disabling === null ? [] : [disabling.kind === 'attribute' ? disabling.attribute : disabling.kind];
  return [
    schema.idAttribute,
    schema.username,
    schema.email,
    schema.displayName,
    'cn',
    ...Object.values(personAttributes(schema)),
    ...(schema.activeDirectory ? ['userPrincipalName', 'primaryGroupID'] : []),
    ...state,
  ];
}

/** What is asked of a group: never its members, which can be many. */
export function groupAttributes(schema: LdapSchema): readonly string[] {
  return [
    schema.idAttribute,
    schema.groupName,
    'description',
    ...(schema.activeDirectory ? ['objectSid', 'groupType'] : []),
  ];
}

/** Null when the entry shows no id. */
export function accountOf(entry: Entry, schema: LdapSchema): RemoteAccount | null {
  const externalId = idOf(entry, schema.idAttribute);
  const username = textOf(entry, schema.username);
  if (externalId === null || username === null) return null;
  const names = schema.activeDirectory ? ['cn', 'userPrincipalName'] : ['cn'];
  const known = [...names.map((name) => [name, name]), ...Object.entries(personAttributes(schema))] as const;
  return {
    externalId,
    username,
    email: textOf(entry, schema.email),
    displayName: textOf(entry, schema.displayName) ?? textOf(entry, 'cn'),
    active: isActive(entry, schema),
    attributes: Object.fromEntries(
      // Of several values none is the one that the directory should have.
      known.flatMap(([ours, theirs]) => {
        const [value, ...others] = entry.texts(theirs ?? '');
        return value === undefined || others.length > 0 ? [] : [[ours, value]];
      }),
    ),
  };
}

export function isActive(entry: Entry, { disabling }: LdapSchema): boolean {
  if (disabling === null) return true;
  if (disabling.kind === 'userAccountControl')
    return (Number(textOf(entry, 'userAccountControl') ?? 0) & accountDisabled) === 0;
  return textOf(entry, disabling.attribute)?.toLowerCase() !== disabling.disabled.toLowerCase();
}

export function entitlementOf(entry: Entry, schema: LdapSchema): RemoteEntitlement | null {
  const externalId = idOf(entry, schema.idAttribute);
  if (externalId === null) return null;
  return {
    externalId,
    name: textOf(entry, schema.groupName) ?? entry.dn,
    kind: kindOf(entry, schema),
    description: textOf(entry, 'description'),
  };
}

/** The sign bit of groupType tells groups that give access from mailing lists (MS-ADTS section 2.2.12). */
function kindOf(entry: Entry, schema: LdapSchema): string {
  if (!schema.activeDirectory) return 'group';
  return Number(textOf(entry, 'groupType') ?? -1) < 0 ? 'security group' : 'distribution group';
}

/** Is this the group that the account has for its primary one? Active Directory keeps that apart from `member`. */
export function isPrimaryGroup(group: Entry, account: Entry): boolean {
  const id = relativeId(group.bytes('objectSid')[0]);
  return id !== null && id === textOf(account, 'primaryGroupID');
}
