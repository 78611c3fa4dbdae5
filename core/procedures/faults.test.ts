import { describe, expect, it } from 'vitest';
import { createChangeFeed } from '#core/change-feed.ts';
import { GatehouseError } from '#core/domain/errors.ts';
import { describeEachDatabase } from '#core/testing/each-database.ts';
import type { Workspace } from '#core/workspace.ts';
import { clientOf, commandId, errorOf, sessionOf, workspaceOf } from './callers.ts';

describeEachDatabase('a fault behind a procedure', (open) => {
  it('is told in words when it was written for people, and by a number otherwise', async () => {
    const opened = await open();
    const logged: [string, unknown][] = [];
    const clientFor = (error: Error) =>
      clientOf(
        workspaceOf(opened, { createSample: () => Promise.reject(error) }).workspace,
        sessionOf(null),
        (...entry) => logged.push(entry),
      );
    const disk = new GatehouseError(
      'database.full',
      'The disk is full.',
      { path: '/secret/place' },
      new Error('SQLITE_FULL'),
    );
    const told = await errorOf(clientFor(disk).workspace.createSample({ commandId: commandId() }));
    expect(told).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', message: 'The disk is full.' });
    const bug = new TypeError('Cannot read properties of undefined (reading token-123)');
    const hidden = await errorOf(clientFor(bug).workspace.createSample({ commandId: commandId() }));
    const { correlationId } = hidden.data as { correlationId: string };
    expect(hidden.message).toContain(correlationId);
    expect(JSON.stringify([told.toJSON(), hidden.toJSON()])).not.toMatch(/token-123|secret|SQLITE/);
    expect([told.cause, hidden.cause]).toEqual([undefined, undefined]);
    expect(logged.map(([, error]) => error)).toEqual([disk, bug]);
    expect(logged[1]?.[0]).toContain(`workspace.createSample failed (${correlationId})`);
  });
});

describe('notices of change', () => {
  it('come through the contract to windows nobody is signed in to, and end with the call', async () => {
    const changes = createChangeFeed({ foreignChanges: () => null });
    const client = clientOf({ changes } as unknown as Workspace, sessionOf(null));
    const leaving = new AbortController();
    const stream = await client.live.changes(undefined, { signal: leaving.signal });
    expect((await stream.next()).value).toMatchObject({ number: 0 });
    changes.publish(['tasks']);
    expect((await stream.next()).value).toEqual({ topics: ['tasks'], number: 1 });
    const waiting = stream.next();
    leaving.abort();
    expect((await waiting).done).toBe(true);
    changes.close();
  });
});
