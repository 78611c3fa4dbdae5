/** Which files can be left as evidence of work done by hand: said by the page that sends one, and by the engine. */

export const maximumEvidenceBytes = 5_000_000;

/** Endings of the kinds of files that are taken; what is in a file is looked at besides. */
export const evidenceFileEndings = ['pdf', 'png', 'jpg', 'jpeg', 'txt', 'log', 'csv', 'eml'] as const;

/** What keeps a file from being taken as evidence; null when nothing does. */
export function evidenceFileProblem(file: { readonly name: string; readonly size: number }): string | null {
  if (file.size === 0) return 'This file is empty.';
  if (file.size > maximumEvidenceBytes) return 'This file is larger than 5 MB. A picture of the screen is enough.';
  return null;
}
