/**
 * What a connector says of itself, as data: the console draws its form from it and the docs list it.
 */

/** One field of a connection's form. Fields of kind `secret` go to the keychain and are never read back. */
export interface ConnectorField {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  /** `folder` is the full path of one on the machine that runs the connector. `lines` takes several lines, e.g. a certificate or a template; so does a secret marked `multiline`. */
  readonly kind: 'text' | 'lines' | 'url' | 'folder' | 'number' | 'choice' | 'secret';
  readonly required: boolean;
  /** Of a field of kind `url`: the schemes it takes, without the colon. Left out: `https` and `http`. */
  readonly schemes?: readonly string[];
  /**
   * Says how well a credential is protected on its way. Like an address: with another value, the credential that the
   * keychain holds is not used, and must be entered again.
   */
  readonly guardsSecrets?: boolean;
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  readonly initial?: string | number;
  /**
   * What is suggested instead while another field has one of these values. Choosing another value there fills this
   * field anew, unless a person changed it.
   */
  readonly initialWhen?: { readonly field: string; readonly values: Readonly<Record<string, string>> };
  /** Shown behind "Details": what is filled in suits most. */
  readonly advanced?: boolean;
  readonly placeholder?: string;
  /** A secret of several lines, e.g. a private key. */
  readonly multiline?: boolean;
  /** Shown only while another field has this value; of several conditions one is enough. */
  readonly onlyWhen?: FieldCondition | readonly FieldCondition[] | undefined;
}

export interface FieldCondition {
  readonly field: string;
  readonly is: string;
}

/** Whether a field is asked for with these values of the others. */
export function isAsked({ onlyWhen }: Pick<ConnectorField, 'onlyWhen'>, valueOf: (name: string) => unknown): boolean {
  if (onlyWhen === undefined) return true;
  const conditions: readonly FieldCondition[] = 'field' in onlyWhen ? [onlyWhen] : onlyWhen;
  return conditions.some(({ field, is }) => valueOf(field) === is);
}

/** What keeps a text from being an address of this field, in words for people; null when nothing does. */
export function addressProblem(
  { schemes = ['https', 'http'] }: { readonly schemes?: readonly string[] | undefined },
  text: string,
): string | null {
  const scheme = URL.canParse(text) ? new URL(text).protocol.slice(0, -1) : '';
  if (schemes.includes(scheme)) return null;
  return `Enter a full address that starts with ${schemes.map((name) => `${name}://`).join(' or ')}.`;
}

/** What keeps a text from being the path of a folder, in words for people; null when nothing does. */
export function folderProblem(text: string): string | null {
  const isFull = /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(text);
  // A path that climbs says something else than it seems to.
  const climbs = text.split(/[\\/]/).includes('..');
  return isFull && !climbs && !/\p{C}/u.test(text) ? null : 'Enter the full path of a folder, without “..” in it.';
}

/** What a connector can do, derived from the abilities its code has. */
export const connectorCapabilities = [
  'test',
  'discover',
  'createAccount',
  'updateAccount',
  'disableAccount',
  'enableAccount',
  'deleteAccount',
  'grant',
  'revoke',
  'read',
  'openTicket',
  'readTicket',
  'takeReport',
] as const;
export type ConnectorCapability = (typeof connectorCapabilities)[number];

/**
 * What happens when an effect is performed twice. `idempotent`: the application itself makes one of two.
 * `checkThenAct`: the connector looks first, so two at the same moment may both act. `irreversible`: what is
 * done cannot be taken back, e.g. an invitation that was sent.
 */
export type EffectClass = 'idempotent' | 'checkThenAct' | 'irreversible';

/** An attribute of a person that accounts of this kind of application are made from. */
export interface AccountAttribute {
  /** A name of `AccountDraft`. */
  readonly name:
    | 'username'
    | 'email'
    | 'displayName'
    | 'firstName'
    | 'lastName'
    | 'department'
    | 'jobTitle'
    | 'employeeId';
  /** What it becomes in the application, in words of that application. */
  readonly becomes: string;
  readonly required: boolean;
}

export interface ConnectorDescription {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly fields: readonly ConnectorField[];
  readonly capabilities: readonly ConnectorCapability[];
  /** What the credential must be allowed to do in the application, in words of that application. */
  readonly requiredPermissions: readonly string[];
  readonly accountAttributes: readonly AccountAttribute[];
  /** The application itself ends a grant at its end time. Our own due task removes it in any case. */
  readonly nativeExpiry: boolean;
  /** New accounts get a first password, which whoever hands it over takes from the keychain. */
  readonly takesInitialPassword?: boolean;
  /** By ability that changes something; abilities the connector lacks are left out. */
  readonly effects: Readonly<Partial<Record<ConnectorCapability, EffectClass>>>;
  readonly limits: {
    /** How many effects may be performed at once. */
    readonly concurrency: number;
    /** How many may be started in a second; null: the application says itself when it is too much. */
    readonly effectsPerSecond: number | null;
  };
}

/** One check of a connection test, in the order they were made. */
export interface ConnectionCheck {
  readonly name: string;
  readonly passed: boolean;
  /** What was seen; when it failed, what to do about it. Never a secret. */
  readonly message: string;
}

export interface ConnectionTest {
  readonly passed: boolean;
  readonly checks: readonly ConnectionCheck[];
}
