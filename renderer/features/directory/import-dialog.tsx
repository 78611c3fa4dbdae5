/** Importing a file: what it holds, the file, what to do about bad rows; then what came of it. */
import { Alert, Button, Group, Modal, Radio, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { fileProblem, importKinds, type ImportKind } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { applicationChoicesQuery } from './directory.queries.ts';
import { FileDrop } from './file-drop.tsx';
import { importKindWords } from './import-kinds.ts';
import { reportOf } from './import-report.ts';
import { ImportResult, type ImportOutcome } from './import-result.tsx';
import { SendingProgress } from './sending-progress.tsx';
import { withSentFile } from './send-file.ts';

type Mode = 'allOrNothing' | 'acceptGood';

type ImportInput = Omit<Parameters<typeof client.directory.import>[0], 'uploadId'> & { readonly file: File };

export function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const [kind, setKind] = useState<ImportKind>('employees');
  const [applicationId, setApplicationId] = useState<string | null>(null);
  const [mode, setMode] = useState<Mode>('allOrNothing');
  const [file, setFile] = useState<File | null>(null);
  const [outcome, setOutcome] = useState<ImportOutcome | null>(null);
  const words = importKindWords[kind];
  const applications = useQuery({ ...applicationChoicesQuery(), enabled: words.needsApplication });
  /** How much of the file the engine has; null while none is sent. */
  const [sent, setSent] = useState<number | null>(null);
  const sending = useRef<AbortController | null>(null);
  useEffect(() => () => sending.current?.abort(), []);
  const importFile = useCommand(sendAndImport, {
    report: 'inline',
    onDone: ({ report, rejects }, input) => setOutcome({ report, rejects, message: null, fileName: input.file.name }),
    // A file that was refused as a whole is reported on like one that was imported.
    onRefused: (refusal, input) => {
      const report = reportOf(refusal);
      if (report !== null) {
        setOutcome({ report, rejects: null, message: refusal.message, fileName: input.file.name });
      }
    },
  });
  const problem = file === null ? null : fileProblem(file);
  const title = outcome === null ? 'Import from a file' : `Import of ${outcome.fileName}`;

  /** Where the connection broke, it is sent again as a whole: what came of it went with the connection. */
  function sendAndImport({ file: chosen, ...input }: ImportInput) {
    const { signal } = (sending.current = new AbortController());
    return withSentFile(chosen, { signal, onSent: setSent }, (uploadId) =>
      client.directory.import({ ...input, uploadId }),
    );
  }

  async function startImport(): Promise<void> {
    if (file === null || problem !== null) return;
    await importFile.run({ kind, mode, file, applicationId: words.needsApplication ? applicationId : null });
    setSent(null);
    if (sending.current?.signal.aborted === true) importFile.reset();
  }

  return (
    <Modal
      opened
      // An import that runs goes on in the engine; closing would only hide what comes of it.
      onClose={importFile.isPending ? () => undefined : onClose}
      withCloseButton={!importFile.isPending}
      title={title}
      size={outcome === null ? 640 : 820}
    >
      {outcome !== null ? (
        <ImportResult
          outcome={outcome}
          onClose={onClose}
          onAgain={() => {
            setOutcome(null);
            setFile(null);
            importFile.reset();
          }}
        />
      ) : (
        <Stack gap="md">
          <Select
            label="What the file holds"
            description={words.what}
            data={importKinds.map((value) => ({ value, label: importKindWords[value].label }))}
            value={kind}
            allowDeselect={false}
            onChange={(next) => {
              if (next !== null) setKind(next);
            }}
            disabled={importFile.isPending}
          />
          {words.needsApplication && (
            <Select
              label="Application"
              description="The one the rows belong to. Leave it out when the file names it in a column."
              placeholder="Named in the file"
              data={(applications.data?.rows ?? []).map((row) => ({ value: row.id as string, label: row.name }))}
              value={applicationId}
              onChange={setApplicationId}
              searchable
              clearable
              clearButtonProps={{ 'aria-label': 'Clear the application' }}
              error={applications.isError ? messageOfError(applications.error) : null}
              disabled={importFile.isPending}
            />
          )}
          <FileDrop
            file={file}
            problem={problem}
            isDisabled={importFile.isPending}
            onChoose={(next) => {
              setFile(next);
              importFile.reset();
            }}
          />
          <Radio.Group
            label="Rows with a problem"
            value={mode}
            onChange={(value) => setMode(value === 'acceptGood' ? 'acceptGood' : 'allOrNothing')}
          >
            <Stack gap="xs" mt={6}>
              <Radio
                value="allOrNothing"
                label="All or nothing"
                description="One bad row, and nothing is imported. You see every problem first."
                disabled={importFile.isPending}
              />
              <Radio
                value="acceptGood"
                label="Accept the good rows"
                description="Bad rows are left out and given back to you in a file, to mend and import again."
                disabled={importFile.isPending}
              />
            </Stack>
          </Radio.Group>
          <Text size="xs" c="dimmed">
            Importing the same file twice changes nothing.
          </Text>
          {(importFile.refusal !== null || importFile.problem !== null) && (
            <Alert color="red" role="alert">
              {importFile.refusal?.message ?? importFile.problem}
            </Alert>
          )}
          {file !== null && sent !== null && <SendingProgress sent={sent} size={file.size} />}
          <Group justify="flex-end" gap="xs">
            <Button
              variant="default"
              onClick={importFile.isPending ? () => sending.current?.abort() : onClose}
              disabled={importFile.isPending && (sent === null || sent === file?.size)}
            >
              {importFile.isPending ? 'Stop sending' : 'Cancel'}
            </Button>
            <Button
              onClick={() => void startImport()}
              loading={importFile.isPending}
              disabled={file === null || problem !== null}
            >
              Import
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
