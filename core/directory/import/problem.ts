import type { ImportReport } from '#core/contract/directory.contract.ts';

/** What is wrong, or worth saying, about a row or a file. */
export type Problem = ImportReport['problems'][number];
