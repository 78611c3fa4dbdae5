/** A file that cannot be read as a whole: nothing of it is used, and the message says where and what to do. */
export class UnreadableFile extends Error {
  /** Line in the file, from 1. */
  readonly line: number;
  readonly column: string | null;

  constructor(line: number, message: string, column: string | null = null) {
    super(message);
    this.name = 'UnreadableFile';
    this.line = line;
    this.column = column;
  }
}
