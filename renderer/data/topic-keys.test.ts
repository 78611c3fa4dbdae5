import { describe, expect, it } from 'vitest';
import { orpc } from './client.ts';
import { keysOf } from './topic-keys.ts';

describe('the preview of an open request', () => {
  it.each(['applications', 'directory', 'rules', 'requests'] as const)('is asked for anew when %s change', (topic) => {
    const preview = orpc.requests.preview.key({ type: 'query', input: { items: [] } });
    // As TanStack Query matches them: a key outdates those that begin with it.
    const begins = (key: readonly unknown[]) =>
      JSON.stringify(preview[0]).startsWith(JSON.stringify(key[0]).slice(0, -1));
    expect(keysOf(topic).some(begins)).toBe(true);
  });
});
