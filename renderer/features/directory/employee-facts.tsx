/** What the directory knows of a person. */
import { CopyText } from '#renderer/ui/copy-text.tsx';
import { calendarDate } from './calendar-date.ts';
import type { EmployeeDetail } from './directory.queries.ts';
import classes from './directory.module.css';
import { EmployeeLink } from './employee-link.tsx';

export function EmployeeFacts({ employee }: { readonly employee: EmployeeDetail }) {
  const facts: readonly (readonly [string, string | null])[] = [
    ['Title', employee.jobTitle],
    ['Department', employee.department],
    ['Organization', employee.organization],
    ['Employment type', employee.employmentType],
    ['Start date', calendarDate(employee.startDate)],
    ['End date', calendarDate(employee.endDate)],
    ...Object.entries(employee.attributes),
  ];
  return (
    <dl className={classes.facts}>
      <dt>Work e-mail</dt>
      <dd>
        <CopyText value={employee.workEmail} what="the work e-mail" />
      </dd>
      <dt>Manager</dt>
      <dd>{employee.manager === null ? 'None' : <EmployeeLink person={employee.manager} />}</dd>
      {facts.map(([name, value]) =>
        value === null || value === '' ? null : (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
