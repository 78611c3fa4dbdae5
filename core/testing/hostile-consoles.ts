/**
 * The consoles of schedules, which die at points that are chosen beforehand: one in the test's own process, whose
 * database does nothing any more, and one in a process of its own, which is killed.
 */
import { dirname } from 'node:path';
import type { CommandDefinition } from '#core/commands/command-definition.ts';
import type { Connector } from '#core/connectors/connector.ts';
import type { Command } from '#core/domain/command.ts';
import type { Result } from '#core/domain/errors.ts';
import type { ApplicationId } from '#core/domain/ids.ts';
import type { Database } from '#core/persistence/open-database.ts';
import { discoveryActor } from './builders.ts';
import { startConsole, type Console } from './console-process.ts';
import { startDelivery } from './delivery.ts';
import type { TestWorkspace } from './each-database.ts';
import { hostileConnector, openHostile, type Breakage, type HostileApplication } from './hostile-connector.ts';

/** Before a transaction, in it with everything written, or after its commit with the answer lost. */
export const commitPoints = ['before', 'within', 'after'] as const;
/** Those, and before a call reaches the application, or after its effect with the answer lost. */
export const crashModes = [...commitPoints, 'asked', 'unanswered'] as const;
export type CrashMode = (typeof crashModes)[number];

export interface CrashPoint {
  readonly mode: CrashMode;
  /** So many transactions, or calls, are let pass. */
  readonly left: number;
}

/** What a dead console was told and did not live to answer. */
export class Crash extends Error {}

export interface MortalConsole {
  readonly dead: boolean;
  /** @throws Crash */
  execute<Payload, Value>(
    definition: CommandDefinition<string, Payload, Value>,
    command: Omit<Command<string, unknown>, 'type'>,
  ): Promise<Result<Value>>;
  /** Until nothing is due, or it is dead. */
  idle(): Promise<void>;
  /** The same of a discovery. */
  discover(applicationId: ApplicationId): Promise<void>;
  /** Null: it lives on. */
  dieAt(point: CrashPoint | null): Promise<void>;
  /** Puts away what is left of it, and says so if it died. */
  stop(): Promise<void>;
}

export interface ConsoleSetting {
  readonly workspace: TestWorkspace;
  readonly application: HostileApplication;
  /** What the application's days are chosen by. */
  readonly random: (limit: number) => number;
  readonly breakage: Breakage | undefined;
  readonly owner: string;
  readonly died: (mode: CrashMode) => void;
}

/** Opens the consoles of one schedule, one after the other. */
export interface ConsoleKind {
  readonly crashModes: readonly CrashMode[];
  /** How long the lease of a dead one stands in the way of the next, in milliseconds. */
  readonly leaseOfDead: number;
  open(setting: ConsoleSetting): Promise<MortalConsole>;
}

/** In this process: nothing tells that such a console is dead, so that its leases end by the clock. */
export const consolesHere: ConsoleKind = {
  crashModes: commitPoints,
  leaseOfDead: 61_000,
  async open({ workspace, application, random, breakage, owner, died }) {
    let point: CrashPoint | null = null;
    let dead = false;
    let dies: () => void = () => undefined;
    const death = new Promise<void>((resolve) => (dies = resolve));
    function die(mode: CrashMode): never {
      dead = true;
      died(mode);
      dies();
      throw new Crash('dead');
    }
    /** Its process may be gone from one transaction to the next. */
    const mortal: Database = {
      ...workspace.database,
      async transaction(work) {
        if (dead) throw new Crash('dead');
        const mode = point !== null && point.left === 0 ? point.mode : null;
        if (point !== null) point = { ...point, left: point.left - 1 };
        if (mode === 'before') die(mode);
        const value = await workspace.database.transaction(async (writer) => {
          const inner = await work(writer);
          if (mode === 'within') die(mode);
          return inner;
        });
        if (mode === 'after') die(mode);
        return value;
      },
    };
    const delivery = startDelivery(
      { database: mortal },
      { now: workspace.clock.now, definitions: [hostileConnector(application, random, breakage)], owner },
    );
    return {
      get dead() {
        return dead;
      },
      execute: delivery.execute,
      idle: () => Promise.race([delivery.fulfillment.idle(), death]),
      async discover(applicationId) {
        await delivery.discovery.start(applicationId, discoveryActor).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
        await delivery.discovery.idle();
      },
      async dieAt(next) {
        point = next;
      },
      stop: () => delivery.stop(),
    };
  },
};

/**
 * Each in a process of its own, which dies by SIGKILL. One that was not killed goes on in the next schedule: to start a
 * process takes longer than to play a schedule.
 */
export function consolesElsewhere(): ConsoleKind & { close(): Promise<void> } {
  let running: Console | null = null;
  let point: CrashPoint | null = null;
  /** The application outlives the consoles, and so does what it was about to do. */
  let world: { readonly random: ConsoleSetting['random']; readonly connector: Connector } | null = null;

  async function onCall(moment: 'asked' | 'unanswered'): Promise<void> {
    if (point?.mode !== moment) return;
    if (point.left > 0) {
      point = { ...point, left: point.left - 1 };
      return;
    }
    await running?.kill();
  }

  async function started({ workspace: { location, clock } }: ConsoleSetting): Promise<Console> {
    return startConsole(
      {
        directory: location.kind === 'sqlite' ? dirname(location.file) : '/tmp',
        location,
        ahead: 0,
        runtime: true,
        secrets: {},
        at: clock.now(),
      },
      {
        now: clock.now,
        connector() {
          if (world === null) throw new Error('No schedule is being played');
          return world.connector;
        },
        onCall,
      },
    );
  }

  return {
    crashModes,
    leaseOfDead: 0,
    async open(setting) {
      const { application, random, breakage } = setting;
      point = null;
      if (world?.random !== random) world = { random, connector: openHostile(application, random, breakage) };
      const console = running?.dead === false ? running : await started(setting);
      running = console;
      const lives = async <Value>(work: Promise<unknown>): Promise<Value> => {
        try {
          return (await work) as Value;
        } catch (error) {
          throw console.dead ? new Crash('dead') : error;
        }
      };
      const untilDead = (work: Promise<unknown>): Promise<void> =>
        lives<void>(work).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
      return {
        get dead() {
          return console.dead;
        },
        execute: ({ type }, command) =>
          lives(console.tell({ kind: 'execute', type, command: command as Command<never, unknown> })),
        idle: () => untilDead(console.tell({ kind: 'idle' })),
        discover: (applicationId) =>
          untilDead(console.tell({ kind: 'discover', applicationId, actor: discoveryActor })),
        async dieAt(at) {
          point = at;
          const own = at !== null && (at.mode === 'before' || at.mode === 'within' || at.mode === 'after');
          await untilDead(console.tell({ kind: 'dieAt', point: own ? { mode: at.mode, left: at.left } : null }));
        },
        // One that lives goes on in the next schedule.
        async stop() {
          if (console.dead) setting.died(point?.mode ?? 'before');
        },
      };
    },
    async close() {
      await running?.kill();
    },
  };
}
