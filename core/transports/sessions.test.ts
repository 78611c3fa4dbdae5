import { describe, expect, it } from 'vitest';
import { createSessions, linkLifetime } from './sessions.ts';

describe('sessions', () => {
  it('exchanges a link for a session once', () => {
    const sessions = createSessions();
    const token = sessions.createLink();
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const redeemed = sessions.redeem(token)!;
    expect(sessions.find(redeemed.cookie)).toBe(redeemed.session);
    expect(redeemed.session.operatorId).toBeNull();
    expect(sessions.redeem(token)).toBeNull();
    expect(sessions.find(token)).toBeNull();
    expect(sessions.redeem(redeemed.cookie)).toBeNull();
  });

  it('takes a link until ten minutes have passed, and no other', () => {
    let now = 1_000;
    const sessions = createSessions({ clock: () => now });
    const [early, late] = [sessions.createLink(), sessions.createLink()];
    now += linkLifetime - 1;
    expect(sessions.redeem(early)).not.toBeNull();
    now += 1;
    expect(sessions.redeem(late)).toBeNull();
    for (const wrong of ['', 'x', early.slice(0, -1), `${early}A`]) expect(sessions.redeem(wrong)).toBeNull();
  });

  it('forgets the oldest of links nobody opens', () => {
    const sessions = createSessions();
    const tokens = Array.from({ length: 101 }, () => sessions.createLink());
    expect(sessions.redeem(tokens[0]!)).toBeNull();
    expect(sessions.redeem(tokens[1]!)).not.toBeNull();
  });

  it('gives a session addresses for further windows where there are any', () => {
    const plain = createSessions();
    expect(plain.redeem(plain.createLink())!.session.windowLink()).toBeNull();
    const sessions = createSessions({ address: (token) => `http://127.0.0.1:1/?token=${token}` });
    const link = sessions.redeem(sessions.createLink())!.session.windowLink()!;
    expect(sessions.redeem(new URL(link).searchParams.get('token')!)).not.toBeNull();
  });
});
