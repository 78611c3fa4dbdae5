/** Rows that are on their way, in the shape of the table that will hold them. */
import { Skeleton } from '@mantine/core';

export interface DataTableSkeletonProps {
  readonly columns: number;
  readonly template: string;
  readonly rowHeight: number;
}

const widths = ['72%', '54%', '86%', '60%', '78%', '48%', '66%'] as const;

export function DataTableSkeleton({ columns, template, rowHeight }: DataTableSkeletonProps) {
  return (
    <div role="rowgroup">
      {Array.from({ length: 8 }, (_row, row) => (
        <div
          key={row}
          role="row"
          style={{
            display: 'grid',
            gridTemplateColumns: template,
            columnGap: 14,
            padding: '0 14px',
            height: rowHeight,
            alignItems: 'center',
          }}
        >
          {Array.from({ length: columns }, (_cell, column) => (
            <div key={column} role="gridcell" aria-label={row === 0 && column === 0 ? 'Loading' : undefined}>
              <Skeleton height={10} radius="xl" width={widths[(row * 3 + column) % widths.length] ?? '60%'} />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}
