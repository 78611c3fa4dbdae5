/**
 * What the tests need from the system besides npm packages. On Debian as root it is installed; anywhere
 * else the command is printed, and the tests that need it skip themselves and say so.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

interface SystemPackage {
  readonly name: string;
  readonly neededBy: string;
  /** Paths of which any one shows that it is there, however it was installed. */
  readonly shownBy: readonly string[];
}

const systemPackages: readonly SystemPackage[] = [
  {
    name: 'chromium',
    neededBy: 'the console in a real browser (e2e)',
    shownBy: ['/usr/bin/chromium', process.env.CHROMIUM_PATH ?? ''],
  },
  { name: 'fonts-liberation', neededBy: 'texts in that browser', shownBy: ['/usr/share/fonts/truetype/liberation'] },
  { name: 'dbus', neededBy: 'the keychain', shownBy: ['/usr/bin/dbus-run-session'] },
  { name: 'gnome-keyring', neededBy: 'the keychain', shownBy: ['/usr/bin/gnome-keyring-daemon'] },
  { name: 'slapd', neededBy: 'directories (OpenLDAP)', shownBy: ['/usr/sbin/slapd'] },
  { name: 'samba', neededBy: 'directories (Active Directory)', shownBy: ['/usr/sbin/samba'] },
  {
    name: 'samba-ad-provision',
    neededBy: 'directories (Active Directory)',
    shownBy: ['/usr/share/samba/setup/ad-schema'],
  },
  {
    name: 'samba-dsdb-modules',
    neededBy: 'directories (Active Directory)',
    shownBy: sambaModules('ldb/samba_dsdb.so'),
  },
  {
    name: 'samba-vfs-modules',
    neededBy: 'directories (Active Directory)',
    shownBy: sambaModules('vfs/acl_xattr.so'),
  },
  { name: 'poppler-utils', neededBy: 'reading reports (PDF) back', shownBy: ['/usr/bin/pdftotext'] },
];

function sambaModules(path: string): readonly string[] {
  return ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/samba/${path}`);
}

/** Sees to it that the packages are there as far as this machine allows. Prints what it does and what stays missing. */
export function prepareSystem(): void {
  const missing = systemPackages.filter((entry) => !entry.shownBy.some((path) => existsSync(path)));
  if (missing.length === 0) return;
  const names = missing.map((entry) => entry.name);
  if (isDebian() && process.getuid?.() === 0) {
    console.log(`Installing system packages for the tests: ${names.join(', ')}`);
    install(names);
    return;
  }
  console.log('Not on this machine, so the tests that need it are left out:');
  for (const entry of missing) console.log(`  ${entry.name}: ${entry.neededBy}`);
  if (isDebian()) {
    console.log(
      `To run them too:\n  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names.join(' ')}`,
    );
  }
}

function isDebian(): boolean {
  return existsSync('/usr/bin/apt-get') && /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** @throws Error when apt-get fails: half of the tests would fail for a reason nobody looks for. */
function install(names: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const parameters of [
    ['update', '-q'],
    ['install', '-q', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', ...names],
  ]) {
    const { status } = spawnSync('apt-get', parameters, {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 600_000,
    });
    if (status !== 0) throw new Error(`apt-get ${parameters.join(' ')} failed.`);
  }
}
