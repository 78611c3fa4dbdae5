/**
 * One window's connection to the contract, whatever carries it. Both transports go through here, so
 * that both withstand the same things: nothing a window sends takes the process down or touches another
 * window, and everything a window had running ends with its connection.
 */
import type { AnyContractRouter } from '@orpc/contract';
import { ORPCError, onError, type Router } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import type { Logger } from 'pino';
import type { CallContext } from '#core/workspace.ts';
import { answeredCall, envelopeOf, unreadableAnswer, type RawMessage } from './rpc-messages.ts';

/** The contract, implemented. */
export type WorkspaceRouter = Router<AnyContractRouter, CallContext>;
export type TransportLog = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** A two-way carrier of messages. */
export interface Channel {
  /** Hands a message over; the channel swallows what can no longer be delivered. */
  send(message: RawMessage): void;
  /** Ends it because the window does not speak our language. */
  refuse(why: 'malformed' | 'tooLarge'): void;
}

/** What the channel tells the connection. */
export interface Connection {
  receive(message: unknown): void;
  /** The channel is gone: calls that are running are aborted, streams end. */
  closed(): void;
}

export type Serve = (channel: Channel, context: CallContext) => Connection;

/** Prepares a router once; the result serves any number of channels. */
export function createRpcServer(router: WorkspaceRouter, log: TransportLog): Serve {
  const handler = new RPCHandler<CallContext>(router, {
    clientInterceptors: [
      onError((error, { path }) => {
        // Refusals and rejected inputs are answers. Anything else is a fault of ours, or of the environment.
        if (error instanceof ORPCError && error.status < 500) return;
        if (isAbort(error)) return;
        log.error({ err: error, procedure: path.join('.') }, 'A call failed');
      }),
    ],
  });
  return (channel, context) => open(handler, channel, context, log);
}

function open(handler: RPCHandler<CallContext>, channel: Channel, context: CallContext, log: TransportLog): Connection {
  const listeners: { message?: Listener; close?: Listener } = {};
  const answered = new Set<string>();
  let isOpen = true;
  const send = (message: RawMessage) => {
    const id = answeredCall(message);
    if (id !== null) answered.add(id);
    if (isOpen) channel.send(message);
  };
  // The library asks for a WebSocket and uses these two functions of it.
  const socket = {
    send,
    addEventListener(type: 'message' | 'close', listener: Listener) {
      listeners[type] = listener;
    },
  };
  void handler.upgrade(socket as unknown as Parameters<typeof handler.upgrade>[0], { context });

  async function handle(message: unknown): Promise<void> {
    const envelope = envelopeOf(message);
    if (envelope === null || envelope === 'tooLarge') {
      isOpen = false;
      log.warn({ session: context.session.id }, 'A window sent what is no message of the console');
      channel.refuse(envelope === null ? 'malformed' : 'tooLarge');
      return;
    }
    await listeners.message?.({ data: message });
    if (!envelope.startsCall) return;
    // The library says nothing to a call whose body it could not read; whoever made it must not wait for ever.
    if (!answered.has(envelope.id)) send(unreadableAnswer(envelope.id));
    answered.delete(envelope.id);
  }

  return {
    receive(message) {
      if (!isOpen) return;
      handle(message).catch((error: unknown) => log.error({ err: error }, 'A message could not be handled'));
    },
    closed() {
      isOpen = false;
      void listeners.close?.({ data: undefined });
    },
  };
}

/** The library's listener for messages settles when the call has been answered in full. */
type Listener = (event: { readonly data: unknown }) => void | Promise<void>;

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
