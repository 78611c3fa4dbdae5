import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { secretsIn } from './secrets-in.ts';

const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const longKey = generateKeyPairSync('rsa', { modulusLength: 1024 })
  .privateKey.export({ format: 'pem', type: 'pkcs1' })
  .toString();

describe('secrets in a file', () => {
  it.each([
    ['a private key', `const key = \`${longKey}\``],
    ['a private key', key],
    ['a token of GitHub', `token: 'ghp_${'a1B2'.repeat(9)}'`],
    ['a token of npm', `//registry/:_authToken=npm_${'a1B2'.repeat(9)}`],
    ['a key of AWS', `AKIA${'ABCD'.repeat(4)}`],
    ['a signed token', `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(30)}`],
    ['a password in an address', 'postgres://ada:hunter2hunter2@db.example.com/x'],
  ])('%s is found', (what, text) => expect(secretsIn(text)).toEqual([what]));

  it.each([
    "if (pem.startsWith('-----BEGIN PRIVATE KEY-----')) return;",
    'https://user:password@host.example.com/',
    'A token begins with ghp_.',
  ])('what only speaks of them is none: %s', (text) => expect(secretsIn(text)).toEqual([]));
});
