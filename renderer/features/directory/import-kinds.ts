/** What can be imported, which columns a file needs, and the words for what came of it. */
import type { ImportKind, ImportReport } from '#core/contract/index.ts';

export interface ImportKindWords {
  readonly label: string;
  readonly what: string;
  /** The rows belong to an application that the file may not name. */
  readonly needsApplication: boolean;
}

export const importKindWords: Readonly<Record<ImportKind, ImportKindWords>> = {
  employees: {
    label: 'Employees',
    what: 'People with their work e-mail, department, title and manager.',
    needsApplication: false,
  },
  applications: {
    label: 'Applications',
    what: 'Systems that access can be requested to, with their owners.',
    needsApplication: false,
  },
  entitlements: {
    label: 'Entitlements',
    what: 'Groups, roles and teams of an application, and who has them.',
    needsApplication: true,
  },
  accounts: {
    label: 'Accounts',
    what: 'Logins inside an application and the people they belong to.',
    needsApplication: true,
  },
  grants: {
    label: 'Grants',
    what: 'Which account holds which entitlement of an application.',
    needsApplication: true,
  },
  businessOwners: {
    label: 'Business owners',
    what: 'Who owns which application or entitlement.',
    needsApplication: false,
  },
};

/** `1.4 MB` */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(0)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** What happened, in one sentence. */
export function reportText(report: ImportReport): string {
  if (!report.applied) {
    return `Nothing was imported: ${rows(report.rejected)} ${report.rejected === 1 ? 'has' : 'have'} a problem.`;
  }
  if (report.rejected > 0) return `Imported, except for ${rows(report.rejected)} with a problem.`;
  if (report.created === 0 && report.changed === 0) return 'Everything in the file was there already. Nothing changed.';
  return `Imported ${rows(report.created + report.changed + report.unchanged)}.`;
}

function rows(count: number): string {
  return count === 1 ? '1 row' : `${count.toLocaleString('en')} rows`;
}

/** `people.csv` gives `people-rejects.csv`. */
export function rejectsFileName(fileName: string): string {
  return `${fileName.replace(/\.[^.]*$/, '')}-rejects.csv`;
}
