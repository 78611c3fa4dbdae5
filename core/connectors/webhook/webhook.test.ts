import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { instant } from '#core/domain/instant.ts';
import { playServer, type GivenAnswer, type ReceivedCall } from '#core/testing/http-server.ts';
import { startScriptedProxy } from '#core/testing/scripted-proxy.ts';
import { sampleDraft } from '../ticket-values.ts';
import { webhookFields } from './configuration.ts';
import { webhookConnector } from './index.ts';

const never = new AbortController().signal;
const signingSecret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const callbackSecret = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const filled = Object.fromEntries(
  webhookFields.flatMap(({ name, initial }) => (initial === undefined ? [] : [[name, initial] as const])),
);

/** A receiver that believes only what the reference implementation of Standard Webhooks verifies. */
async function receiver(answer: (call: ReceivedCall) => GivenAnswer) {
  const bodies: unknown[] = [];
  const server = await playServer((call) => {
    try {
      new Webhook(signingSecret).verify(
        call.body === '' ? '' : call.body,
        call.headers as Record<string, string>,
        undefined as never,
      );
    } catch (error) {
      // The reference parses the body as JSON; only what it says of the signature counts for an empty one.
      if (!(error instanceof SyntaxError)) return { status: 401, body: String(error) };
    }
    bodies.push(call.body);
    return answer(call);
  });
  const proxy = await startScriptedProxy(server.baseUrl);
  closers.push(
    () => server.close(),
    () => proxy.close(),
  );
  const connect = (
    form: Readonly<Record<string, unknown>> = {},
    secrets: Readonly<Record<string, string>> = { signingSecret, callbackSecret },
  ) =>
    webhookConnector.open({
      configuration: webhookConnector.configuration.parse({
        ...filled,
        url: `${proxy.baseUrl}/hooks`,
        timeoutSeconds: 1,
        ...form,
      }),
      secrets,
    });
  return { server, proxy, bodies, connect };
}

