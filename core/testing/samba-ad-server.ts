/**
 * A real Active Directory domain controller for tests: Debian's Samba, provisioned into a temporary folder, with
 * its LDAP service alone. Its ports are those of LDAP and cannot be chosen, so it gets a loopback address of its
 * own by chance instead.
 */
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificateAuthority } from './certificates.ts';
import { startGuarded } from './guarded-server.ts';
import type { Login } from './slapd-server.ts';

const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const needed = [
  '/usr/sbin/samba',
  '/usr/bin/samba-tool',
  '/usr/share/samba/setup/ad-schema',
  `/usr/lib/${machine}-linux-gnu/samba/ldb/samba_dsdb.so`,
];

/** Is everything here? Linux, root (its ports are below 1024), and samba, samba-ad-provision, samba-dsdb-modules. */
export function canRunSambaAd(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0 && needed.every((path) => existsSync(path));
}

export interface SambaAdServer {
  /** An address of 127.0.0.0/8; LDAP with StartTLS on 389, LDAPS on 636. */
  readonly host: string;
  /** PEM. It signed the server's certificate. */
  readonly certificateAuthority: string;
  readonly base: string;
  readonly domain: string;
  readonly admin: Login;
  readonly processId: number;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  stop(): Promise<void>;
}

const domain = 'gatehouse.test';
const base = 'DC=gatehouse,DC=test';
const password = 'Adm1n-of-Gatehouse';

/** Takes about ten seconds. @throws Error with the output of what did not work */
export async function startSambaAd(): Promise<SambaAdServer> {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-samba-'));
  try {
    const host = `127.${randomInt(1, 255)}.${randomInt(0, 255)}.${randomInt(1, 255)}`;
    provision(home);
    const authority = createCertificateAuthority();
    const configuration = configure(home, host, authority);
    const command = [
      '/usr/sbin/samba',
      '-F',
      '-M',
      'single',
      '--no-process-group',
      '--debug-stdout',
      '-s',
      configuration,
    ];
    const server = await startGuarded({ home, command, host, port: 636 });
    return {
      host,
      certificateAuthority: authority.certificate,
      base,
      domain,
      admin: { dn: `administrator@${domain}`, password },
      ...server,
    };
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}

function provision(home: string): void {
  execFileSync(
    '/usr/bin/samba-tool',
    [
      'domain',
      'provision',
      `--realm=${domain.toUpperCase()}`,
      '--domain=GATEHOUSE',
      '--server-role=dc',
      '--dns-backend=NONE',
      `--adminpass=${password}`,
      `--targetdir=${home}`,
      '--host-name=dc',
      '--host-ip=127.0.0.1',
      '--option=ldb:nosync=true',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], timeout: 120_000, env: { PATH: process.env['PATH'], LC_ALL: 'C' } },
  );
}

/** The provisioned settings, reduced to LDAP on one address. Gives the path of the new file. */
function configure(home: string, host: string, authority: ReturnType<typeof createCertificateAuthority>): string {
  const certificate = authority.issue([host]);
  const file = (name: string, text: string): string => {
    const path = join(home, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  mkdirSync(join(home, 'run'));
  return file(
    'ldap.conf',
    `[global]
  netbios name = DC
  realm = ${domain.toUpperCase()}
  workgroup = GATEHOUSE
  server role = active directory domain controller
  server services = ldap
  interfaces = ${host}/8
  bind interfaces only = yes
  private dir = ${home}/private
  state directory = ${home}/state
  cache directory = ${home}/cache
  lock directory = ${home}
  binddns dir = ${home}/bind-dns
  pid directory = ${home}/run
  ncalrpc dir = ${home}/run/ncalrpc
  winbindd socket directory = ${home}/run/winbindd
  log file = ${home}/log
  ldb:nosync = true
  tls cafile = ${file('authority.pem', authority.certificate)}
  tls certfile = ${file('certificate.pem', certificate.certificate)}
  tls keyfile = ${file('key.pem', certificate.key)}
`,
  );
}
