import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { localhostOnly } from './name-constraints.ts';
import {
  certificateAlgorithm,
  type KeyedCertificate,
  LOCALHOST_NAMES,
  newCertificateKeys,
  newSerialNumber,
  privateKeyInPem,
} from './server-certificate.ts';

const AUTHORITY_DAYS = 30;
const DAY_MILLISECONDS = 86_400_000;

/**
 * Makes an authority for 30 days. It can vouch for servers on this machine and for nothing else: not for other names, not
 * for clients, and not for further authorities.
 */
export async function newAuthority(nowMilliseconds: number): Promise<KeyedCertificate> {
  const keys = await newCertificateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name: [{ O: ['Mintmark'] }, { CN: ['Authority of Mintmark on this machine'] }],
    notBefore: new Date(nowMilliseconds),
    notAfter: new Date(nowMilliseconds + AUTHORITY_DAYS * DAY_MILLISECONDS),
    signingAlgorithm: certificateAlgorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      localhostOnly(),
    ],
  });
  return { cert: certificate.toString('pem'), key: await privateKeyInPem(keys.privateKey) };
}

/**
 * Issues a server certificate, by default for this machine. It ends with its authority, so it is valid for 30 days at
 * most. Clients refuse it if a name is not of this machine.
 */
export async function issueServerCertificate(
  authority: KeyedCertificate,
  nowMilliseconds: number,
  names = LOCALHOST_NAMES,
): Promise<KeyedCertificate> {
  const keys = await newCertificateKeys();
  const issuer = new X509Certificate(authority.cert);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: [{ CN: ['Mintmark on this machine'] }],
    issuer: issuer.subject,
    notBefore: new Date(nowMilliseconds),
    notAfter: issuer.notAfter,
    signingAlgorithm: certificateAlgorithm,
    publicKey: keys.publicKey,
    signingKey: await signingKeyOf(authority),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      new SubjectAlternativeNameExtension([...names]),
    ],
  });
  return { cert: certificate.toString('pem'), key: await privateKeyInPem(keys.privateKey) };
}

function signingKeyOf({ key }: KeyedCertificate): Promise<webcrypto.CryptoKey> {
  const pkcs8 = createPrivateKey(key).export({ format: 'der', type: 'pkcs8' });
  return webcrypto.subtle.importKey('pkcs8', pkcs8, certificateAlgorithm, false, ['sign']);
}
