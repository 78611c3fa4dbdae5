/** Calls in both directions over one channel between the process that plays Electron and the test that plays its windows. */
export type Methods = Readonly<Record<string, (...args: never[]) => unknown>>;

interface Channel {
  send(message: unknown): void;
  listen(listener: (message: unknown) => void): void;
}

type Message =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly message: string };

type Result<Method> = Method extends (...args: never[]) => infer Value ? Awaited<Value> : never;
type Parameters_<Method> = Method extends (...args: infer Args) => unknown ? Args : never;

/** The other side's methods, each answering with a promise. */
export type Remote<Other extends Methods> = <Name extends keyof Other & string>(
  name: Name,
  ...args: Parameters_<Other[Name]>
) => Promise<Result<Other[Name]>>;

export function createWire<Other extends Methods>(channel: Channel, own: Methods): Remote<Other> {
  const waiting = new Map<number, PromiseWithResolvers<never>>();
  let last = 0;

  async function answer({ id, method, args }: Extract<Message, { kind: 'call' }>): Promise<void> {
    try {
      const called = own[method] as ((...given: readonly unknown[]) => unknown) | undefined;
      if (called === undefined) throw new Error(`There is no ${method} on the other side.`);
      channel.send({ kind: 'result', id, value: await called(...args) });
    } catch (error) {
      channel.send({ kind: 'error', id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  channel.listen((received) => {
    const message = received as Message;
    if (message.kind === 'call') return void answer(message);
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.kind === 'result') call?.resolve(message.value as never);
    else call?.reject(new Error(message.message));
  });

  return (method, ...args) => {
    last += 1;
    const call = Promise.withResolvers<never>();
    waiting.set(last, call);
    channel.send({ kind: 'call', id: last, method, args });
    return call.promise;
  };
}
