import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { connectors } from '#core/connectors/registry.ts';
import { pageOf, pages, withList } from './connectors-page.ts';

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

describe('the list of connectors', () => {
  it.each(pages)('in $file says what they declare (npm run docs:connectors writes it anew)', ({ file, way }) => {
    const text = read(file);
    expect(withList(text, way)).toBe(text);
    for (const { description } of connectors.values()) expect(text).toContain(`(${way}${pageOf(description)})`);
  });

  it.each([...connectors.values()].map(({ description }) => description))(
    'leads to a page of $title that says how it is set up',
    (description) => {
      const page = `docs/connectors/${pageOf(description)}`;
      expect(existsSync(new URL(`../${page}`, import.meta.url))).toBe(true);
      expect(read(page)).toMatch(/^## Setting it up$/m);
    },
  );

  it('takes no page without a place for it', () => {
    expect(() => withList('# Gatehouse', '')).toThrow(/no place/);
  });
});
