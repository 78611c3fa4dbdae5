/** A person as an option of a field that is searched by typing. */
import type { Person } from '#core/contract/index.ts';

export function personOption({ id, fullName, jobTitle }: Person) {
  return { value: id as string, label: fullName, detail: jobTitle ?? undefined };
}
