/**
 * Preloaded into the installer of Electron's package, which shows nothing for half a minute and then only on a terminal:
 * says how far a large download has come, a line for each tenth.
 */
const { fetch: fetchPlain } = globalThis;
const large = 1_000_000;

globalThis.fetch = async (...asked) => {
  const response = await fetchPlain(...asked);
  const total = Number(response.headers.get('content-length'));
  if (!response.ok || response.body === null || !(total > large)) return response;
  let transferred = 0;
  let told = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      transferred += chunk.length;
      const tenths = Math.floor((transferred / total) * 10);
      if (tenths > told) {
        told = tenths;
        process.stdout.write(`Downloaded ${tenths * 10} % of ${Math.round(total / large)} MB.\n`);
      }
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counted), response);
};

export {};
