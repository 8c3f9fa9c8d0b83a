import 'reflect-metadata';
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  type JsonGeneralName,
  type JsonName,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { exportJWK, type JWK } from 'jose';
import { type KeyedCertificate, privateKeyInPem } from '#infra/local/tls/server-certificate.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MILLISECONDS = 86_400_000;

/** A client's certificate and its thumbprint. */
export interface ClientIdentity extends KeyedCertificate {
  /** `x5t#S256`, computed by other means than the product's. */
  readonly thumbprint: string;
  readonly publicJwk: JWK;
}

/** The content of a certificate. A missing member gets a usual value. */
export interface CertificateRequest {
  readonly subject?: JsonName;
  readonly names?: readonly JsonGeneralName[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Another certificate of the same key. */
  readonly keys?: webcrypto.CryptoKeyPair;
}

/** An authority whose certificate is in a truststore. */
export interface Authority {
  readonly cert: string;
  issue(request?: CertificateRequest): Promise<ClientIdentity>;
}

/** A new key pair for a certificate. */
export function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

/** An authority that is in no truststore yet. */
export async function newAuthority(commonName = 'Authority of a test'): Promise<Authority> {
  const keys = await newKeys();
  const name: JsonName = [{ CN: [commonName] }];
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity({}),
    serialNumber: newSerialNumber(),
    name,
    signingAlgorithm: algorithm,
    keys,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  const issue = async (request: CertificateRequest = {}) => {
    const own = request.keys ?? (await newKeys());
    const issued = await X509CertificateGenerator.create({
      ...described(request),
      issuer: name,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
    });
    return identityOf(issued.toString('pem'), own);
  };
  return { cert: certificate.toString('pem'), issue };
}

/** A self-signed certificate. It has to be in a truststore to be accepted. */
export async function selfSigned(request: CertificateRequest = {}): Promise<ClientIdentity> {
  const own = request.keys ?? (await newKeys());
  const { subject: name, ...rest } = described(request);
  const certificate = await X509CertificateGenerator.createSelfSigned({ ...rest, name, keys: own });
  return identityOf(certificate.toString('pem'), own);
}

function described(request: CertificateRequest) {
  const { subject = [{ O: ['Acme'] }, { CN: ['nightly export'] }], names = [] } = request;
  return {
    ...validity(request),
    subject,
    serialNumber: newSerialNumber(),
    signingAlgorithm: algorithm,
    extensions: names.length === 0 ? [] : [new SubjectAlternativeNameExtension([...names])],
  };
}

function validity({ notBefore, notAfter }: CertificateRequest) {
  return {
    notBefore: notBefore ?? new Date(Date.now() - DAY_MILLISECONDS),
    notAfter: notAfter ?? new Date(Date.now() + 365 * DAY_MILLISECONDS),
  };
}

function newSerialNumber(): string {
  return `01${randomBytes(8).toString('hex')}`;
}

async function identityOf(cert: string, { privateKey, publicKey }: webcrypto.CryptoKeyPair): Promise<ClientIdentity> {
  const der = Buffer.from(cert.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64');
  return {
    cert,
    key: await privateKeyInPem(privateKey),
    thumbprint: createHash('sha256').update(der).digest('base64url'),
    publicJwk: await exportJWK(publicKey),
  };
}
