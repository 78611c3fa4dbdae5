/** The items of a request, a few at a time: a request can have thousands. */
import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ItemView, RequestDetail } from '#core/contract/index.ts';
import { counted } from '#renderer/ui/format.ts';
import { ItemCard } from './item-card.tsx';
import classes from './request-page.module.css';

const step = 20;

type Filter = 'all' | 'mine' | 'open' | 'problem';

const filters: Readonly<Record<Filter, (item: ItemView) => boolean>> = {
  all: () => true,
  mine: (item) => item.stages.some((stage) => stage.tasks.some((task) => task.mine)),
  open: (item) => item.state === 'inReview' || item.state === 'approved',
  problem: (item) =>
    item.state === 'failed' ||
    item.fulfillment.some((task) => task.lastProblem !== null && task.state !== 'done' && !task.isAwaited),
};

const labels: Readonly<Record<Filter, string>> = {
  all: 'All',
  mine: 'Waiting for me',
  open: 'Open',
  problem: 'With problems',
};

export function ItemList({ request }: { readonly request: RequestDetail }) {
  const [filter, setFilter] = useState<Filter>('all');
  const [shown, setShown] = useState(step);
  const items = request.items.filter(filters[filter]);
  const useful = (Object.keys(filters) as Filter[]).filter((key) => key === 'all' || request.items.some(filters[key]));
  return (
    <section aria-label="Items" style={{ minWidth: 0 }}>
      <Group justify="space-between" mb={10} mih={32}>
        <h2 className={classes.sectionTitle} style={{ margin: 0 }}>
          {counted(request.items.length, 'item')}
        </h2>
        {request.items.length > 3 && (
          <SegmentedControl
            size="xs"
            aria-label="Which items"
            value={filter}
            onChange={(value) => {
              setFilter(value as Filter);
              setShown(step);
            }}
            data={useful.map((key) => ({
              value: key,
              label: `${labels[key]} ${request.items.filter(filters[key]).length}`,
            }))}
          />
        )}
      </Group>
      <Stack gap={12}>
        {items.slice(0, shown).map((item) => (
          <ItemCard key={item.id} item={item} request={request} />
        ))}
        {items.length === 0 && (
          <Text size="sm" c="dimmed">
            No item is like that any more.
          </Text>
        )}
        {items.length > shown && (
          <Button variant="default" onClick={() => setShown((count) => count + step)}>
            Show {Math.min(step, items.length - shown)} more of {items.length - shown}
          </Button>
        )}
      </Stack>
    </section>
  );
}
