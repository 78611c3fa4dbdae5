/**
 * Chromium knows no `app:` scheme and cannot be taught one over the DevTools protocol, so its pages see an https
 * origin that exists nowhere: `app://gatehouse/…` is `https://gatehouse.app-scheme.test/…` there and nowhere else.
 */
const domain = '.app-scheme.test';

/** What a page says an address is -> what the shell knows it as. Everything else stays as it is. */
export function shellAddress(address: string): string {
  const url = URL.parse(address.replace(/^blob:/, ''));
  if (url === null || url.protocol !== 'https:' || !url.host.endsWith(domain)) return address;
  const path = url.origin === address ? '' : `${url.pathname}${url.search}${url.hash}`;
  return `${address.startsWith('blob:') ? 'blob:' : ''}app://${url.host.slice(0, -domain.length)}${path}`;
}

export function pageAddress(address: string): string {
  const url = URL.parse(address);
  if (url?.protocol !== 'app:') return address;
  return `https://${url.host}${domain}${url.pathname}${url.search}${url.hash}`;
}

export function isPageOfApp(address: string): boolean {
  return shellAddress(address) !== address;
}
