import { describe, expect, it } from 'vitest';
import { emailsIn } from './pasted-people.ts';

describe('emailsIn', () => {
  it('reads a column of a sheet and the recipients of a mail', () => {
    expect(emailsIn('ana@example.com\nBEN@example.com\r\n')).toEqual(['ana@example.com', 'ben@example.com']);
    expect(emailsIn('"Kern, Ana" <ana@example.com>; ben@example.com')).toEqual(['ana@example.com', 'ben@example.com']);
  });

  it('counts nobody twice and ignores what is no address', () => {
    expect(emailsIn('ana@example.com, Ana@Example.com, nobody')).toEqual(['ana@example.com']);
    expect(emailsIn('Ana Kern')).toEqual([]);
  });
});
