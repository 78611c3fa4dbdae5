/**
 * What a connector says of itself, as data: the console draws its form from it and the docs list it.
 */

/** One field of a connection's form. Fields of kind `secret` go to the keychain and are never read back. */
export interface ConnectorField {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly kind: 'text' | 'url' | 'number' | 'choice' | 'secret';
  readonly required: boolean;
  readonly choices?: readonly { readonly value: string; readonly label: string }[];
  readonly initial?: string | number;
  readonly placeholder?: string;
  /** Shown, and required, only while another field has this value. */
  readonly onlyWhen?: { readonly field: string; readonly is: string };
}

/** What a connector can do, derived from the abilities its code has. */
export const connectorCapabilities = ['test', 'discover', 'createAccount', 'grant', 'revoke', 'read'] as const;
export type ConnectorCapability = (typeof connectorCapabilities)[number];

export interface ConnectorDescription {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly fields: readonly ConnectorField[];
  readonly capabilities: readonly ConnectorCapability[];
  /** What the credential must be allowed to do in the application, in words of that application. */
  readonly requiredPermissions: readonly string[];
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
