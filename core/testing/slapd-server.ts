/**
 * A real OpenLDAP server on loopback for tests: Debian's slapd with a configuration of its own in a temporary
 * folder, random ports, and a certificate made on the spot.
 */
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificateAuthority, type Certificate } from './certificates.ts';
import { freePorts, startGuarded } from './guarded-server.ts';

const program = '/usr/sbin/slapd';

/** Is slapd here? Debian package `slapd`. */
export function canRunSlapd(): boolean {
  return process.platform === 'linux' && existsSync(program);
}

export interface Login {
  readonly dn: string;
  readonly password: string;
}

export interface SlapdServer {
  readonly host: string;
  /** Plain and StartTLS. */
  readonly port: number;
  /** LDAPS. */
  readonly tlsPort: number;
  /** PEM. It signed the server's certificate. */
  readonly certificateAuthority: string;
  /** The suffix; below it are ou=people, ou=groups and ou=services. */
  readonly base: string;
  /** May do everything, and no limit counts for it. */
  readonly admin: Login;
  /** May read and write people and groups, as the page about LDAP asks for. */
  readonly service: Login;
  /** May read and nothing else, and at most 500 entries of a list. */
  readonly reader: Login;
  /** May sign in, and sees nothing but itself. */
  readonly blind: Login;
  readonly processId: number;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  stop(): Promise<void>;
}

export interface SlapdOptions {
  /** Host names of the certificate; default: those of loopback. */
  readonly certificateHosts?: readonly string[];
  /** When the certificate is valid; default: now. */
  readonly validity?: { readonly from: Date; readonly to: Date };
}

const base = 'dc=gatehouse,dc=test';
const admin: Login = { dn: `cn=admin,${base}`, password: 'admin-secret' };
const service: Login = { dn: `cn=gatehouse,ou=services,${base}`, password: 'service-secret' };
const reader: Login = { dn: `cn=reader,ou=services,${base}`, password: 'reader-secret' };
const blind: Login = { dn: `cn=blind,ou=services,${base}`, password: 'blind-secret' };

/** @throws Error with the server's own output when it does not come up */
export async function startSlapd(options: SlapdOptions = {}): Promise<SlapdServer> {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-slapd-'));
  const authority = createCertificateAuthority();
  const certificate = authority.issue(options.certificateHosts ?? ['localhost', '127.0.0.1'], options.validity);
  const user = unprivilegedUser();
  const configuration = prepare(home, authority.certificate, certificate);
  execFileSync('/usr/sbin/slapadd', ['-f', configuration, '-l', join(home, 'start.ldif')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (user !== null) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, home]);
  const [port = 0, tlsPort = 0] = await freePorts(2);
  const host = '127.0.0.1';
  const urls = `ldap://${host}:${port}/ ldaps://${host}:${tlsPort}/`;
  const server = await startGuarded({
    home,
    command: [program, '-f', configuration, '-h', urls, '-d', '0'],
    host,
    port: tlsPort,
    user,
  });
  return {
    host,
    port,
    tlsPort,
    certificateAuthority: authority.certificate,
    base,
    admin,
    service,
    reader,
    blind,
    ...server,
  };
}

/** As root it runs as `nobody`, so that it has no more rights than on a desk. */
function unprivilegedUser(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** Writes everything slapd starts from. Gives the path of its configuration. */
function prepare(home: string, authority: string, certificate: Certificate): string {
  const data = join(home, 'data');
  mkdirSync(data, { mode: 0o700 });
  const write = (name: string, text: string): string => {
    const file = join(home, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const authorityFile = write('authority.pem', authority);
  const certificateFile = write('certificate.pem', certificate.certificate);
  const keyFile = write('key.pem', certificate.key);
  const schemas = ['core', 'cosine', 'inetorgperson', 'nis'].map((name) => `include /etc/ldap/schema/${name}.schema`);
  write('start.ldif', startEntries());
  const user = unprivilegedUser();
  if (user !== null) chownSync(data, user.uid, user.gid);
  return write(
    'slapd.conf',
    `${schemas.join('\n')}
pidfile ${home}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
TLSCACertificateFile ${authorityFile}
TLSCertificateFile ${certificateFile}
TLSCertificateKeyFile ${keyFile}
access to attrs=userPassword
  by dn.exact="${service.dn}" write
  by self =xw
  by anonymous auth
  by * none
access to dn.subtree="ou=services,${base}"
  by self read
  by anonymous auth
  by * none
access to *
  by dn.exact="${service.dn}" write
  by dn.exact="${reader.dn}" read
  by self read
  by anonymous auth
  by * none
database mdb
suffix "${base}"
rootdn "${admin.dn}"
rootpw ${admin.password}
directory ${data}
maxsize 1073741824
dbnosync
index objectClass,uid,mail,member,uniqueMember,memberUid,entryUUID eq
sizelimit 500
limits dn.exact="${service.dn}" size.soft=unlimited size.hard=unlimited size.prtotal=unlimited
overlay ppolicy
ppolicy_default cn=policy,ou=services,${base}
`,
  );
}

function startEntries(): string {
  const units = ['people', 'groups', 'services'].map(
    (name) => `dn: ou=${name},${base}\nobjectClass: organizationalUnit\nou: ${name}\n`,
  );
  const logins = [service, reader, blind].map(
    ({ dn, password }) =>
      `dn: ${dn}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\nuserPassword: ${password}\n`,
  );
  // Without pwdLockout a lock is written and not heeded (slapo-ppolicy(5)).
  const policy = `dn: cn=policy,ou=services,${base}\nobjectClass: device\nobjectClass: pwdPolicy\npwdAttribute: userPassword\npwdLockout: TRUE\n`;
  const top = `dn: ${base}\nobjectClass: dcObject\nobjectClass: organization\no: Gatehouse\ndc: gatehouse\n`;
  return [top, ...units, ...logins, policy].join('\n');
}
