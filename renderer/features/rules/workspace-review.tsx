/** What is set once for the workspace about reviews. */
import { Button, Group, NumberInput, Stack, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, orpc } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { ErrorState } from '#renderer/ui/error-state.tsx';

interface Settings {
  readonly bulkDecidesHighRisk: boolean;
  readonly undoSeconds: number;
  readonly mayChange: boolean;
}

export function WorkspaceReview() {
  const settings = useQuery(orpc.rules.reviewSettings.queryOptions());
  if (settings.isError)
    return <ErrorState message={messageOfError(settings.error)} onRetry={() => void settings.refetch()} />;
  if (settings.data === undefined) return null;
  const { bulkDecidesHighRisk, undoSeconds } = settings.data;
  return <Editor key={`${bulkDecidesHighRisk} ${undoSeconds}`} settings={settings.data} />;
}

function Editor({ settings }: { readonly settings: Settings }) {
  const [highRisk, setHighRisk] = useState(settings.bulkDecidesHighRisk);
  const [seconds, setSeconds] = useState(settings.undoSeconds);
  const save = useCommand(client.rules.changeReviewSettings, { success: 'The review settings are saved.' });
  const changed = highRisk !== settings.bulkDecidesHighRisk || seconds !== settings.undoSeconds;
  return (
    <Stack gap="md" maw={560}>
      <Switch
        label="Items of high risk may be decided in bulk"
        description="Otherwise each of them needs a look of its own."
        checked={highRisk}
        disabled={!settings.mayChange}
        onChange={(event) => setHighRisk(event.currentTarget.checked)}
      />
      <NumberInput
        label="A bulk decision can be taken back for"
        suffix=" seconds"
        min={0}
        max={60}
        allowDecimal={false}
        value={seconds}
        disabled={!settings.mayChange}
        onChange={(value) => setSeconds(Number(value) || 0)}
      />
      {settings.mayChange && (
        <Group justify="flex-end">
          <Button
            disabled={!changed}
            loading={save.isPending}
            onClick={() => void save.run({ bulkDecidesHighRisk: highRisk, undoSeconds: seconds })}
          >
            Save review settings
          </Button>
        </Group>
      )}
    </Stack>
  );
}
