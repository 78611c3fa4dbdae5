/** The kinds of reviewers in words. */
import type { ReviewerKind } from '#core/contract/index.ts';

export const reviewerKindWords: Readonly<Record<ReviewerKind, { readonly label: string; readonly what: string }>> = {
  manager: { label: 'Manager', what: 'the manager of the person the access is for' },
  applicationOwner: { label: 'Application owner', what: 'the primary or a secondary owner' },
  businessOwner: { label: 'Business owner', what: 'the person who answers for the entitlement' },
  riskManager: { label: 'Risk manager', what: 'anybody with the role of a risk manager' },
  designated: { label: 'Designated reviewer', what: 'the persons and groups named here' },
};

/** The kind of a level; administrators take the place of whoever is missing, so they are no kind to choose. */
export function reviewerKindWord(kind: string): string {
  if (kind === 'administrator') return 'Administrator';
  return (reviewerKindWords as Readonly<Record<string, { readonly label: string } | undefined>>)[kind]?.label ?? kind;
}
