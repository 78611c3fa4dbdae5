/**
 * `npm run replay -- FILE`: replays a recorded history of access decisions through the real engine, into a
 * fresh workspace and an application in memory, and checks that nothing was lost.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { GatehouseError, messageOf } from '#core/domain/errors.ts';
import { runTool } from './arguments.ts';
import { progressOn } from './replay/progress.ts';
import { replayHistory, type ReplayFigures } from './replay/replay-history.ts';

const help = `Usage: npm run replay -- FILE [options]

  FILE             a history as CSV: ACTION, RESOURCE, MGR_ID and the columns of the requester's profile
  --json OUT       write the counts to this file as JSON
  --workspace DIR  an empty folder for the workspace, which is kept; default: a temporary one, removed afterwards
  --keep           keep the temporary workspace too
  --help           this text
`;

await runTool(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      workspace: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const [file] = positionals;
  if (file === undefined || positionals.length > 1)
    throw new GatehouseError('arguments', `Name one file to replay.\n\n${help}`);
  const directory =
    values.workspace === undefined ? mkdtempSync(join(tmpdir(), 'gatehouse-replay-')) : resolve(values.workspace);
  try {
    const { figures, problems } = await replayHistory(file, directory, progressOn(process.stderr));
    process.stdout.write(reportOf(figures));
    if (values.json !== undefined) write(values.json, figures);
    for (const problem of problems) process.stderr.write(`${problem}\n`);
    if (problems.length > 0) process.exitCode = 1;
    else
      process.stdout.write(
        'Nothing was lost: every count agrees with the file, and every chain of the trail is intact.\n',
      );
  } finally {
    if (values.workspace === undefined && !values.keep) rmSync(directory, { recursive: true, force: true });
    else process.stdout.write(`The workspace is in ${directory}.\n`);
  }
});

function reportOf(figures: ReplayFigures): string {
  const { requests, approved, denied, grants, auditEvents, seconds, requestsPerSecond } = figures;
  const lines: readonly (readonly [string, string])[] = [
    ['requests', requests.toLocaleString('en')],
    ['approved', approved.toLocaleString('en')],
    ['denied', denied.toLocaleString('en')],
    ['grants', grants.toLocaleString('en')],
    ['audit events', auditEvents.toLocaleString('en')],
    ['seconds', seconds.toFixed(1)],
    ['requests per second', requestsPerSecond.toFixed(1)],
  ];
  return lines.map(([name, value]) => `${name.padEnd(20)} ${value.padStart(10)}\n`).join('');
}

function write(file: string, figures: ReplayFigures): void {
  try {
    writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
  } catch (error) {
    throw new GatehouseError(
      'arguments',
      `The counts cannot be written to ${file}: ${messageOf(error)}.`,
      { file },
      error,
    );
  }
}
