/**
 * Choosing a file by button or by dropping it. The button alone suffices; dropping is a convenience. In the desktop
 * program the button opens the system's own dialog.
 */
import { Button, FileButton, Text } from '@mantine/core';
import { IconFileTypeCsv } from '@tabler/icons-react';
import { useState, type DragEvent } from 'react';
import { importFileEndings } from '#core/contract/index.ts';
import type { ShellBridge } from '#renderer/data/message-port-link.ts';
import classes from './directory.module.css';
import { sizeText } from './import-kinds.ts';

const accepted = [...importFileEndings.map((ending) => `.${ending}`), 'text/csv'].join(',');

export interface FileDropProps {
  readonly file: File | null;
  readonly problem: string | null;
  readonly isDisabled: boolean;
  readonly onChoose: (file: File) => void;
}

export function FileDrop({ file, problem, isDisabled, onChoose }: FileDropProps) {
  const [isOver, setIsOver] = useState(false);
  /** Why the file that was chosen in the system's dialog was not taken. */
  const [refusal, setRefusal] = useState<string | null>(null);
  const label = file === null ? 'Choose a file' : 'Choose another file';
  const shell = window.gatehouse;
  const shown = refusal ?? problem;

  function choose(chosen: File): void {
    setRefusal(null);
    onChoose(chosen);
  }

  async function chooseIn({ openFile }: Pick<ShellBridge, 'openFile'>): Promise<void> {
    try {
      const opened = await openFile();
      if (opened === null) return;
      if ('problem' in opened) setRefusal(`${opened.name}: ${opened.problem}`);
      else choose(new File([opened.bytes], opened.name, { type: 'text/csv' }));
    } catch {
      setRefusal('The file could not be opened.'); // Why stands in the log of the program.
    }
  }

  function drop(event: DragEvent): void {
    event.preventDefault();
    setIsOver(false);
    const dropped = event.dataTransfer.files[0];
    if (dropped !== undefined && !isDisabled) choose(dropped);
  }

  return (
    <div
      className={classes.drop}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(!isDisabled);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <IconFileTypeCsv size={28} stroke={1.5} aria-hidden />
      {file === null ? (
        <Text size="sm">Drop a CSV file here, or</Text>
      ) : (
        <Text size="sm" component="output">
          <b>{file.name}</b>, {sizeText(file.size)}
        </Text>
      )}
      {shell === undefined ? (
        <FileButton
          accept={accepted}
          onChange={(chosen) => {
            if (chosen !== null) choose(chosen);
          }}
          disabled={isDisabled}
          inputProps={{ 'aria-label': 'File to import' }}
        >
          {(props) => (
            <Button {...props} size="xs" variant="default" disabled={isDisabled}>
              {label}
            </Button>
          )}
        </FileButton>
      ) : (
        <Button size="xs" variant="default" disabled={isDisabled} onClick={() => void chooseIn(shell)}>
          {label}
        </Button>
      )}
      {shown !== null && (
        <Text size="sm" c="red" role="alert">
          {shown}
        </Text>
      )}
    </div>
  );
}
