/** Small words that several screens share. */
import type { ItemAction } from '#core/contract/index.ts';

export function actionWord(action: ItemAction): 'Grant' | 'Revoke' {
  return action === 'GRANT' ? 'Grant' : 'Revoke';
}
