/** Carries discoveries out: opens the connector, hands page after page to the engine, and resumes where a dead process stopped. */
import { ConnectorFault, type DiscoveryPage } from '#core/connectors/connector.ts';
import { finishDiscovery, recordDiscoveryPage, startDiscovery } from '#core/commands/discovery.command.ts';
import type { Execute } from '#core/commands/execute.ts';
import type { Actor } from '#core/domain/audit.ts';
import { freshCommand } from '#core/domain/command.ts';
import { done, messageOf, refuse, type Result } from '#core/domain/errors.ts';
import type { ApplicationId, SyncRunId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Connections } from '#core/fulfillment/connections.ts';

export interface DiscoveryRuntime {
  start(applicationId: ApplicationId, actor: Actor): Promise<Result<{ readonly runId: SyncRunId }>>;
  /** Resolves when no discovery of this process is under way. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export interface DiscoveryOptions {
  readonly execute: Execute;
  readonly connections: Connections;
  readonly now: () => Instant;
}

export function createDiscovery({ execute, connections, now }: DiscoveryOptions): DiscoveryRuntime {
  const underWay = new Map<ApplicationId, { readonly runId: SyncRunId; readonly ended: Promise<void> }>();
  const stopping = new AbortController();
  return {
    async start(applicationId, actor) {
      const running = underWay.get(applicationId);
      if (running !== undefined) return done({ runId: running.runId });
      const connection = await connections.open(applicationId);
      if (connection.kind !== 'open') return refuse('connection.notConfigured', connection.message);
      const { connector } = connection;
      if (connector.discover === undefined)
        return refuse('fulfillment.notPossible', 'The connector of this application cannot discover what is in it.');
      const started = await execute(startDiscovery, command({ applicationId }, actor));
      if (started.outcome === 'refused') return started;
      const { runId, checkpoint } = started.value;
      // Two calls may have come this far together; they carry on one run.
      if (!underWay.has(applicationId)) {
        const ended = run(runId, connector.discover(checkpoint, stopping.signal)).finally(() =>
          underWay.delete(applicationId),
        );
        underWay.set(applicationId, { runId, ended });
      }
      return done({ runId });
    },
    async idle() {
      await Promise.all([...underWay.values()].map((running) => running.ended));
    },
    async stop() {
      stopping.abort();
      await Promise.all([...underWay.values()].map((running) => running.ended));
    },
  };

  async function run(runId: SyncRunId, pages: AsyncIterable<DiscoveryPage>): Promise<void> {
    const system: Actor = { kind: 'system', part: 'discovery' };
    let failure: string | null = null;
    try {
      for await (const page of pages) {
        const recorded = await execute(recordDiscoveryPage, command({ runId, page }, system));
        if (recorded.outcome === 'refused') throw new Error(recorded.refusal.message);
      }
    } catch (error) {
      // Stopped in the middle: the run stays open and is carried on from its checkpoint.
      if (stopping.signal.aborted) return;
      failure =
        error instanceof ConnectorFault ? error.message : `The discovery stopped unexpectedly: ${messageOf(error)}`;
    }
    await execute(
      finishDiscovery,
      command({ runId, failure: failure === null ? null : failure.slice(0, 2000) }, system),
    );
  }

  function command<Payload>(payload: Payload, actor: Actor) {
    return freshCommand(payload, actor, now());
  }
}
