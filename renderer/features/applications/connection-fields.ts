/** A connection's form as data: which of the connector's fields show, what is missing, and what is sent. */
import { addressProblem, folderProblem, isAsked, type ConnectorView } from '#core/contract/index.ts';

type Field = ConnectorView['fields'][number];

/** What was typed, by field name. Secrets start empty: what the keychain has is never read back. */
export type ConnectionValues = Readonly<Record<string, string>>;

export interface ConnectionPayload {
  readonly configuration: Record<string, string | number>;
  readonly secrets: Record<string, string>;
}

/** The saved configuration, or the connector's suggestions where nothing is saved. */
export function initialValues(
  connector: ConnectorView,
  configuration: Readonly<Record<string, unknown>> | null,
): ConnectionValues {
  return Object.fromEntries(
    connector.fields.map((field) => {
      if (field.kind === 'secret') return [field.name, ''];
      const saved = configuration?.[field.name];
      // What another field's choice had filled in, and a person emptied, is not filled in again.
      const emptied = configuration !== null && field.initialWhen !== undefined && !field.required;
      const fresh = emptied ? '' : (field.initial ?? '');
      const value = typeof saved === 'string' || typeof saved === 'number' ? saved : fresh;
      return [field.name, String(value)];
    }),
  );
}

/**
 * The form after a field was changed. What another field suggests for the new value replaces what it suggested for the
 * old one; what a person wrote themselves stays.
 */
export function changed(
  connector: ConnectorView,
  values: ConnectionValues,
  name: string,
  value: string,
): ConnectionValues {
  const next: Record<string, string> = { ...values, [name]: value };
  for (const { name: other, initialWhen } of connector.fields) {
    const suggested = initialWhen?.field === name ? initialWhen.values[value] : undefined;
    if (initialWhen === undefined || suggested === undefined) continue;
    const present = values[other] ?? '';
    if (present === '' || Object.values(initialWhen.values).includes(present)) next[other] = suggested;
  }
  return next;
}

/** Fields without a condition, and those whose condition holds now (which needs its own field to show). */
export function visibleFields(connector: ConnectorView, values: ConnectionValues): Field[] {
  const isVisible = (field: Field, seen: readonly string[]): boolean => {
    return isAsked(field, (other) => {
      const governing = connector.fields.find(({ name }) => name === other);
      const counts = !seen.includes(other) && (governing === undefined || isVisible(governing, [...seen, other]));
      return counts ? values[other] : undefined;
    });
  };
  return connector.fields.filter((field) => isVisible(field, [field.name]));
}

/** What keeps the form from being tested or saved, by field name. */
export function fieldProblems(
  connector: ConnectorView,
  values: ConnectionValues,
  secretsPresent: Readonly<Record<string, boolean>>,
): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const field of visibleFields(connector, values)) {
    const problem = fieldProblem(field, values[field.name] ?? '', secretsPresent[field.name] === true);
    if (problem !== null) problems[field.name] = problem;
  }
  return problems;
}

function fieldProblem(field: Field, typed: string, secretPresent: boolean): string | null {
  const value = typed.trim();
  if (value === '') {
    return field.required && !(field.kind === 'secret' && secretPresent) ? `${field.label} is needed.` : null;
  }
  if (field.kind === 'url') return addressProblem(field, value);
  if (field.kind === 'folder') return folderProblem(value);
  if (field.kind === 'number' && !Number.isFinite(Number(value))) return 'Enter a number.';
  return null;
}

/** Only what shows is sent; a secret that was left empty stays as the keychain has it. */
export function toPayload(connector: ConnectorView, values: ConnectionValues): ConnectionPayload {
  const payload: ConnectionPayload = { configuration: {}, secrets: {} };
  for (const field of visibleFields(connector, values)) {
    const value = values[field.name] ?? '';
    if (field.kind === 'secret') {
      // A secret may begin or end with a blank: it is sent exactly as it was typed.
      if (value !== '') payload.secrets[field.name] = value;
    } else if (value.trim() !== '') {
      payload.configuration[field.name] = field.kind === 'number' ? Number(value) : value.trim();
    }
  }
  return payload;
}
