/* Runs in a world of its own beside the page: `require('electron')` as a sandboxed preload knows it. */
(() => {
  if (window !== window.top) return;
  const say = (message) => globalThis.standInSay(JSON.stringify(message));
  const listeners = new Map();
  const waiting = new Map();
  const ports = new Map();
  /** What a port says before it closes; main-world.js makes Electron's `close` event of it. */
  const lastMessage = 'stand-in:port-closed';
  let last = 0;

  const carry = (value) => {
    if (value === undefined) return { is: 'undefined' };
    const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
    if (!ArrayBuffer.isView(bytes)) {
      const isRecord = Object.values(value ?? {}).some((field) => field instanceof ArrayBuffer);
      if (!isRecord) return { is: 'json', value };
      return {
        is: 'record',
        fields: Object.fromEntries(Object.entries(value).map(([name, field]) => [name, carry(field)])),
      };
    }
    return { is: 'bytes', base64: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).toBase64() };
  };
  const uncarry = (carried) => {
    if (carried.is === 'undefined') return undefined;
    if (carried.is === 'record')
      return Object.fromEntries(Object.entries(carried.fields).map(([name, field]) => [name, uncarry(field)]));
    return carried.is === 'bytes' ? Uint8Array.fromBase64(carried.base64).buffer : carried.value;
  };

  /** One end goes to the page; what comes to the other is relayed. */
  const openPort = (number) => {
    const { port1, port2 } = new MessageChannel();
    ports.set(number, port1);
    port1.addEventListener('message', ({ data }) => {
      if (data !== lastMessage) return say({ kind: 'portData', port: number, data: carry(data) });
      if (ports.delete(number)) say({ kind: 'portClosed', port: number });
    });
    port1.start();
    return port2;
  };

  globalThis.standInHear = (message) => {
    if (message.kind === 'sent') {
      const event = { ports: message.ports.map(openPort) };
      for (const listener of listeners.get(message.channel) ?? []) listener(event, ...message.args.map(uncarry));
    } else if (message.kind === 'portData') ports.get(message.port)?.postMessage(uncarry(message.data));
    else if (message.kind === 'portClosed') {
      const port = ports.get(message.port);
      ports.delete(message.port);
      port?.postMessage(lastMessage);
      port?.close();
    } else {
      const call = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error === undefined) call?.resolve(uncarry(message.value));
      else call?.reject(new Error(message.error));
    }
  };

  const ipcRenderer = {
    on(channel, listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
    invoke: (channel, ...args) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve, reject });
        say({ kind: 'invoke', id: last, channel, args: args.map(carry) });
      }),
  };

  const contextBridge = {
    exposeInMainWorld(name, api) {
      const { port1, port2 } = new MessageChannel();
      const answer = async ({ id, called, args }) => {
        try {
          port1.postMessage({ id, value: await api[called](...args) });
        } catch (error) {
          // Of an error its message crosses, and nothing else.
          port1.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
        }
      };
      port1.addEventListener('message', ({ data }) => void answer(data));
      port1.start();
      const entries = Object.entries(api);
      const isFunction = ([, value]) => typeof value === 'function';
      const data = JSON.stringify({
        name,
        values: Object.fromEntries(entries.filter((entry) => !isFunction(entry))),
        functions: entries.filter(isFunction).map(([called]) => called),
      });
      const offer = () => document.dispatchEvent(new MessageEvent('stand-in:expose', { data, ports: [port2] }));
      // Whichever world comes second finds the other; the page's own scripts come after both.
      document.addEventListener('stand-in:hello', offer);
      document.addEventListener('stand-in:taken', () => document.removeEventListener('stand-in:hello', offer));
      offer();
    },
  };

  globalThis.standInRequire = (name) => {
    if (name === 'electron') return { contextBridge, ipcRenderer };
    throw new Error(`A sandboxed preload has no ${name}.`);
  };
})();
