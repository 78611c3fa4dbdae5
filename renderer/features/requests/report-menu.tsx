/** Taking the request's whole story along as a file. */
import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChevronDown, IconFileSpreadsheet, IconFileTypePdf, IconFileDownload } from '@tabler/icons-react';
import { useState } from 'react';
import type { RequestId } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { saveFile } from '#renderer/ui/save-file.ts';

export interface ReportMenuProps {
  readonly requestId: RequestId;
  readonly number: number;
}

export function ReportMenu({ requestId, number }: ReportMenuProps) {
  const [busy, setBusy] = useState(false);

  async function download(format: 'pdf' | 'csv'): Promise<void> {
    setBusy(true);
    try {
      const report = await client.requests.report({ requestId, format });
      const name = saveFile(report, `request-${number}.${format}`);
      notifications.show({ message: `Saved as ${name}.`, color: 'green' });
    } catch (thrown) {
      notifications.show({ color: 'red', title: 'No report', message: messageOfError(thrown), autoClose: 10_000 });
    }
    setBusy(false);
  }

  return (
    <Menu position="bottom-end" withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button
          variant="default"
          loading={busy}
          leftSection={<IconFileDownload size={16} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          Report
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconFileTypePdf size={16} aria-hidden />} onClick={() => void download('pdf')}>
          PDF, to read
        </Menu.Item>
        <Menu.Item leftSection={<IconFileSpreadsheet size={16} aria-hidden />} onClick={() => void download('csv')}>
          CSV, to work with
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
