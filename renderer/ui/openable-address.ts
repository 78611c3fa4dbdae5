/** Which addresses that came from other systems a screen may link to. */

/**
 * The address to link to, or null where it is only shown to be copied: what is not plain https, and everything in the
 * desktop shell, which opens no address of another site.
 *
 * @param pageProtocol of the page itself, such as `http:` in a browser
 */
export function openableAddress(address: string, pageProtocol: string): string | null {
  if (pageProtocol !== 'http:' && pageProtocol !== 'https:') return null;
  const url = URL.parse(address);
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '') return null;
  return url.href;
}
