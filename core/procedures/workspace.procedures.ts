/** The workspace itself, and notices of what changes in it. */
import { setUpWorkspace } from '#core/commands/set-up-workspace.command.ts';
import { readWorkspaceSettings } from '#core/commands/workspace-settings.ts';
import { loadPeople } from '#core/queries/people.ts';
import { changeStream } from './change-stream.ts';
import type { Procedures } from './context.ts';

export function workspaceProcedures({ anyone }: Procedures) {
  return {
    status: anyone.workspace.status.handler(async ({ context: { workspace } }) => {
      const { read, dialect } = workspace.database;
      const settings = await readWorkspaceSettings(read);
      const operatorId = settings?.operatorId ?? null;
      const people = await loadPeople(read, [operatorId]);
      return {
        state: settings === null ? ('new' as const) : ('ready' as const),
        name: settings?.name ?? null,
        kind: settings?.kind ?? null,
        signIn: settings?.signIn ?? null,
        operator: operatorId === null ? null : (people.get(operatorId) ?? null),
        version: workspace.version,
        database: dialect,
        keychain: await workspace.secrets.availability(),
      };
    }),

    createSample: anyone.workspace.createSample.handler(({ context: { workspace }, input }) =>
      workspace.createSample(input.commandId),
    ),

    createOwn: anyone.workspace.createOwn.handler(({ context: { workspace }, input: { commandId, ...payload } }) =>
      workspace.execute(setUpWorkspace, {
        id: commandId,
        payload,
        // There is nobody yet who could be signed in.
        actor: { kind: 'system', part: 'setup' },
        issuedAt: workspace.now(),
        basedOn: null,
      }),
    ),
  };
}

export function liveProcedures({ anyone }: Procedures) {
  return {
    changes: anyone.live.changes.handler(({ context: { workspace }, signal }) =>
      changeStream(workspace.changes, signal),
    ),
  };
}
