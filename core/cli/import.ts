/** `npm run import`: fills the directory of a workspace from a CSV file and prints what came of it. */
import { createReadStream, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { importKinds, type ImportKind, type ImportReport } from '#core/contract/directory.contract.ts';
import { importCsv } from '#core/directory/import/import-directory.ts';
import { GatehouseError } from '#core/domain/errors.ts';
import { newId, type ApplicationId, type CommandId } from '#core/domain/ids.ts';
import { openWorkspace } from '#core/host.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { defaultWorkspaceDirectory, runTool } from './arguments.ts';

const help = `Usage: npm run import -- --kind KIND FILE [options]

  FILE                the CSV file; docs/guide/import.md describes its columns
  --kind KIND         ${importKinds.join(', ')}
  --workspace DIR     the folder of the workspace; created when missing; default: ${defaultWorkspaceDirectory()}
  --mode MODE         all-or-nothing (default): one bad row and nothing is imported
                      accept-good: bad rows are left out
  --application NAME  the application the rows belong to, where the file does not name it
  --rejects FILE      write the rejected rows there, with line, column and reason
  --help              this text
`;
const modes = { 'all-or-nothing': 'allOrNothing', 'accept-good': 'acceptGood' } as const;

await runTool(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      workspace: { type: 'string', default: defaultWorkspaceDirectory() },
      kind: { type: 'string' },
      mode: { type: 'string', default: 'all-or-nothing' },
      application: { type: 'string' },
      rejects: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const kind = kindOf(values.kind);
  const mode = modes[values.mode as keyof typeof modes] as (typeof modes)[keyof typeof modes] | undefined;
  if (mode === undefined)
    throw new GatehouseError('arguments', `--mode is all-or-nothing or accept-good, not ${values.mode}.`);
  const file = fileOf(positionals);
  const workspace = await openWorkspace({ directory: values.workspace, runtime: false });
  try {
    const applicationId =
      values.application === undefined ? null : await applicationNamed(workspace.database.read, values.application);
    const result = await importCsv(workspace, {
      kind,
      mode,
      applicationId,
      fileName: basename(file),
      read: () => createReadStream(file),
      commandId: newId<CommandId>(),
      actor: { kind: 'system', part: 'import' },
      ...(values.rejects === undefined ? {} : { rejectsPath: resolve(values.rejects) }),
    });
    const report =
      result.outcome === 'done' ? result.value.report : (result.refusal.data?.['report'] as ImportReport | undefined);
    if (report !== undefined) process.stdout.write(textOf(report));
    if (result.outcome === 'refused') {
      process.stderr.write(`${result.refusal.message}\n`);
      process.exitCode = 1;
    } else if (result.value.rejects !== null)
      process.stdout.write(`The rejected rows are in ${result.value.rejects}\n`);
  } finally {
    await workspace.close();
  }
});

function kindOf(text: string | undefined): ImportKind {
  const kind = importKinds.find((known) => known === text);
  if (kind === undefined)
    throw new GatehouseError('arguments', `Say what is in the file with --kind: ${importKinds.join(', ')}.`);
  return kind;
}

function fileOf(positionals: readonly string[]): string {
  const [name] = positionals;
  if (name === undefined || positionals.length > 1)
    throw new GatehouseError('arguments', `Name one file to import.\n\n${help}`);
  const file = resolve(name);
  // Named before a workspace is opened, or even created, for nothing.
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new GatehouseError('arguments', `There is no file ${file}.`);
  return file;
}

async function applicationNamed(read: Reader, name: string): Promise<ApplicationId> {
  const row = await read
    .selectFrom('application')
    .select('id')
    .where('name_key', '=', name.toLowerCase())
    .executeTakeFirst();
  if (row === undefined)
    throw new GatehouseError('arguments', `There is no application called "${name}" in this workspace.`);
  return row.id;
}

function textOf(report: ImportReport): string {
  const lines = report.problems.map(
    ({ line, column, severity, reason, value }) =>
      `line ${line}${column === null ? '' : `, ${column}`}: ${severity}: ${reason}${value === null ? '' : ` [${printable(value)}]`}`,
  );
  const more = report.rejected + report.warnings - report.problems.length;
  if (more > 0) lines.push(`… and ${more.toLocaleString('en')} more`);
  for (const count of ['read', 'created', 'changed', 'unchanged', 'rejected', 'warnings'] as const) {
    lines.push(`${count.padEnd(10)}${report[count].toLocaleString('en').padStart(10)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A value from a file never steers the terminal. */
function printable(value: string): string {
  // oxlint-disable-next-line no-control-regex -- replacing control characters is the point
  return value.slice(0, 80).replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '�');
}
