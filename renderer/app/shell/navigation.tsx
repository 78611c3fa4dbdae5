/** The way between screens, with the number of tasks that wait. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { spotlight } from '@mantine/spotlight';
import type { WorkspaceStatus } from '#core/contract/index.ts';
import { orpc } from '#renderer/data/client.ts';
import { useOperator } from '#renderer/data/session.ts';
import { Mark } from '#renderer/ui/mark.tsx';
import { placesFor } from './places.ts';
import classes from './shell.module.css';

export function Navigation({ status }: { readonly status: WorkspaceStatus }) {
  const operator = useOperator();
  const summary = useQuery(orpc.dashboard.summary.queryOptions());
  const openTasks = summary.data?.myOpenTasks ?? 0;
  return (
    <>
      <div className={classes.brand}>
        <Mark size={28} />
        <div style={{ minWidth: 0 }}>
          <div className={classes.brandName}>Gatehouse</div>
          <div className={classes.workspace} title={status.name ?? undefined}>
            {status.name}
          </div>
        </div>
      </div>
      <button type="button" className={classes.palette} onClick={() => spotlight.open()} aria-keyshortcuts="Control+K">
        <span>Find or go to…</span>
        <span className={classes.keys} aria-hidden>
          Ctrl K
        </span>
      </button>
      <nav aria-label="Main">
        <ul className={classes.list}>
          {placesFor(operator).map((place) => (
            <li key={place.to}>
              <Link
                to={place.to}
                className={classes.link}
                data-moves-focus=""
                activeOptions={{ exact: place.to === '/' || place.to === '/requests', includeSearch: false }}
                activeProps={{ 'data-active': '' } as object}
              >
                <place.icon size={17} stroke={1.8} aria-hidden />
                {place.label}
                {place.to === '/tasks' && openTasks > 0 && (
                  <span className={classes.count}>
                    {openTasks > 999 ? '999+' : openTasks}
                    <span className="visually-hidden"> open</span>
                  </span>
                )}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
    </>
  );
}