describe('a webhook', () => {
  it('sends a signed call that the reference implementation verifies, and takes its answer for done', async () => {
    const { server, connect } = await receiver(() => ({ status: 204 }));
    const connector = connect({ headers: 'X-Person: {{personName}}' });
    expect(await connector.test(never)).toMatchObject({ passed: true });
    expect(JSON.parse(server.calls[0]?.body ?? '')).toMatchObject({ type: 'gatehouse.test' });
    const draft = {
      ...sampleDraft,
      justification: '"quoted"\nand {{key}}',
      person: { ...sampleDraft.person, displayName: 'Ada\r\nX-Evil: 1' },
    };
    expect(await connector.openTicket?.(draft, never)).toMatchObject({
      kind: 'applied',
      value: { state: 'done', reference: draft.key },
    });
    const call = server.calls.at(-1);
    expect(call?.headers).toMatchObject({
      'webhook-id': draft.key,
      'idempotency-key': draft.key,
      'x-person': 'Ada X-Evil: 1',
    });
    expect(JSON.parse(call?.body ?? '')).toMatchObject({
      type: 'access.grant',
      key: draft.key,
      request: { number: 1042, justification: '"quoted"\nand {{key}}' },
      entitlement: { id: 'approvers' },
    });
    const form = connect({ bodyFormat: 'form', body: 'who={{personName}}&why={{justification}}' });
    await form.openTicket?.({ ...draft, justification: 'a&b=c d' }, never);
    expect(new URLSearchParams(server.calls.at(-1)?.body).get('why')).toBe('a&b=c d');
    // With another secret the receiver does not believe it.
    const wrong = connect({}, { signingSecret: callbackSecret });
    expect(await wrong.test(never)).toMatchObject({ passed: false });
    expect(await wrong.openTicket?.(draft, never)).toMatchObject({ kind: 'needsPerson' });
    const none = connect({}, { signingSecret: 'short' });
    expect(await none.openTicket?.(draft, never)).toMatchObject({
      kind: 'needsPerson',
      message: expect.stringContaining('whsec_') as string,
    });
  });

  it('fails by kind, repeats nothing by itself, and goes nowhere else', async () => {
    const { proxy, connect } = await receiver(() => ({
      status: 200,
      body: { state: 'rejected', note: 'nobody of ours' },
    }));
    const connector = connect();
    expect(await connector.openTicket?.(sampleDraft, never)).toMatchObject({
      kind: 'applied',
      value: { state: 'rejected', note: 'nobody of ours' },
    });
    proxy.forgetRequests();
    const cases = [
      [{ kind: 'answer', status: 400, body: '{"error":"no such group"}' }, { kind: 'refused' }],
      [
        { kind: 'answer', status: 503, headers: { 'retry-after': '9' } },
        { kind: 'retryable', afterMilliseconds: 9000 },
      ],
      [{ kind: 'answer', status: 307, headers: { location: 'https://elsewhere.example/' } }, { kind: 'needsPerson' }],
      [{ kind: 'answer', status: 200, body: '<!doctype html>' }, { kind: 'retryable' }],
      [{ kind: 'truncated' }, { kind: 'retryable' }],
      [{ kind: 'reset' }, { kind: 'retryable' }],
      [{ kind: 'silence' }, { kind: 'retryable' }],
    ] as const;
    for (const [fault, expected] of cases) {
      proxy.addRule({ fault });
      expect(await connector.openTicket?.(sampleDraft, never)).toMatchObject(expected);
    }
    expect(proxy.requests).toHaveLength(cases.length);
    expect(await connector.openTicket?.(sampleDraft, AbortSignal.abort())).toMatchObject({ kind: 'retryable' });
  });

  it('reads a status address, signed', async () => {
    let state: object = { state: 'open' };
    const { server, proxy, connect } = await receiver(({ method }) =>
      method === 'GET'
        ? { status: 200, body: state }
        : { status: 202, body: { reference: 'job/7', url: 'https://x.example/7' } },
    );
    const connector = connect({
      confirmation: 'poll',
      statusUrl: `${proxy.baseUrl}/jobs/{{reference}}`,
      pollMinutes: 1,
    });
    expect(await connector.openTicket?.(sampleDraft, never)).toMatchObject({
      value: { state: 'open', reference: 'job/7' },
    });
    expect(await connector.readTicket?.('job/7', never)).toMatchObject({ value: { state: 'open' } });
    expect(server.calls.at(-1)?.url.pathname).toBe('/jobs/job%2F7');
    state = { state: 'done', note: 'in group 7', by: 'hal' };
    expect(await connector.readTicket?.('job/7', never)).toMatchObject({
      value: { state: 'done', note: 'in group 7', by: 'hal' },
    });
    state = { status: 'finished' };
    expect(await connector.readTicket?.('job/7', never)).toMatchObject({ kind: 'retryable' });
    expect(connector.readTicketAfter).toBe(60_000);
  });

  it('believes a report of the receiver only with its own fresh signature over exactly this body', async () => {
    const { connect } = await receiver(() => ({ status: 202 }));
    const connector = connect({ confirmation: 'callback' });
    const now = new Date('2026-01-05T08:00:00.000Z');
    const body = JSON.stringify({ key: sampleDraft.key, state: 'done', by: 'ops' });
    const call = (secret = callbackSecret, at = now, sent = body, id = 'msg_1') => ({
      headers: {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': `v1,AAAA ${new Webhook(secret).sign(id, at, body)}`,
      },
      body: Buffer.from(sent),
    });
    const take = (given: ReturnType<typeof call>) => connector.takeReport?.(given, instant(now.toISOString()));
    expect(take(call())).toMatchObject({ kind: 'applied', value: { key: sampleDraft.key, state: 'done', by: 'ops' } });
    const refusedCalls = [
      call(signingSecret),
      call(callbackSecret, new Date(now.getTime() - 301_000)),
      call(callbackSecret, new Date(now.getTime() + 301_000)),
      call(callbackSecret, now, body.replace('done', 'open')),
      { ...call(), headers: { ...call().headers, 'webhook-id': 'msg_2' } },
      { ...call(), headers: { ...call().headers, 'webhook-signature': '' } },
    ];
    for (const refused of refusedCalls) expect(take(refused)).toMatchObject({ kind: 'needsPerson' });
    // One secret for both ways would let our own calls be sent back to us.
    const same = connect({ confirmation: 'callback' }, { signingSecret, callbackSecret: signingSecret });
    expect(await same.test(never)).toMatchObject({ passed: false });
    expect(connect().takeReport?.(call(), instant(now.toISOString()))).toMatchObject({ kind: 'needsPerson' });
  });
});
