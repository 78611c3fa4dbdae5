/**
 * What the keychain's refusals mean, in words a person can act on. The library tells them apart by text
 * alone; what is read out of it here decides on messages and on nothing else.
 */
import { GatehouseError, messageOf } from '#core/domain/errors.ts';

/** Which thing is missing. `other`: the keychain said something that is not known here. */
export type KeychainObstacle =
  | 'noModule'
  | 'noBus'
  | 'noService'
  | 'noCollection'
  | 'locked'
  | 'denied'
  | 'noAnswer'
  | 'incomplete'
  | 'other';

const signs: readonly (readonly [KeychainObstacle, RegExp])[] = [
  ['noModule', /native binding|ERR_MODULE_NOT_FOUND|Cannot find (module|package)/i],
  ['noService', /org\.freedesktop\.secrets|ServiceUnknown|NameHasNoOwner|not provided by any \.service/i],
  ['noBus', /DBUS_SESSION_BUS_ADDRESS|autolaunch|DBus error|D-Bus error|Failed to connect to socket/i],
  ['noCollection', /no result found|no (default )?collection/i],
  // errSecUserCanceled, errSecAuthFailed, errSecMissingEntitlement of macOS; ERROR_ACCESS_DENIED of Windows.
  ['denied', /denied|not permitted|user cancell?ed|auth(entication)? failed|-128\b|-25293\b|-34018\b/i],
  // errSecInteractionNotAllowed of macOS; ERROR_NO_SUCH_LOGON_SESSION of Windows.
  ['locked', /prompt was dismissed|locked|interaction is not allowed|-25308\b|logon session/i],
];

export function obstacleIn(thrown: unknown): KeychainObstacle {
  const message = messageOf(thrown);
  return signs.find(([, sign]) => sign.test(message))?.[0] ?? 'other';
}

/** A sentence on what is missing and what to do about it. */
export function keychainMessage(obstacle: KeychainObstacle, said = ''): string {
  switch (obstacle) {
    case 'noModule':
      return 'Secrets cannot be kept: the part of Gatehouse that talks to the keychain is missing for this operating system. Install Gatehouse again on this machine.';
    case 'noBus':
      return 'Secrets cannot be kept: this process has no D-Bus session, so it cannot reach the keychain. Start Gatehouse from a desktop session, or inside `dbus-run-session` with a keyring that is unlocked.';
    case 'noService':
      return 'Secrets cannot be kept: nothing on this machine offers a keychain (the Secret Service on D-Bus). Install and start GNOME Keyring, KWallet or KeePassXC.';
    case 'noCollection':
      return 'Secrets cannot be kept: the keychain has no keyring yet. Open the password manager of your desktop and create a default keyring, or sign in to the desktop once.';
    case 'locked':
      return 'Secrets cannot be read or kept: the keychain is locked. Unlock it in the password manager of your desktop, then try again.';
    case 'denied':
      return 'Secrets cannot be read or kept: the keychain denied access to Gatehouse. Allow it when the keychain asks, or in the settings of the keychain, then try again.';
    case 'noAnswer':
      return 'The keychain did not answer. It may be waiting for your password in another window; answer there, then try again.';
    case 'incomplete':
      return 'The keychain holds only a part of this secret. Enter the secret again.';
    case 'other':
      return said === '' ? 'The keychain reported a problem.' : `The keychain reported a problem: ${said}`;
  }
}

/**
 * The fault to throw. `secrets` are values that were on their way: a report that repeats one of them is not
 * passed on.
 */
export function keychainFault(thrown: unknown, secrets: readonly string[] = []): GatehouseError {
  if (thrown instanceof GatehouseError) return thrown;
  const obstacle = obstacleIn(thrown);
  const said = messageOf(thrown).slice(0, 200);
  const repeatsSecret = secrets.some((secret) => secret !== '' && messageOf(thrown).includes(secret));
  // The cause stays behind for the same reason: logs print causes.
  return obstacleFault(obstacle, repeatsSecret ? '' : said);
}

export function obstacleFault(obstacle: KeychainObstacle, said = ''): GatehouseError {
  return new GatehouseError('secret.unavailable', keychainMessage(obstacle, said), { obstacle });
}
