import { createHash, X509Certificate } from 'node:crypto';
import type { CertificateReader } from '#shared/domain/crypto-ports.ts';

/** Reads certificates by Node's own cryptography. */
export function x509Certificates(): CertificateReader {
  return {
    read: (pem) => {
      const certificate = parse(pem);
      return (
        certificate && {
          thumbprint: createHash('sha256').update(certificate.raw).digest('base64url'),
          notBeforeSeconds: secondsOf(certificate.validFromDate),
          notAfterSeconds: secondsOf(certificate.validToDate),
        }
      );
    },
  };
}

/** Node's errors say nothing about the certificate that anybody could use. */
function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1_000);
}
