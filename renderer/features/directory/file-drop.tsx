/**
 * Choosing a file by button or by dropping it. The button alone suffices; dropping is a convenience. The file
 * stays on disk: it is read when it is sent.
 */
import { Button, FileButton, Text } from '@mantine/core';
import { IconFileTypeCsv } from '@tabler/icons-react';
import { useState, type DragEvent } from 'react';
import { importFileEndings } from '#core/contract/index.ts';
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
  const label = file === null ? 'Choose a file' : 'Choose another file';

  function drop(event: DragEvent): void {
    event.preventDefault();
    setIsOver(false);
    const dropped = event.dataTransfer.files[0];
    if (dropped !== undefined && !isDisabled) onChoose(dropped);
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
      <FileButton
        accept={accepted}
        onChange={(chosen) => {
          if (chosen !== null) onChoose(chosen);
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
      {problem !== null && (
        <Text size="sm" c="red" role="alert">
          {problem}
        </Text>
      )}
    </div>
  );
}
