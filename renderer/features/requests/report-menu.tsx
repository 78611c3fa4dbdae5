/** Taking the request's whole story along as a file. */
import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconFileSpreadsheet, IconFileTypePdf, IconFileDownload } from '@tabler/icons-react';
import { useState } from 'react';
import type { RequestId } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { saveFile } from '#renderer/data/save-file.ts';

export interface ReportMenuProps {
  readonly requestId: RequestId;
  readonly number: number;
}

export function ReportMenu({ requestId, number }: ReportMenuProps) {
  const [busy, setBusy] = useState(false);

  async function download(format: 'pdf' | 'csv'): Promise<void> {
    setBusy(true);
    await saveFile(`gatehouse-request-${number}.${format}`, () => client.requests.report({ requestId, format }));
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
