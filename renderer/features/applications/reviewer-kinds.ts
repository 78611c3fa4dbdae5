/** The kinds of reviewers in words. */
import type { ReviewerKind } from '#core/contract/index.ts';

export const reviewerKindWords: Readonly<Record<ReviewerKind, { readonly label: string; readonly what: string }>> = {
  manager: { label: 'Manager', what: 'the manager of the person the access is for' },
  applicationOwner: { label: 'Application owner', what: 'the primary or a secondary owner' },
};
