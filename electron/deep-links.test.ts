import { describe, expect, it } from 'vitest';
import { claimDeepLinks, followDeepLinks, placeOfDeepLink } from './deep-links.ts';
import { createFakeElectron, fakeEvent } from './testing/fake-electron.ts';
import { keptLog } from './testing/kept-log.ts';

const id = '019412aa-0000-7000-8000-0123456789ab';

describe('a link to a request', () => {
  it.each([`gatehouse://request/${id}`, `gatehouse://request/${id}/`, `GATEHOUSE://REQUEST/${id.toUpperCase()}`])(
    '%s opens it',
    (link) => {
      expect(placeOfDeepLink(link)).toBe(`/requests/${id}`);
    },
  );
});

describe('any other link leads nowhere', () => {
  it.each([
    '',
    'gatehouse:',
    'gatehouse://',
    'gatehouse://request/',
    'gatehouse://request/42',
    `gatehouse://request/${id}x`,
    `gatehouse://request/${id}/../../tasks`,
    `gatehouse://request/${id}?next=https://evil.example`,
    `gatehouse://request/${id}#/directory`,
    `gatehouse://request/${id}\n`,
    `gatehouse://user:password@request/${id}`,
    `gatehouse://request:80/${id}`,
    `gatehouse://person/${id}`,
    `gatehouse://approve/${id}`,
    `gatehouse:request/${id}`,
    `https://request/${id}`,
    'gatehouse://request/%3Cscript%3E',
    `gatehouse://request/${'a'.repeat(100_000)}`,
    'javascript:alert(1)',
  ])('%s', (link) => {
    expect(placeOfDeepLink(link)).toBeNull();
  });
});

describe('links from the system', () => {
  it('are followed or leave a line in the log that holds nothing of them', () => {
    const electron = createFakeElectron({ userData: '/nowhere' });
    const shown: string[] = [];
    const log = keptLog();
    const follow = followDeepLinks(electron, { log, show: (place) => void shown.push(place) });
    const event = fakeEvent();
    electron.fake.app.emit('open-url', event, `gatehouse://request/${id}`);
    electron.fake.app.emit('open-url', fakeEvent(), 'gatehouse://approve/hunter2');
    expect(event.defaultPrevented).toBe(true);
    expect(shown).toEqual([`/requests/${id}`]);
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    expect(JSON.stringify(log.lines)).not.toContain('hunter2');
    expect(follow(['electron', '.', '--hidden'])).toBe(false);
    expect(follow(['electron', '.', `gatehouse://request/${id}`])).toBe(true);
    expect(shown).toHaveLength(2);
  });

  it('are claimed for the program, and for Electron with our folder when run from sources', () => {
    const sources = createFakeElectron({ userData: '/nowhere' });
    claimDeepLinks(sources, keptLog(), '/src');
    expect(sources.fake.state.protocolClients).toEqual([['gatehouse', process.execPath, ['/src']]]);
    const packed = createFakeElectron({ userData: '/nowhere', isPackaged: true });
    claimDeepLinks(packed, keptLog(), '/src');
    expect(packed.fake.state.protocolClients).toEqual([['gatehouse', undefined, undefined]]);
  });
});
