/** Requests asked and ended per day. The same figures are there as a table for those who do not see the bars. */
import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import { useMemo } from 'react';
import type { WorkspaceSummary } from './workspace-summary.ts';

export function PerDayChart({ perDay }: { readonly perDay: WorkspaceSummary['perDay'] }) {
  const data = useMemo(
    () => perDay.map((day) => ({ day: shortDate(day.date), Asked: day.submitted, Ended: day.ended })),
    [perDay],
  );
  return (
    <>
      <div aria-hidden>
        <BarChart
          h={190}
          data={data}
          dataKey="day"
          series={[
            { name: 'Asked', color: 'petrol.6' },
            { name: 'Ended', color: 'gray.5' },
          ]}
          withLegend
          legendProps={{ verticalAlign: 'top', align: 'right', height: 30 }}
          tickLine="none"
          gridAxis="x"
          barProps={{ radius: 2, isAnimationActive: false }}
          barChartProps={{ barGap: 1, accessibilityLayer: false }}
          yAxisProps={{ allowDecimals: false, width: 36 }}
          xAxisProps={{ interval: 3 }}
        />
      </div>
      <table className="visually-hidden">
        <caption>Requests per day, the last {perDay.length} days</caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Asked</th>
            <th scope="col">Ended</th>
          </tr>
        </thead>
        <tbody>
          {perDay.map((day) => (
            <tr key={day.date}>
              <th scope="row">{day.date}</th>
              <td>{day.submitted}</td>
              <td>{day.ended}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** `23 Nov` of `2026-11-23`; a calendar day, so no time zone may move it. */
function shortDate(date: string): string {
  return new Date(`${date}T00:00:00Z`).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}
