/** Which files can be imported, and how they are sent: said by the page that sends one, and by the engine. */

export const maximumFileBytes = 1_000_000_000;

/** The most one piece of a file holds. The next one is sent when this one has been written. */
export const uploadPieceBytes = 1_000_000;

/** Endings of files with rows of separated values. */
export const importFileEndings = ['csv', 'tsv', 'txt'] as const;

/** What keeps a file from being imported; null when nothing does. */
export function fileProblem(file: { readonly name: string; readonly size: number }): string | null {
  if (file.size === 0) return 'This file is empty.';
  if (file.size > maximumFileBytes)
    return 'This file is larger than 1 GB. Split it and import the parts one after another.';
  const name = file.name.toLowerCase();
  if (!importFileEndings.some((ending) => name.endsWith(`.${ending}`)))
    return 'Choose a CSV file. Other formats can be saved as CSV first.';
  return null;
}
