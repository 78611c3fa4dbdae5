import { describe, expect, it } from 'vitest';
import { openableAddress } from './openable-address.ts';

describe('an address from another system', () => {
  it('is a link only when it is plain https', () => {
    const address = 'https://jira.example.com/browse/ACCESS-7';
    expect(openableAddress(address)).toBe(address);
    for (const bad of [
      'http://jira.example.com/browse/ACCESS-7',
      'javascript:alert(1)//https://jira.example.com',
      'data:text/html,x',
      'file:///etc/passwd',
      '//jira.example.com',
      'https://somebody@jira.example.com',
      'https:',
      '',
    ])
      expect(openableAddress(bad)).toBeNull();
  });
});
