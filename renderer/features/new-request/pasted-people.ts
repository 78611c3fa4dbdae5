/** A pasted list of e-mails (a column of a sheet, a mail's recipients), to add many people at once. */

/** More than this in one paste belongs into several requests, and would keep the engine busy with look-ups. */
export const maximumPasted = 200;

/** The e-mail addresses in a pasted text, without doubles, in their order. */
export function emailsIn(text: string): string[] {
  const found = text.match(/[^\s<>,;"'()[\]]+@[^\s<>,;"'()[\]]+\.[^\s<>,;"'()[\]]+/g) ?? [];
  return [...new Map(found.map((email) => [email.toLowerCase(), email])).keys()];
}
