/** What a search looks in, lower-cased and stored beside the row, so that every writer builds it alike. */
import type { Employee, Entitlement } from '#core/domain/directory.ts';

export function employeeSearchText(
  employee: Pick<Employee, 'fullName' | 'workEmail' | 'jobTitle' | 'department'>,
): string {
  return lowerCased([employee.fullName, employee.workEmail, employee.jobTitle, employee.department]);
}

export function entitlementSearchText(
  entitlement: Pick<Entitlement, 'name' | 'kind' | 'description'>,
  applicationName: string,
): string {
  return lowerCased([entitlement.name, entitlement.kind, entitlement.description, applicationName]);
}

function lowerCased(parts: readonly (string | null)[]): string {
  return parts
    .filter((part) => part !== null && part !== '')
    .join(' ')
    .toLowerCase();
}
