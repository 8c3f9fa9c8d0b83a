import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { type JsonGeneralName, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';

/** The algorithm of the keys and signatures of all certificates here. */
export const certificateAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MILLISECONDS = 86_400_000;

/** The names by which the clients of this machine reach the local system. */
export const LOCALHOST_NAMES: readonly JsonGeneralName[] = [
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: '::1' },
];

/** RFC 5280 §4.1.2.2 allows 20 bytes; a leading zero for the sign may take one of them. */
const SERIAL_NUMBER_BYTES = 16;

/** A certificate and its private key, both in PEM. */
export interface KeyedCertificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * Makes a self-signed server certificate, by default for this machine, valid from yesterday for a year. Clients must be
 * configured to trust it.
 */
export async function selfSignedServerCertificate(names = LOCALHOST_NAMES): Promise<KeyedCertificate> {
  const keys = await newCertificateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name: [{ CN: ['Mintmark on this machine'] }],
    notBefore: new Date(Date.now() - DAY_MILLISECONDS),
    notAfter: new Date(Date.now() + 365 * DAY_MILLISECONDS),
    signingAlgorithm: certificateAlgorithm,
    keys,
    extensions: [new SubjectAlternativeNameExtension([...names])],
  });
  return { cert: certificate.toString('pem'), key: await privateKeyInPem(keys.privateKey) };
}

/** Makes the keys of a certificate. */
export function newCertificateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(certificateAlgorithm, true, ['sign', 'verify']);
}

/** Makes the serial number of a certificate, in hexadecimal. */
export function newSerialNumber(): string {
  return randomBytes(SERIAL_NUMBER_BYTES).toString('hex');
}

/** Exports a private key for TLS: PKCS #8 in PEM (RFC 7468 §10). */
export async function privateKeyInPem(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8.replaceAll(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
}
