/**
 * X.509 certificates for TLS servers in tests, made on the spot so that no private key lies in the repository.
 * Just enough DER (ITU-T X.690) for a certificate authority and for servers signed by it (RFC 5280).
 */
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';

export interface Certificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM (PKCS #8). */
  readonly key: string;
}

export interface CertificateAuthority {
  /** PEM. */
  readonly certificate: string;
  /** A certificate for these host names and IPv4 addresses, valid now unless said otherwise. */
  issue(hosts: readonly string[], validity?: { readonly from: Date; readonly to: Date }): Certificate;
}

export function createCertificateAuthority(name = 'Test authority'): CertificateAuthority {
  const keys = newKeys();
  const own = build({
    subject: name,
    issuer: name,
    subjectKey: keys.publicKey,
    issuerKey: keys.privateKey,
    authority: true,
  });
  return {
    certificate: own,
    issue(hosts, validity) {
      const server = newKeys();
      const certificate = build({
        subject: hosts[0] ?? 'nobody',
        issuer: name,
        subjectKey: server.publicKey,
        issuerKey: keys.privateKey,
        authority: false,
        hosts,
        ...(validity === undefined ? {} : { validity }),
      });
      return { certificate, key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
    },
  };
}

function newKeys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

interface Parts {
  readonly subject: string;
  readonly issuer: string;
  readonly subjectKey: KeyObject;
  readonly issuerKey: KeyObject;
  readonly authority: boolean;
  readonly hosts?: readonly string[];
  readonly validity?: { readonly from: Date; readonly to: Date };
}

const day = 86_400_000;

function build({ subject, issuer, subjectKey, issuerKey, authority, hosts = [], validity }: Parts): string {
  const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));
  const extensions = [
    extension('551d13', sequence(...(authority ? [der(0x01, Buffer.from([0xff]))] : [])), true),
    ...(hosts.length === 0 ? [] : [extension('551d11', sequence(...hosts.map(alternativeName)), false)]),
  ];
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(time(validity?.from ?? new Date(Date.now() - day)), time(validity?.to ?? new Date(Date.now() + 30 * day))),
    nameOf(subject),
    subjectKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, issuerKey);
  const whole = sequence(body, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function objectId(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

/** A name of one part: the common name. */
function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from(commonName)))));
}

/** UTCTime, without fractions (RFC 5280 section 4.1.2.5.1). */
function time(at: Date): Buffer {
  return der(
    0x17,
    Buffer.from(
      `${at
        .toISOString()
        .replace(/\.\d+|[-:T]/g, '')
        .slice(2)}`,
    ),
  );
}

function extension(id: string, value: Buffer, critical: boolean): Buffer {
  return sequence(objectId(id), ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value));
}

function alternativeName(host: string): Buffer {
  return isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host));
}
