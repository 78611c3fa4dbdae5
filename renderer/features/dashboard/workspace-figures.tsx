/** The workspace in figures, for risk managers and administrators. */
import { Skeleton, Text, Tooltip } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { shortSpanOfMinutes, spanOfSeconds } from '#renderer/ui/format.ts';
import type { WorkspaceSummary } from './workspace-summary.ts';
import classes from './dashboard.module.css';

const PerDayChart = lazy(async () => {
  const { PerDayChart: chart } = await import('./per-day-chart.tsx');
  return { default: chart };
});

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly says: string;
  readonly alarm?: boolean;
}

export function WorkspaceFigures({ figures }: { readonly figures: WorkspaceSummary }) {
  return (
    <section aria-labelledby="workspace-title">
      <Text component="h2" fz={14} fw={650} id="workspace-title" m={0} mb={10} mt={6}>
        The workspace, last 30 days
      </Text>
      <dl className={classes.figures}>
        {figuresOf(figures).map((figure) => (
          <div key={figure.name} className={classes.figure}>
            <dt>{figure.name}</dt>
            <dd>
              <Tooltip label={figure.says}>
                <span className={`${classes.value} ${figure.alarm === true ? classes.alarm : ''}`}>{figure.value}</span>
              </Tooltip>
            </dd>
          </div>
        ))}
      </dl>
      <div className={classes.chart} style={{ marginTop: 16 }}>
        <Text component="h3" fz={13} fw={600} m={0} mb={10}>
          Requests per day
        </Text>
        <Suspense fallback={<Skeleton height={190} />}>
          <PerDayChart perDay={figures.perDay} />
        </Suspense>
      </div>
    </section>
  );
}

function figuresOf(figures: WorkspaceSummary): readonly Figure[] {
  const decided = figures.approvedLast30Days + figures.deniedLast30Days;
  return [
    {
      name: 'Open requests',
      value: figures.openRequests.toLocaleString('en'),
      says: 'Requests that are in review or being delivered now.',
    },
    {
      name: 'Asked',
      value: figures.submittedLast30Days.toLocaleString('en'),
      says: 'Requests submitted in the last 30 days.',
    },
    {
      name: 'Approved and denied',
      value: `${figures.approvedLast30Days.toLocaleString('en')} / ${figures.deniedLast30Days.toLocaleString('en')}`,
      says:
        decided === 0
          ? 'Nothing was decided in the last 30 days.'
          : `${Math.round((figures.approvedLast30Days / decided) * 100)}% of what was decided was approved.`,
    },
    {
      name: 'Temporary access, held now',
      value: figures.temporaryGrantsActive.toLocaleString('en'),
      says: 'Grants that end by themselves.',
    },
    {
      name: 'Time to decision, half of them (p50)',
      value: figures.timeToDecisionP50Minutes === null ? '—' : shortSpanOfMinutes(figures.timeToDecisionP50Minutes),
      says: 'Half of the requests were decided within this time.',
    },
    {
      name: 'Time to decision, nine in ten (p90)',
      value: figures.timeToDecisionP90Minutes === null ? '—' : shortSpanOfMinutes(figures.timeToDecisionP90Minutes),
      says: 'Nine in ten requests were decided within this time. An average would hide the slow ones.',
    },
    {
      name: 'Overdue revocations, now',
      value: figures.overdueRevocations.toLocaleString('en'),
      says: 'Temporary access whose end has passed and that is still in the application. It should be 0.',
      alarm: figures.overdueRevocations > 0,
    },
    {
      name: 'Worst lateness of a revocation',
      value:
        figures.worstRevocationLatenessSeconds === null ? '—' : spanOfSeconds(figures.worstRevocationLatenessSeconds),
      says: 'The longest time between the end of temporary access and its removal, in the last 30 days.',
      alarm: figures.worstRevocationLatenessSeconds !== null && figures.worstRevocationLatenessSeconds > 3600,
    },
  ];
}
