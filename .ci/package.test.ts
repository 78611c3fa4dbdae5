import { describe, expect, it } from 'vitest';
import { settingsFrom } from './package.ts';

describe('what the environment decides about a package', () => {
  it('is nothing, when it says nothing', () => {
    expect(settingsFrom({})).toEqual(['-c.mac.notarize=false']);
    expect(settingsFrom({ GATEHOUSE_UPDATE_URL: '', APPLE_API_KEY: '' })).toEqual(['-c.mac.notarize=false']);
  });

  it('is where updates are announced, and in which channel', () => {
    const env = { GATEHOUSE_UPDATE_URL: 'https://updates.example/gatehouse', GATEHOUSE_UPDATE_CHANNEL: 'beta' };
    expect(settingsFrom(env)).toEqual([
      '-c.mac.notarize=false',
      '-c.publish.provider=generic',
      '-c.publish.url=https://updates.example/gatehouse',
      '-c.publish.channel=beta',
    ]);
    expect(settingsFrom({ ...env, GATEHOUSE_UPDATE_CHANNEL: '' })).toContain('-c.publish.channel=latest');
  });

  it('is no address that anybody on the way could change', () => {
    expect(() => settingsFrom({ GATEHOUSE_UPDATE_URL: 'http://updates.example' })).toThrow(/https/);
  });

  it('is notarisation, where there is a key for it', () => {
    expect(settingsFrom({ APPLE_API_KEY: '/secrets/key.p8' })).toEqual(['-c.mac.notarize=true']);
  });
});
