/** Which addresses that came from other systems a screen may link to. */

/**
 * The address to link to, or null where it is only shown to be copied: what is not plain https. In the desktop program
 * the shell opens it only if its host is that of a system that an application is connected to, and says so if not.
 */
export function openableAddress(address: string): string | null {
  const url = URL.parse(address);
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '') return null;
  return url.href;
}
