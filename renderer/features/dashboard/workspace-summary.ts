/** The figures of the whole workspace, as the engine answers them. */
import type { client } from '#renderer/data/client.ts';

type Summary = Awaited<ReturnType<typeof client.dashboard.summary>>;
export type WorkspaceSummary = NonNullable<Summary['workspace']>;
