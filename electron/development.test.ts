import { describe, expect, it } from 'vitest';
import { developmentFrom, developmentPolicy } from './development.ts';

const env = { GATEHOUSE_DEV_SERVER: 'http://127.0.0.1:5173', GATEHOUSE_DEV_NONCE: 'abcdefghijklmnopqrstuv' };

describe('a console that is worked on', () => {
  it('comes from a server on this machine, and from nowhere else', () => {
    expect(developmentFrom(env, false)?.server.port).toBe('5173');
    for (const server of ['http://evil.example', 'https://127.0.0.1:5173', 'http://127.0.0.1.evil.example', '', 'x']) {
      expect(developmentFrom({ ...env, GATEHOUSE_DEV_SERVER: server }, false)).toBeNull();
    }
    expect(developmentFrom({ ...env, GATEHOUSE_DEV_NONCE: "x' 'unsafe-inline" }, false)).toBeNull();
    expect(developmentFrom({}, false)).toBeNull();
  });

  it('is never that of a packed program', () => {
    expect(developmentFrom(env, true)).toBeNull();
  });

  it('gets what hot reload needs, and the rest of the policy stays', () => {
    const policy = "default-src 'none'; script-src 'self'; connect-src 'none'; base-uri 'none'";
    expect(developmentPolicy(policy, developmentFrom(env, false)!)).toBe(
      "default-src 'none'; script-src 'self' 'nonce-abcdefghijklmnopqrstuv'; connect-src ws://127.0.0.1:5173; base-uri 'none'",
    );
  });
});
