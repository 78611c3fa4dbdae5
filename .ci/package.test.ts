import { describe, expect, it } from 'vitest';
import { settingsFrom } from './package.ts';

describe('what the environment decides about a package', () => {
  it('is nothing, when it says nothing', () => {
    expect(settingsFrom({})).toEqual(['-c.mac.notarize=false']);
    expect(settingsFrom({ GATEHOUSE_UPDATE_URL: '', APPLE_API_KEY: '' })).toEqual(['-c.mac.notarize=false']);
  });

  it('is where updates are announced, and in which channel', () => {
    const env = { GATEHOUSE_UPDATE_URL: 'https://updates.example/gatehouse', GATEHOUSE_UPDATE_CHANNEL: 'beta' };
    expect(settingsFrom(env, 'linux', 'x64')).toEqual([
      '-c.mac.notarize=false',
      '-c.publish.provider=generic',
      '-c.publish.url=https://updates.example/gatehouse',
      '-c.publish.channel=beta',
    ]);
    expect(settingsFrom({ ...env, GATEHOUSE_UPDATE_CHANNEL: '' }, 'win32')).toContain('-c.publish.channel=latest');
  });

  it('is a channel of its own for each processor on macOS, whose files would else have one name', () => {
    const env = { GATEHOUSE_UPDATE_URL: 'https://updates.example/gatehouse' };
    expect(settingsFrom(env, 'darwin', 'arm64')).toContain('-c.publish.channel=latest-arm64');
    expect(settingsFrom(env, 'darwin', 'x64')).toContain('-c.publish.channel=latest-x64');
  });

  it('is no address that anybody on the way could change', () => {
    expect(() => settingsFrom({ GATEHOUSE_UPDATE_URL: 'http://updates.example' })).toThrow(/https/);
  });

  it('is notarisation, where there is a key for it', () => {
    expect(settingsFrom({ APPLE_API_KEY: '/secrets/key.p8' })).toEqual(['-c.mac.notarize=true']);
  });
});
