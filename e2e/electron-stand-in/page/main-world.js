/* Runs in the page before its own scripts: takes over what the preload exposes, as plain data and functions, once. */
(() => {
  if (window !== window.top) return;
  const take = (event) => {
    event.stopImmediatePropagation();
    document.removeEventListener('stand-in:expose', take, true);
    const { name, values, functions } = JSON.parse(event.data);
    const [port] = event.ports;
    const waiting = new Map();
    let last = 0;
    port.addEventListener('message', ({ data }) => {
      const call = waiting.get(data.id);
      waiting.delete(data.id);
      if ('error' in data) call.reject(new Error(data.error));
      else call.resolve(data.value);
    });
    port.start();
    const calls = functions.map((called) => [
      called,
      (...args) =>
        new Promise((resolve, reject) => {
          last += 1;
          waiting.set(last, { resolve, reject });
          // Throws where a value cannot be cloned, as Electron's bridge does.
          port.postMessage({ id: last, called, args });
        }),
    ]);
    Object.defineProperty(window, name, {
      value: Object.freeze({ ...values, ...Object.fromEntries(calls) }),
      enumerable: true,
    });
    document.dispatchEvent(new Event('stand-in:taken'));
  };
  // Electron's ports say when their other end has closed, and those of the web do not: a last message says it for them.
  const lastMessage = 'stand-in:port-closed';
  const followClosing = (port) => {
    port.addEventListener('message', (event) => {
      if (event.data !== lastMessage) return;
      event.stopImmediatePropagation();
      port.dispatchEvent(new Event('close'));
    });
    const close = port.close.bind(port);
    port.close = () => {
      port.postMessage(lastMessage);
      close();
    };
  };
  window.addEventListener('message', (event) => event.ports.forEach(followClosing), true);

  document.addEventListener('stand-in:expose', take, true);
  document.dispatchEvent(new Event('stand-in:hello'));
})();
