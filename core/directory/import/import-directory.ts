/**
 * Imports a CSV file of employees, applications, entitlements, accounts, grants or business owners. The
 * file is read twice, never held whole: first to see that it can be read and what it says as a whole, then
 * inside the one transaction that writes it, or nothing of it. docs/guide/import.md describes the files.
 */
import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { z } from 'zod';
import { isAdministrator } from '#core/commands/authority.ts';
import { defineCommand, type CommandContext } from '#core/commands/command-definition.ts';
import { importKinds, type ImportKind, type ImportReport } from '#core/contract/directory.contract.ts';
import { idSchema } from '#core/contract/schemas.ts';
import type { Actor } from '#core/domain/audit.ts';
import { done, refuse, type Result } from '#core/domain/errors.ts';
import type { ApplicationId, CommandId } from '#core/domain/ids.ts';
import type { ReceivedFile, Workspace } from '#core/workspace.ts';
import { accessImporter } from './access.ts';
import { applicationsImporter } from './applications.ts';
import { businessOwnersImporter } from './business-owners.ts';
import { kindColumns } from './columns.ts';
import { readCsv } from './csv-rows.ts';
import { employeesImporter } from './employees.ts';
import { Fields } from './fields.ts';
import type { KindImporter } from './importer.ts';
import { mapHeader, type MappedHeader } from './mapped-header.ts';
import { RejectsFile } from './rejects-file.ts';
import { ReportBuilder, unreadableReport } from './report.ts';
import type { FileSource } from './source-text.ts';
import { UnreadableFile } from './unreadable-file.ts';

export type ImportMode = 'allOrNothing' | 'acceptGood';

export interface ImportInput {
  readonly kind: ImportKind;
  /** `allOrNothing`: one bad row and nothing is imported. `acceptGood`: bad rows go to the rejects file. */
  readonly mode: ImportMode;
  /** The application the rows belong to, where the file does not name it. */
  readonly applicationId: ApplicationId | null;
  /** For the trail and for people; it is not opened. */
  readonly fileName: string;
  /** Opens the file from its start; called twice. The bytes must be the same both times. */
  readonly read: FileSource;
  readonly commandId: CommandId;
  readonly actor: Actor;
  /** Where rejected rows are written, in either mode; by default a temporary file, in mode `acceptGood` only. */
  readonly rejectsPath?: string;
}

export interface ImportOutcome {
  readonly report: ImportReport;
  /** The path of the file with the rejected rows, the caller's to remove; null when there is none. */
  readonly rejects: string | null;
}

/** Files of these kinds say which application they are about, or it is chosen for them. */
const applicationKinds: ReadonlySet<ImportKind> = new Set(['entitlements', 'accounts', 'grants']);

const payloadSchema = z.object({
  kind: z.enum(importKinds),
  mode: z.enum(['allOrNothing', 'acceptGood']),
  applicationId: idSchema<ApplicationId>().nullable(),
  fileName: z.string().max(500),
  /** SHA-256 of the file, hex. */
  contentHash: z.string().regex(/^[0-9a-f]{64}$/),
});

/**
 * Refusals: `directory.rejected` with `{ report }` in its data when the file cannot be read or, in mode
 * `allOrNothing`, has a bad row; `access.notAllowed` for anyone but administrators and Gatehouse itself;
 * `application.notFound`. A command id that was used before answers what it answered then, without rejects.
 * @throws what `read` throws; nothing is changed then.
 */
