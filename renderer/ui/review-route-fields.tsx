/** Who reviews: kinds in their order, the number of levels, how many of each must approve, and designated people. */
import { CloseButton, Group, MultiSelect, NumberInput, Pill, Select, Stack, Switch } from '@mantine/core';
import type { Person, ReviewerGroupId } from '#core/contract/index.ts';
import { AsyncSelect } from './async-select.tsx';
import type { RouteForm } from './review-form.ts';
import { ReviewerOrder } from './reviewer-order.tsx';

export interface ReviewRouteFieldsProps {
  readonly value: RouteForm;
  readonly onChange: (form: RouteForm) => void;
  /** Nobody is asked, because requests are approved at once. */
  readonly isIdle?: boolean;
  readonly error: string | null;
  /** People to designate, found by what is typed. */
  readonly people: readonly Person[];
  readonly onSearchPeople: (search: string) => void;
  readonly groups: readonly { readonly id: ReviewerGroupId; readonly name: string }[];
}

export function ReviewRouteFields({ value, onChange, isIdle = false, error, ...found }: ReviewRouteFieldsProps) {
  const set = (part: Partial<RouteForm>) => onChange({ ...value, ...part });
  return (
    <Stack gap="md">
      <ReviewerOrder
        value={value.reviewers}
        onChange={(reviewers) => set({ reviewers, levels: Math.min(value.levels, Math.max(1, reviewers.length)) })}
        isIdle={isIdle}
        error={error}
      />
      {value.reviewers.includes('designated') && <DesignatedFields value={value} set={set} {...found} />}
      <Group gap="md" align="flex-start" grow>
        <NumberInput
          label="Levels"
          description="Passed one after another."
          min={1}
          max={Math.max(1, value.reviewers.length)}
          allowDecimal={false}
          value={value.levels}
          onChange={(levels) => set({ levels: Number(levels) || 1 })}
        />
        <Select
          label="Who of a level must approve"
          description="One denial always denies."
          allowDeselect={false}
          data={[
            { value: 'one', label: 'One suffices' },
            { value: 'all', label: 'Everybody' },
            { value: 'atLeast', label: 'At least…' },
          ]}
          value={value.quorum}
          onChange={(quorum) => set({ quorum: (quorum as RouteForm['quorum'] | null) ?? 'one' })}
        />
        {value.quorum === 'atLeast' && (
          <NumberInput
            label="How many"
            description="All of them when there are fewer."
            min={1}
            max={50}
            allowDecimal={false}
            value={value.quorumCount}
            onChange={(count) => set({ quorumCount: Number(count) || 1 })}
          />
        )}
      </Group>
      <Switch
        label="Skip who approved at an earlier level"
        description="Their approval counts again, visibly, and they are not asked twice."
        checked={value.skipEarlierApprovers}
        onChange={(event) => set({ skipEarlierApprovers: event.currentTarget.checked })}
      />
    </Stack>
  );
}

function DesignatedFields({
  value,
  set,
  people,
  onSearchPeople,
  groups,
}: Pick<ReviewRouteFieldsProps, 'value' | 'people' | 'onSearchPeople' | 'groups'> & {
  readonly set: (part: Partial<RouteForm>) => void;
}) {
  const taken = new Set<string>(value.persons.map((person) => person.id));
  return (
    <Stack gap={6}>
      <AsyncSelect
        label="Designated persons"
        placeholder="Add people"
        mode="add"
        options={people
          .filter((person) => !taken.has(person.id))
          .map((person) => ({ value: person.id, label: person.fullName, detail: person.workEmail, person }))}
        onSearch={onSearchPeople}
        onChange={(option) => {
          if (option !== null) set({ persons: [...value.persons, option.person] });
        }}
        nothingFound="Nobody else found"
      />
      {value.persons.length > 0 && (
        <Group gap={6}>
          {value.persons.map((person) => (
            <Pill key={person.id} size="md">
              {person.fullName}
              <CloseButton
                size="xs"
                aria-label={`Do not designate ${person.fullName}`}
                onClick={() => set({ persons: value.persons.filter((other) => other.id !== person.id) })}
              />
            </Pill>
          ))}
        </Group>
      )}
      <MultiSelect
        label="Designated groups"
        placeholder={groups.length === 0 ? 'There are no reviewer groups yet' : 'Choose groups'}
        data={groups.map((group) => ({ value: group.id, label: group.name }))}
        value={[...value.groupIds]}
        onChange={(ids) => set({ groupIds: ids as ReviewerGroupId[] })}
      />
    </Stack>
  );
}
