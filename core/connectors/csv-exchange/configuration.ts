/** What must be known to exchange files with an application: the folder, its files, and what their columns are called. */
import { z } from 'zod';
import { folderProblem, type ConnectorField } from '#core/domain/connector.ts';

const fileName = z
  .string()
  .trim()
  .max(120)
  .regex(/^(?!\.)[^/\\:*?"<>|\p{C}]+$/u, 'must be the plain name of a file in the folder, without a path');
const optionalFile = z.union([z.literal(''), fileName]).default('');
const column = (initial: string) => z.string().trim().min(1).max(100).default(initial);

export const delimiters = { comma: ',', semicolon: ';', tab: '\t' } as const;
export const encodings = ['utf-8', 'windows-1252', 'utf-16le'] as const;

export const csvExchangeConfiguration = z.object({
  folder: z
    .string()
    .trim()
    .refine((text) => folderProblem(text) === null, 'must be the full path of a folder'),
  exportFile: fileName.default('export.csv'),
  entitlementsFile: optionalFile,
  readyFile: optionalFile,
  quietSeconds: z.number().min(0).max(3600).default(5),
  delimiter: z.enum(['comma', 'semicolon', 'tab']).default('comma'),
  encoding: z.enum(encodings).default('utf-8'),
  accountColumn: column('account'),
  emailColumn: column('email'),
  nameColumn: column('name'),
  activeColumn: column('active'),
  kindColumn: column('kind'),
  entitlementColumn: column('entitlement'),
  descriptionColumn: column('description'),
  newAccount: z.enum(['email', 'localPart', 'employeeId']).default('email'),
});
export type CsvExchangeConfiguration = z.output<typeof csvExchangeConfiguration>;

/** Whoever may put this file into a folder agrees that files are exchanged through it. */
export const consentFile = 'gatehouse-exchange.txt';
/** Where changes are left for the application. */
export const changesFolder = 'changes';
/** Where it stands which changes were written; nobody else's business. */
export const recordFolder = '.gatehouse';

export const csvExchangeFields: readonly ConnectorField[] = [
  {
    name: 'folder',
    label: 'Folder',
    help: `The full path on the machine that exchanges the files. It must hold an empty file called ${consentFile}: that is how its owner agrees.`,
    kind: 'folder',
    required: true,
    placeholder: '/srv/exchange/payroll',
  },
  {
    name: 'exportFile',
    label: 'Export',
    help: 'The file in which the application says who has what: a line for each account and entitlement, or for an account that has none.',
    kind: 'text',
    required: true,
    initial: 'export.csv',
  },
  {
    name: 'entitlementsFile',
    label: 'List of entitlements',
    help: 'A file that lists what there is, also what nobody has. Left empty: what the export mentions.',
    kind: 'text',
    required: false,
    placeholder: 'entitlements.csv',
  },
  {
    name: 'readyFile',
    label: 'Ready file',
    help: 'A file that is written when an export is complete. Left empty: an export counts as complete when it was left alone for a while.',
    kind: 'text',
    required: false,
    placeholder: 'export.ready',
  },
  {
    name: 'quietSeconds',
    label: 'Seconds it must be left alone',
    help: 'An export that was changed more recently is taken to be still written.',
    kind: 'number',
    required: true,
    initial: 5,
  },
  {
    name: 'delimiter',
    label: 'Delimiter',
    help: 'Between the columns, in the export and in the changes.',
    kind: 'choice',
    required: true,
    initial: 'comma',
    choices: [
      { value: 'comma', label: 'Comma' },
      { value: 'semicolon', label: 'Semicolon' },
      { value: 'tab', label: 'Tab' },
    ],
  },
  {
    name: 'encoding',
    label: 'Encoding of the export',
    help: 'Changes are always written in UTF-8.',
    kind: 'choice',
    required: true,
    initial: 'utf-8',
    choices: [
      { value: 'utf-8', label: 'UTF-8' },
      { value: 'windows-1252', label: 'Windows-1252 (Western European)' },
      { value: 'utf-16le', label: 'UTF-16' },
    ],
  },
  columnField('accountColumn', 'Column of the account', 'What tells accounts apart; it must never change.', 'account'),
  columnField('emailColumn', 'Column of the e-mail', 'May be missing in the export.', 'email'),
  columnField('nameColumn', 'Column of the name', 'May be missing in the export.', 'name'),
  columnField(
    'activeColumn',
    'Column that says whether it is active',
    'May be missing; no, false and 0 mean that it is not.',
    'active',
  ),
  columnField(
    'kindColumn',
    'Column of the kind of account',
    'May be missing; service, service account and technical mean a program’s account.',
    'kind',
  ),
  columnField(
    'entitlementColumn',
    'Column of the entitlement',
    'Empty in a line: the account has none.',
    'entitlement',
  ),
  columnField(
    'descriptionColumn',
    'Column of the description',
    'In the list of entitlements; may be missing.',
    'description',
  ),
  {
    name: 'newAccount',
    label: 'New accounts are called',
    help: 'What stands in the column of the account for somebody who has none yet.',
    kind: 'choice',
    required: true,
    initial: 'email',
    choices: [
      { value: 'email', label: 'By the e-mail' },
      { value: 'localPart', label: 'By the e-mail up to the @' },
      { value: 'employeeId', label: 'By the number of the employee' },
    ],
  },
];

function columnField(name: string, label: string, help: string, initial: string): ConnectorField {
  return { name, label, help, kind: 'text', required: true, initial };
}