export async function importCsv(
  workspace: Pick<Workspace, 'execute' | 'database' | 'now'>,
  input: ImportInput,
): Promise<Result<ImportOutcome>> {
  const importer = importerFor(input.kind, workspace.now().slice(0, 10));
  const rejects =
    input.mode === 'acceptGood' || input.rejectsPath !== undefined
      ? await RejectsFile.create(input.rejectsPath ?? null)
      : null;
  let keepRejects = false;
  try {
    const contentHash = await survey(input, importer);
    const result = await workspace.execute(importCommand(input, importer, rejects), {
      id: input.commandId,
      payload: {
        kind: input.kind,
        mode: input.mode,
        applicationId: input.applicationId,
        fileName: input.fileName.slice(0, 500),
        contentHash,
      },
      actor: input.actor,
      issuedAt: workspace.now(),
      basedOn: null,
    });
    keepRejects = result.outcome === 'done' || input.rejectsPath !== undefined;
    return result.outcome === 'done'
      ? done({
          report: result.value.report,
          rejects: keepRejects && rejects !== null && rejects.rows > 0 ? rejects.path : null,
        })
      : result;
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    return refuseUnreadable(input.kind, error);
  } finally {
    await rejects?.close(keepRejects);
  }
}

/**
 * Imports a file that a console has sent, and removes it. The rejected rows come back as a CSV file; see `importCsv`
 * for what is refused.
 */
export async function importDirectory(
  workspace: Pick<Workspace, 'execute' | 'database' | 'now'>,
  { file, ...input }: Omit<ImportInput, 'fileName' | 'read' | 'rejectsPath'> & { readonly file: ReceivedFile },
): Promise<Result<{ readonly report: ImportReport; readonly rejects: Blob | null }>> {
  let result: Result<ImportOutcome>;
  try {
    result = await importCsv(workspace, { ...input, fileName: file.name, read: file.read });
  } finally {
    await file.remove();
  }
  if (result.outcome === 'refused') return result;
  const { report, rejects } = result.value;
  if (rejects === null) return done({ report, rejects: null });
  try {
    return done({ report, rejects: new Blob([await readFile(rejects)], { type: 'text/csv' }) });
  } finally {
    await rm(dirname(rejects), { recursive: true, force: true });
  }
}

function importerFor(kind: ImportKind, today: string): KindImporter {
  switch (kind) {
    case 'employees':
      return employeesImporter(today);
    case 'applications':
      return applicationsImporter();
    case 'businessOwners':
      return businessOwnersImporter();
    default:
      return accessImporter(kind);
  }
}

/** The first reading. Answers with the hash of the file. */
function survey(input: ImportInput, importer: KindImporter): Promise<string> {
  let header: MappedHeader | null = null;
  return readCsv(input.read, {
    header(found) {
      header = mapHeader(found, kindColumns[input.kind]);
      if (applicationKinds.has(input.kind) && input.applicationId === null && !header.found.has('application')) {
        throw new UnreadableFile(
          found.line,
          'The file has no column "Application". Add it, or choose the application for the whole file.',
        );
      }
      importer.header(header);
    },
    async rows(rows) {
      if (header === null) return;
      for (const row of rows) {
        const fields = new Fields(header, row);
        if (fields.rejection === null) importer.survey?.(fields);
      }
      await nextTurn();
    },
  });
}

