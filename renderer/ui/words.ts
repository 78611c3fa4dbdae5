/** Small words that several screens share. */
import type { ItemAction } from '#core/contract/index.ts';

export function actionWord(action: ItemAction): 'Grant' | 'Revoke' {
  return action === 'GRANT' ? 'Grant' : 'Revoke';
}

const reviewerKindWords: Readonly<Record<string, string>> = {
  manager: 'Manager',
  applicationOwner: 'Application owner',
  administrator: 'Administrator',
};

export function reviewerKindWord(kind: string): string {
  return reviewerKindWords[kind] ?? kind;
}
