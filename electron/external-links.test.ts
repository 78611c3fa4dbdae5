import { describe, expect, it } from 'vitest';
import { isExternalAllowed, openExternally } from './external-links.ts';
import { createFakeElectron } from './testing/fake-electron.ts';
import { keptLog } from './testing/kept-log.ts';

const hosts = ['docs.example', 'jira.example:8443'];

describe('an address outside the console', () => {
  it('is opened when it is https and its host is on the list', () => {
    const electron = createFakeElectron({ userData: '/nowhere' });
    for (const address of ['https://docs.example/guide?page=2#top', 'https://JIRA.example:8443/browse/ACCESS-7'])
      openExternally(electron, address, hosts, keptLog());
    expect(electron.fake.opened).toEqual([
      'https://docs.example/guide?page=2#top',
      'https://JIRA.example:8443/browse/ACCESS-7',
    ]);
    expect(electron.fake.notifications).toEqual([]);
  });

  it.each([
    'http://docs.example/',
    'https://docs.example.evil/',
    'https://evil.example/docs.example',
    'https://evil.example#https://docs.example',
    'https://docs.example@evil.example/',
    'https://user:password@docs.example/',
    'https://docs.example:8443/',
    'https://jira.example/',
    'https://docs.example.:443/',
    'https:docs',
    'file:///etc/passwd',
    'smb://docs.example/share',
    'ms-msdt:/id',
    'javascript:alert(1)',
    '',
  ])('%s stays shut', (address) => {
    const electron = createFakeElectron({ userData: '/nowhere' });
    const log = keptLog();
    openExternally(electron, address, hosts, log);
    expect(electron.fake.opened).toEqual([]);
    expect(log.lines).toHaveLength(1);
    expect(JSON.stringify(log.lines)).not.toContain('password');
    expect(electron.fake.notifications.map(({ options }) => options.title)).toEqual(['An address was not opened']);
  });

  it('is never opened while no application is connected to anything', () => {
    expect(isExternalAllowed('https://docs.example/', [])).toBe(false);
  });
});
