import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lifecycle } from '#core/engine/lifecycle.ts';
import { lifecyclePage } from './lifecycle-page.ts';

const root = new URL('../', import.meta.url);

const folder = new URL('core/commands/', root);
const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

function typesIn(files: readonly string[]): readonly string[] {
  return files.flatMap((source) =>
    [...source.matchAll(/defineCommand\(\{\s*type: '([\w.]+)'/g)].map(([, type]) => type ?? ''),
  );
}

/** Beside commands that change requests: how an application stands, and how far the reviews were looked at. */
const besideRequests = ['delivery.recordHealth', 'review.reconciled'];

/** What writes the rows of requests by way of the engine. */
const writing = /\b(?:insertRequest|saveRequest|saveDecided)\b/;

describe('docs/guide/request-lifecycle.md', () => {
  it('says what the table says (npm run docs:lifecycle writes it anew)', () => {
    expect(readFileSync(new URL('docs/guide/request-lifecycle.md', root), 'utf8')).toBe(lifecyclePage());
  });

  it('knows every command that changes requests, and no command that there is not', () => {
    const changing = typesIn(sources.filter((source) => writing.test(source)));
    expect(changing.length).toBeGreaterThan(15);
    const known = new Set([...lifecycle.map(({ type }) => type), ...besideRequests]);
    // A new command that changes something of a request goes into core/engine/lifecycle.ts.
    expect(changing.filter((type) => !known.has(type))).toEqual([]);
    expect([...known].filter((type) => !typesIn(sources).includes(type))).toEqual([]);
  });

  it('draws the way of an item from its beginning to its ends', () => {
    const drawn = /stateDiagram-v2\n([\s\S]*?)```/.exec(lifecyclePage())?.[1] ?? '';
    expect(drawn).toContain('[*] --> inReview: request.submit\n');
    expect(drawn).toContain('inReview --> approved: request.submit, task.decide (approve)');
    for (const state of ['denied', 'dropped', 'cancelled', 'expired', 'fulfilled', 'failed'])
      expect(drawn).toContain(`${state} --> [*]\n`);
    expect(drawn).not.toContain('approved --> [*]');
  });
});
