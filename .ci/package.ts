/**
 * `npm run package [-- --dir]`: packs the built program for the platform and processor this runs on. What differs
 * between a private build and a release comes from the environment and from no file: the signing by electron-builder's
 * own variables (CSC_LINK, CSC_KEY_PASSWORD, WIN_CSC_LINK, WIN_CSC_KEY_PASSWORD, APPLE_API_KEY, APPLE_API_KEY_ID,
 * APPLE_API_ISSUER), where updates are announced by GATEHOUSE_UPDATE_URL and GATEHOUSE_UPDATE_CHANNEL. These two only
 * write the channel's metadata beside the packages: nothing in the program looks for updates or installs them by itself.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expectBuilt } from './packaging/built.ts';

const root = join(import.meta.dirname, '..');

/** electron-builder's settings that the environment decides. @throws Error when an address is no https address. */
export function settingsFrom(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
  processor: string = process.arch,
): readonly string[] {
  const { GATEHOUSE_UPDATE_URL: address, GATEHOUSE_UPDATE_CHANNEL: channel } = env;
  const notarises = env.APPLE_API_KEY !== undefined && env.APPLE_API_KEY !== '';
  const settings = [`-c.mac.notarize=${notarises}`];
  if (address === undefined || address === '') return settings;
  if (URL.parse(address)?.protocol !== 'https:') throw new Error('GATEHOUSE_UPDATE_URL must be an https address.');
  // electron-builder names macOS' file without its processor, and each is packed on a machine of its own: the second
  // `latest-mac.yml` would take the place of the first.
  const suffix = platform === 'darwin' ? `-${processor}` : '';
  return [
    ...settings,
    '-c.publish.provider=generic',
    `-c.publish.url=${address}`,
    `-c.publish.channel=${channel || 'latest'}${suffix}`,
  ];
}

if (import.meta.main) {
  expectBuilt(root);
  const builder = join(root, 'node_modules/electron-builder/cli.js');
  // Nothing is ever published from here: whoever releases looks at the files first.
  const parameters = [
    `--${process.arch}`,
    '--publish',
    'never',
    ...settingsFrom(process.env),
    ...process.argv.slice(2),
  ];
  const { status } = spawnSync(process.execPath, [builder, ...parameters], { cwd: root, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