/** The command that reads the file again and writes it. Its payload names the file by its hash; the rows come from `input`. */
function importCommand(input: ImportInput, importer: KindImporter, rejects: RejectsFile | null) {
  return defineCommand({
    type: 'directory.import',
    payload: payloadSchema,
    async run(payload, context): Promise<Result<{ readonly report: ImportReport }>> {
      const allowed = await mayImport(context);
      if (!allowed) return refuse('access.notAllowed', 'Only administrators import the directory.');
      if (payload.applicationId !== null && !(await applicationExists(context, payload.applicationId))) {
        return refuse('application.notFound', 'The application chosen for this file does not exist any more.');
      }
      // Imports compare before they write: two at a time would both find the same person missing.
      if (context.dialect === 'postgres') await lockImports(context);
      await rejects?.restart();
      const report = new ReportBuilder(payload.kind);
      const administered = await hasAdministrator(context);
      await importer.prepare({ context, applicationId: payload.applicationId });
      try {
        const hash = await writeRows(input, importer, report, rejects);
        if (hash !== payload.contentHash)
          throw new UnreadableFile(1, 'The file changed while it was being read. Import it again.');
      } catch (error) {
        if (error instanceof UnreadableFile) return refuseUnreadable(payload.kind, error);
        throw error;
      }
      if (administered && !(await hasAdministrator(context))) {
        const message =
          'After this import nobody who still works here would be an administrator. Make somebody else one first.';
        return refuse('directory.rejected', message, { report: unreadableReport(payload.kind, 1, null, message) });
      }
      if (report.rejected > 0 && payload.mode === 'allOrNothing') return refuseRejected(report.build(false));
      const built = report.build(true);
      const { read, created, changed, unchanged, rejected, warnings } = built;
      context.record({
        type: 'directory.imported',
        requestId: null,
        itemId: null,
        data: {
          kind: payload.kind,
          mode: payload.mode,
          applicationId: payload.applicationId,
          fileName: payload.fileName,
          contentHash: payload.contentHash,
          counts: { read, created, changed, unchanged, rejected, warnings },
          ...importer.evidence?.(),
        },
      });
      if (created + changed > 0) context.touch('directory', 'applications');
      return done({ report: built });
    },
  });
}

/** The second reading. Answers with the hash of what was read. */
function writeRows(
  input: ImportInput,
  importer: KindImporter,
  report: ReportBuilder,
  rejects: RejectsFile | null,
): Promise<string> {
  const columns = kindColumns[input.kind];
  let header: MappedHeader | null = null;
  return readCsv(input.read, {
    header(found) {
      header = mapHeader(found, columns);
      const { line } = header;
      const unread = columns.keepsUnknown
        ? []
        : header.unknown.map(({ name }) => ({
            column: name,
            reason: `This column is not known in a file of ${columns.title}; it is not read.`,
          }));
      for (const remark of [...unread, ...importer.remarks()])
        report.warning({ line, severity: 'warning', value: null, ...remark });
    },
    async rows(rows) {
      if (header === null) return;
      const mapped = header;
      const batch = rows.map((row) => new Fields(mapped, row));
      await importer.write(batch.filter(({ rejection }) => rejection === null));
      for (const fields of batch) report.row(fields);
      await rejects?.write(
        mapped,
        batch.filter(({ rejection }) => rejection !== null),
      );
      // Queries of the console get their turn between two batches.
      await nextTurn();
    },
  });
}

async function mayImport({ writer, command: { actor } }: CommandContext): Promise<boolean> {
  return actor.kind === 'system' || isAdministrator(writer, actor.employeeId);
}

async function hasAdministrator({ writer }: CommandContext): Promise<boolean> {
  const row = await writer
    .selectFrom('role_assignment')
    .innerJoin('employee', 'employee.id', 'role_assignment.employee_id')
    .select('employee.id')
    .where('role_assignment.role', '=', 'administrator')
    .where('employee.status', '=', 'active')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

async function applicationExists({ writer }: CommandContext, id: ApplicationId): Promise<boolean> {
  return (await writer.selectFrom('application').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
}

async function lockImports({ writer }: CommandContext): Promise<void> {
  // Any number does, as long as nothing else of Gatehouse takes it.
  await sql`select pg_advisory_xact_lock(7212304451)`.execute(writer);
}

function refuseUnreadable(kind: ImportKind, { line, column, message }: UnreadableFile) {
  return refuse('directory.rejected', message, { report: unreadableReport(kind, line, column, message) });
}

function refuseRejected(report: ImportReport) {
  const first = report.problems.find(({ severity }) => severity === 'rejected');
  const where =
    first === undefined
      ? ''
      : ` The first is on line ${first.line}${first.column === null ? '' : ` (${first.column})`}: ${first.reason}`;
  const rows = report.rejected === 1 ? '1 row has' : `${report.rejected.toLocaleString('en')} rows have`;
  return refuse('directory.rejected', `Nothing was imported: ${rows} a problem.${where}`, { report });
}
