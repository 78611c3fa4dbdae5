/**
 * Takes what other systems report of tickets by calling here. The connector checks the signature; whoever calls without
 * one learns nothing, not even which applications there are.
 */
import type { Execute } from '#core/commands/execute.ts';
import { hearOfTicket } from '#core/commands/ticket.command.ts';
import type { IncomingCall } from '#core/connectors/connector.ts';
import { freshCommand } from '#core/domain/command.ts';
import type { ApplicationId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import { taskOfKey } from '#core/engine/ticket.ts';
import type { ReportAnswer } from '#core/workspace.ts';
import type { Connections } from './connections.ts';

export interface ReportsOptions {
  readonly execute: Execute;
  readonly connections: Connections;
  readonly now: () => Instant;
}

const unknown: ReportAnswer = { status: 401, message: 'This call is not accepted.' };
const longestNote = 500;

export function createReports({ execute, connections, now }: ReportsOptions) {
  return async function takeReport(applicationId: ApplicationId, call: IncomingCall): Promise<ReportAnswer> {
    return connections.use(applicationId, async (connection) => {
      // The secret is on another machine, or its keychain is locked: the other system tries again.
      if (connection.kind === 'noCredential') return { status: 503, message: 'Try again later.' };
      if (connection.kind !== 'open' || connection.connector.takeReport === undefined) return unknown;
      const taken = connection.connector.takeReport(call, now());
      if (taken.kind === 'refused') return { status: 400, message: taken.message };
      if (taken.kind !== 'applied' && taken.kind !== 'already') return unknown;
      const { key, reference, url, state, note, by } = taken.value;
      const fulfillmentTaskId = taskOfKey(key);
      if (fulfillmentTaskId === null) return { status: 404, message: 'No ticket of this key is known here.' };
      const result = await execute(
        hearOfTicket,
        freshCommand(
          {
            fulfillmentTaskId,
            applicationId,
            key,
            said: {
              ...(reference === undefined ? {} : { reference }),
              url: url ?? null,
              state,
              note: note.slice(0, longestNote),
              by: by ?? null,
              how: 'reported' as const,
              source: connection.connector.source.slice(0, 500),
              afterMilliseconds: null,
              jitter: 0,
            },
          },
          { kind: 'system', part: 'fulfillment' },
          now(),
        ),
      );
      if (result.outcome === 'done') return { status: 204, message: '' };
      const { code, message } = result.refusal;
      return { status: code === 'fulfillment.notFound' ? 404 : 409, message };
    });
  };
}
