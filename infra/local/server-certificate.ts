import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { type JsonGeneralName, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MILLISECONDS = 86_400_000;
/** RFC 5280 §4.1.2.2 allows 20 bytes; a leading zero for the sign may take one of them. */
const SERIAL_NUMBER_BYTES = 16;

/** A certificate and its private key, both in PEM. */
export interface KeyedCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes a self-signed server certificate, valid from yesterday for a year. Clients must be configured to trust it. */
export async function selfSignedServerCertificate(names: readonly JsonGeneralName[]): Promise<KeyedCertificate> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(SERIAL_NUMBER_BYTES).toString('hex'),
    name: [{ CN: ['Mintmark on this machine'] }],
    notBefore: new Date(Date.now() - DAY_MILLISECONDS),
    notAfter: new Date(Date.now() + 365 * DAY_MILLISECONDS),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new SubjectAlternativeNameExtension([...names])],
  });
  return { cert: certificate.toString('pem'), key: await privateKeyInPem(keys.privateKey) };
}

/** Exports a private key for TLS: PKCS #8 in PEM (RFC 7468 §10). */
export async function privateKeyInPem(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8.replaceAll(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
}
