/** Who may be chosen at sign-in. */
import { keepPreviousData } from '@tanstack/react-query';
import { orpc } from '#renderer/data/client.ts';

export function choicesQuery(search: string) {
  return orpc.session.choices.infiniteOptions({
    input: (cursor: string | null) => ({ search, cursor, limit: 60 }),
    initialPageParam: null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}
