/** `npm run report`: saves the report of a request, its whole trail, to a file. */
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { requestReport } from '#core/audit/report.ts';
import { GatehouseError, messageOf } from '#core/domain/errors.ts';
import { openWorkspace } from '#core/host.ts';
import { defaultWorkspaceDirectory, runTool } from './arguments.ts';

const help = `Usage: npm run report -- --request NUMBER [options]

  --request NUMBER  the request, by the number that the console shows
  --workspace DIR   the folder of the workspace; default: ${defaultWorkspaceDirectory()}
  --format FORMAT   pdf (default) or csv
  --out FILE        where to save it, in place of what is there; default: a new file in this folder
  --help            this text
`;

await runTool(async () => {
  const { values } = parseArgs({
    options: {
      workspace: { type: 'string', default: defaultWorkspaceDirectory() },
      request: { type: 'string' },
      format: { type: 'string', default: 'pdf' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const number = Number(values.request);
  if (!Number.isInteger(number) || number < 1)
    throw new GatehouseError('arguments', 'Say which request with --request NUMBER.');
  const { format } = values;
  if (format !== 'pdf' && format !== 'csv')
    throw new GatehouseError('arguments', `--format is pdf or csv, not ${format}.`);
  if (!existsSync(join(values.workspace, 'workspace.db')))
    throw new GatehouseError(
      'arguments',
      `There is no workspace in ${resolve(values.workspace)}. Name one with --workspace.`,
    );
  const workspace = await openWorkspace({ directory: values.workspace, runtime: false });
  try {
    const request = await workspace.database.read
      .selectFrom('access_request')
      .select('id')
      .where('number', '=', number)
      .executeTakeFirst();
    if (request === undefined)
      throw new GatehouseError('arguments', `There is no request ${number} in ${workspace.directory}.`);
    const report = await requestReport(workspace.database.read, request.id, format, {
      at: workspace.now(),
      by: 'the command line',
    });
    const file = resolve(values.out ?? report.fileName);
    try {
      writeFileSync(file, report.bytes, { flag: values.out === undefined ? 'wx' : 'w' });
    } catch (error) {
      throw new GatehouseError(
        'report.write',
        `The report could not be saved as ${file}: ${messageOf(error)}. Choose another place with --out.`,
        { file },
        error,
      );
    }
    process.stdout.write(`${file}\n`);
  } finally {
    await workspace.close();
  }
});
