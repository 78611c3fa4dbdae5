/** Whether an item grants or revokes. */
import { IconMinus, IconPlus } from '@tabler/icons-react';
import type { ItemAction } from '#core/contract/index.ts';
import { actionWord } from './words.ts';
import classes from './action-tag.module.css';

export function ActionTag({ action }: { readonly action: ItemAction }) {
  const Icon = action === 'GRANT' ? IconPlus : IconMinus;
  return (
    <span className={`${classes.tag} ${action === 'REVOKE' ? classes.revoke : ''}`}>
      <Icon size={11} stroke={2.6} aria-hidden />
      {actionWord(action)}
    </span>
  );
}
