/** Which reviewers are asked, in which order. Dragged, or moved with buttons, so that the keyboard suffices. */
import { ActionIcon, Button, Group, Input, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconGripVertical, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { reviewerKinds, type ReviewerKind } from '#core/contract/index.ts';
import { reviewerKindWords } from './reviewer-kinds.ts';
import { moved, movedTo } from './moved.ts';
import classes from './reviewer-order.module.css';

export interface ReviewerOrderProps {
  readonly value: readonly ReviewerKind[];
  readonly onChange: (kinds: readonly ReviewerKind[]) => void;
  /** Nobody is asked, because requests are approved at once. */
  readonly isIdle: boolean;
  readonly error: string | null;
}

export function ReviewerOrder({ value, onChange, isIdle, error }: ReviewerOrderProps) {
  const [dragged, setDragged] = useState<number | null>(null);
  const unused = reviewerKinds.filter((kind) => !value.includes(kind));
  return (
    <Input.Wrapper
      label="Reviewers"
      labelElement="div"
      description={
        isIdle
          ? 'Not asked while requests are approved at once.'
          : 'The first kinds that have somebody become the levels; when nobody is there, administrators are asked, and the trail says so.'
      }
      error={error}
    >
      <ol className={classes.plainList} aria-label="Reviewers in order" style={{ marginTop: 6 }}>
        {value.map((kind, index) => {
          const { label, what } = reviewerKindWords[kind];
          return (
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- dragging is a short cut; its buttons do the same by keyboard
            <li
              key={kind}
              className={classes.listRow}
              draggable
              data-dragged={dragged === index || undefined}
              onDragStart={() => setDragged(index)}
              onDragEnd={() => setDragged(null)}
              onDragOver={(event) => {
                if (dragged !== null) event.preventDefault();
              }}
              onDrop={(event) => {
                event.preventDefault();
                if (dragged !== null) onChange(movedTo(value, dragged, index));
                setDragged(null);
              }}
            >
              <Group gap="sm" wrap="nowrap">
                <IconGripVertical size={14} aria-hidden className={classes.grip} />
                <Text size="sm" c="dimmed" w={16} aria-hidden>
                  {index + 1}
                </Text>
                <div style={{ flex: 1, minWidth: 0 }}>
                  <Text size="sm" {...(isIdle ? { c: 'dimmed' } : {})}>
                    {label}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {what}
                  </Text>
                </div>
                <ActionIcon.Group>
                  <ActionIcon
                    variant="default"
                    size="sm"
                    aria-label={`Move ${label} up`}
                    disabled={index === 0}
                    onClick={() => onChange(moved(value, index, -1))}
                  >
                    <IconArrowUp size={14} aria-hidden />
                  </ActionIcon>
                  <ActionIcon
                    variant="default"
                    size="sm"
                    aria-label={`Move ${label} down`}
                    disabled={index === value.length - 1}
                    onClick={() => onChange(moved(value, index, 1))}
                  >
                    <IconArrowDown size={14} aria-hidden />
                  </ActionIcon>
                  <ActionIcon
                    variant="default"
                    size="sm"
                    aria-label={`Do not ask ${label}`}
                    disabled={value.length === 1}
                    onClick={() => onChange(value.filter((other) => other !== kind))}
                  >
                    <IconX size={14} aria-hidden />
                  </ActionIcon>
                </ActionIcon.Group>
              </Group>
            </li>
          );
        })}
      </ol>
      {unused.length > 0 && (
        <Group gap={6} mt={6}>
          {unused.map((kind) => (
            <Button key={kind} size="compact-xs" variant="default" onClick={() => onChange([...value, kind])}>
              Also ask {reviewerKindWords[kind].label.toLowerCase()}
            </Button>
          ))}
        </Group>
      )}
    </Input.Wrapper>
  );
}
