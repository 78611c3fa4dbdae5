import { describe, expect, it } from 'vitest';
import { withoutSecrets, withoutSecretTexts } from './redact.ts';

const key = ['-----BEGIN', 'PRIVATE KEY-----\nhunter2\n-----END', 'PRIVATE KEY-----'].join(' ');

describe('what belongs in no log', () => {
  it('is cut out by its name, in any case and however deep', () => {
    const names = [
      'token',
      'Authorization',
      'apiKey',
      'API_KEY',
      'privateKey',
      'accessToken',
      'clientSecret',
      'Set-Cookie',
    ];
    for (const name of names) {
      const line = { a: { b: [{ c: { d: { [name]: { inner: 'hunter2' } } } }] }, [name]: 'hunter2', kept: 'kept' };
      const text = JSON.stringify(withoutSecrets(line));
      expect([name, text.includes('hunter2'), text.includes('kept')]).toEqual([name, false, true]);
    }
  });

  it('is cut out of what an error says and carries, and of its cause', () => {
    const cause = Object.assign(new Error('Bearer hunter2-hunter2'), {
      config: { headers: { authorization: 'hunter2' } },
    });
    const text = JSON.stringify(withoutSecrets({ err: new Error('postgres://ada:hunter2@host/db failed', { cause }) }));
    expect(text).not.toContain('hunter2');
    expect(text).toContain('postgres://ada:[cut out]@host/db failed');
    expect(text).toContain('redact.test.ts');
  });

  it.each([
    ['a key', key],
    ['a name and its value', 'failed with password=hunter2, sorry'],
    ['JSON', '{"refresh_token": "hunter2"}'],
    ['a header', 'authorization: Basic aHVudGVyMg== hunter'],
  ])('is cut out of a text: %s', (_what, text) => {
    expect(withoutSecretTexts(text)).not.toMatch(/hunter2|aHVudGVyMg/);
  });

  it('leaves alone what is none', () => {
    const line = { time: new Date(0), message: 'The token was refused', n: 3, nothing: null, path: '/requests/1' };
    expect(withoutSecrets(line)).toEqual(line);
  });

  it('ends where something refers to itself', () => {
    const line: Record<string, unknown> = {};
    line['again'] = line;
    expect(JSON.stringify(withoutSecrets(line))).toContain('[too deep]');
  });
});
