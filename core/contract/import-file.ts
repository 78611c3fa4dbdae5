/** Which files can be imported: said by the page that sends one, and by the shell before it reads one. */

export const maximumFileBytes = 200_000_000;

/** Endings of files with rows of separated values. */
export const importFileEndings = ['csv', 'tsv', 'txt'] as const;

/** What keeps a file from being imported; null when nothing does. */
export function fileProblem(file: { readonly name: string; readonly size: number }): string | null {
  if (file.size === 0) return 'This file is empty.';
  if (file.size > maximumFileBytes)
    return 'This file is larger than 200 MB. Split it and import the parts one after another.';
  const name = file.name.toLowerCase();
  if (!importFileEndings.some((ending) => name.endsWith(`.${ending}`)))
    return 'Choose a CSV file. Other formats can be saved as CSV first.';
  return null;
}
