/** One field of a connection's form. */
import { NumberInput, PasswordInput, Select, Textarea, TextInput, type TextareaProps } from '@mantine/core';
import type { ConnectorView } from '#core/contract/index.ts';

export interface ConnectionFieldProps {
  readonly field: ConnectorView['fields'][number];
  readonly value: string;
  readonly error: string | null;
  readonly isSecretSaved: boolean;
  readonly onChange: (value: string) => void;
}

export function ConnectionField({ field, value, error, isSecretSaved, onChange }: ConnectionFieldProps) {
  const common = {
    label: field.label,
    description: field.help,
    error,
    placeholder: field.placeholder ?? '',
    required: field.required && !(field.kind === 'secret' && isSecretSaved),
  };
  switch (field.kind) {
    case 'choice':
      return (
        <Select
          {...common}
          data={(field.choices ?? []).map(({ value: choice, label }) => ({ value: choice, label }))}
          value={value === '' ? null : value}
          allowDeselect={false}
          onChange={(next) => onChange(next ?? '')}
        />
      );
    case 'number':
      return <NumberInput {...common} value={value} onChange={(next) => onChange(String(next))} maw={240} />;
    case 'lines':
      return <Lines {...common} value={value} onChange={onChange} />;
    case 'secret':
      if (field.multiline === true) {
        const description = secretHelp(field.help, isSecretSaved);
        const placeholder = isSecretSaved ? 'Saved; leave empty to keep it' : (field.placeholder ?? '');
        return <Lines {...common} {...{ description, placeholder, value, onChange }} />;
      }
      return (
        <PasswordInput
          {...common}
          description={secretHelp(field.help, isSecretSaved)}
          placeholder={isSecretSaved ? 'Saved; leave empty to keep it' : (field.placeholder ?? '')}
          value={value}
          autoComplete="off"
          data-1p-ignore
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'text':
    case 'url':
    case 'folder':
      return (
        <TextInput
          {...common}
          inputMode={field.kind === 'url' ? 'url' : 'text'}
          autoComplete="off"
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}

function Lines({
  onChange,
  ...rest
}: Omit<TextareaProps, 'onChange'> & { readonly onChange: (value: string) => void }) {
  return (
    <Textarea
      {...rest}
      autosize
      minRows={3}
      maxRows={12}
      autoComplete="off"
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function secretHelp(help: string, isSaved: boolean): string {
  const where = isSaved
    ? 'Saved in this machine’s keychain; it is never shown again.'
    : 'It will be saved in this machine’s keychain and never shown again.';
  if (help === '') return where;
  // A connector that speaks of the keychain itself needs no second sentence about it.
  return /keychain/i.test(help) ? help : `${help} ${where}`;
}
