/** While Gatehouse is worked on, its console comes from Vite's server (`npm run dev`) under the same origin, and is replaced while it runs. */

export interface Development {
  /** Vite's server on this machine. */
  readonly server: URL;
  /** What marks the scripts that Vite itself writes into the page. */
  readonly nonce: string;
}

/** Null in every packed program, whatever its environment says. */
export function developmentFrom(env: NodeJS.ProcessEnv, isPackaged: boolean): Development | null {
  const server = URL.parse(env.GATEHOUSE_DEV_SERVER ?? '');
  const nonce = env.GATEHOUSE_DEV_NONCE ?? '';
  const isOurs = server?.protocol === 'http:' && server.hostname === '127.0.0.1' && /^[\w-]{16,64}$/.test(nonce);
  return isPackaged || !isOurs ? null : { server, nonce };
}

/** The policy with what hot reload needs and no more: Vite's own inline script, and its socket. */
export function developmentPolicy(policy: string, { server, nonce }: Development): string {
  return policy
    .replace("script-src 'self'", `script-src 'self' 'nonce-${nonce}'`)
    .replace("connect-src 'none'", `connect-src ws://${server.host}`);
}

/** The server's answer to the same path. */
export async function fromServer({ server }: Development, { pathname, search }: URL): Promise<Response> {
  // The path is put in as a path: it can lead to no other host.
  const address = new URL(server);
  address.pathname = pathname;
  address.search = search;
  return fetch(address, { redirect: 'error' });
}
