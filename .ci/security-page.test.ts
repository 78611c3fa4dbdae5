import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { promisesOf, securityPage } from './security-page.ts';

describe('docs/security.md', () => {
  it('says what the specs say (npm run docs:security writes it anew)', () => {
    expect(readFileSync(new URL('../docs/security.md', import.meta.url), 'utf8')).toBe(securityPage());
  });

  it('reads a test with its rule, and one without', () => {
    const source = `test('one', async () => {});\ntest(\n  'two’s',\n  guards("it's so"),\n  async () => {},\n);`;
    expect(promisesOf(source)).toEqual([
      { title: 'one', rule: null },
      { title: 'two’s', rule: "it's so" },
    ]);
  });

  it('takes no file for a promise that has no test', () => {
    expect(() => promisesOf('// later')).toThrow(/no tests/);
  });
});
