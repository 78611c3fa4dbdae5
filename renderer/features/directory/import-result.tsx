/** What came of an import: the counts, every problem with its place in the file, and the rejected rows as a file. */
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { ImportReport } from '#core/contract/index.ts';
import { saveFile } from '#renderer/data/save-file.ts';
import { DataTable, type DataColumn } from '#renderer/ui/data-table.tsx';
import { counted } from '#renderer/ui/format.ts';
import { ToneBadge } from '#renderer/ui/state-badge.tsx';
import classes from './directory.module.css';
import { rejectsFileName, reportText } from './import-kinds.ts';

export interface ImportOutcome {
  readonly report: ImportReport;
  readonly rejects: Blob | null;
  /** Why the file was refused as a whole; null when it was not. */
  readonly message: string | null;
  readonly fileName: string;
}

export interface ImportResultProps {
  readonly outcome: ImportOutcome;
  readonly onAgain: () => void;
  readonly onClose: () => void;
}

type NumberedProblem = ImportReport['problems'][number] & { readonly id: string };

const columns: readonly DataColumn<NumberedProblem>[] = [
  { id: 'line', header: 'Line', width: 64, align: 'end', cell: (row) => row.line.toLocaleString('en') },
  { id: 'column', header: 'Column', width: 130, cell: (row) => row.column ?? 'Whole row' },
  {
    id: 'severity',
    header: 'Kind',
    width: 92,
    cell: (row) => (
      <ToneBadge tone={row.severity === 'rejected' ? 'bad' : 'waiting'} withDot={false}>
        {row.severity === 'rejected' ? 'Rejected' : 'Warning'}
      </ToneBadge>
    ),
  },
  { id: 'reason', header: 'Reason', width: 'minmax(180px, 2fr)', cell: (row) => <Wrapped text={row.reason} /> },
  {
    id: 'value',
    header: 'Value',
    width: 'minmax(90px, 1fr)',
    cell: (row) => <Wrapped text={row.value ?? ''} className={classes.value} />,
  },
];

export function ImportResult({ outcome, onAgain, onClose }: ImportResultProps) {
  const { report, rejects, message, fileName } = outcome;
  const problems = report.problems.map((problem, index) => ({ ...problem, id: String(index) }));
  const all = report.rejected + report.warnings;
  return (
    <Stack gap="md">
      <Alert color={report.applied ? (report.rejected > 0 ? 'yellow' : 'green') : 'red'} role="status">
        {message ?? reportText(report)}
      </Alert>
      <dl className={classes.counts}>
        <Count name="Read" value={report.read} />
        <Count name="Created" value={report.created} />
        <Count name="Changed" value={report.changed} />
        <Count name="Unchanged" value={report.unchanged} />
        <Count name="Rejected" value={report.rejected} />
        <Count name="Warnings" value={report.warnings} />
      </dl>
      {problems.length > 0 && (
        <Stack gap={6}>
          <Text size="sm" c="dimmed">
            {problems.length < all
              ? `The first ${problems.length.toLocaleString('en')} problems in the order of the file.${rejects === null ? '' : ' The file of rejects has all of them.'}`
              : `${counted(problems.length, 'problem')} in the order of the file. Warnings keep no row out.`}
          </Text>
          <DataTable
            label="Problems in the file"
            maxHeight={300}
            rowHeight={46}
            columns={columns}
            rows={problems}
            rowId={(row) => row.id}
            empty={null}
          />
        </Stack>
      )}
      <Group justify="space-between" gap="xs">
        {rejects === null ? (
          <span />
        ) : (
          <Button
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => void saveFile(rejectsFileName(fileName), () => rejects)}
          >
            Save the rejected rows
          </Button>
        )}
        <Group gap="xs">
          <Button variant="default" onClick={onAgain}>
            Import another file
          </Button>
          <Button onClick={onClose} data-autofocus>
            Close
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}

function Count({ name, value }: { readonly name: string; readonly value: number }) {
  return (
    <div className={classes.count}>
      <dt>{name}</dt>
      <dd>{value.toLocaleString('en')}</dd>
    </div>
  );
}

function Wrapped({ text, className }: { readonly text: string; readonly className?: string | undefined }) {
  return (
    <Text size="sm" lineClamp={2} title={text} className={className ?? ''}>
      {text}
    </Text>
  );
}
