/** How long a review waits, when it reminds, and when it goes on to somebody else. Empty: never. */
import { Group, NumberInput } from '@mantine/core';
import type { ReviewForm } from './review-form.ts';

const fields = [
  { name: 'decideWithinDays', label: 'Decide within', description: 'Undecided by then, it expires.' },
  { name: 'remindAfterDays', label: 'Remind every', description: 'Whoever has not decided yet.' },
  { name: 'escalateAfterDays', label: 'Escalate after', description: 'To the reviewer’s manager too.' },
] as const;

export function ReviewDayFields({
  value,
  onChange,
}: {
  readonly value: ReviewForm;
  readonly onChange: (form: ReviewForm) => void;
}) {
  return (
    <Group gap="md" grow align="flex-start">
      {fields.map(({ name, label, description }) => (
        <NumberInput
          key={name}
          label={label}
          description={description}
          placeholder="Never"
          suffix={value[name] === 1 ? ' day' : ' days'}
          min={1}
          max={365}
          allowDecimal={false}
          value={value[name] ?? ''}
          onChange={(days) => onChange({ ...value, [name]: days === '' ? null : Number(days) })}
        />
      ))}
    </Group>
  );
}
