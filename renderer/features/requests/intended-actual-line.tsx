/** Intended beside actual, with a sign whether they agree. */
import { Tooltip } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed, IconAlertTriangle } from '@tabler/icons-react';
import type { ItemView } from '#core/contract/index.ts';
import { intendedActual, type IntendedActual } from './intended-actual.ts';
import classes from './request-page.module.css';

const signs: Readonly<
  Record<
    IntendedActual['verdict'],
    { readonly says: string; readonly color: string; readonly Icon: typeof IconCircleCheck }
  >
> = {
  agrees: {
    says: 'What was seen in the application is what was intended.',
    color: 'light-dark(#24713f, #62be86)',
    Icon: IconCircleCheck,
  },
  differs: {
    says: 'What was seen in the application is not what was intended.',
    color: 'light-dark(#b02a2c, #ea8080)',
    Icon: IconAlertTriangle,
  },
  open: {
    says: 'Nothing was read back from the application yet.',
    color: 'var(--mantine-color-dimmed)',
    Icon: IconCircleDashed,
  },
};

export function IntendedActualLine({ item }: { readonly item: ItemView }) {
  const line = intendedActual(item);
  if (line === null) return null;
  const sign = signs[line.verdict];
  return (
    <div className={`${classes.part} ${classes.compare}`}>
      <Tooltip label={sign.says}>
        <span className={classes.verdict} role="img" aria-label={sign.says}>
          <sign.Icon size={18} color={sign.color} aria-hidden />
        </span>
      </Tooltip>
      <dl className={classes.intended}>
        <dt>Intended</dt>
        <dd>{line.intended}</dd>
        <dt>Actual</dt>
        <dd>{line.actual}</dd>
      </dl>
    </div>
  );
}
