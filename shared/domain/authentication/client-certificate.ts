import type { Clock } from '../ambient.ts';
import type { CertificateReader, ClientCertificate } from './ports.ts';

interface Ports {
  readonly certificates: CertificateReader;
  readonly clock: Clock;
}

/**
 * What the certificate of a TLS handshake (RFC 8705 §2) says, given as PEM. One whose time is over or yet to come is as
 * good as none, by our own clock; and so is what cannot be read.
 */
export function currentCertificate(
  pem: string | undefined,
  { certificates, clock }: Ports,
): ClientCertificate | undefined {
  const certificate = pem === undefined ? undefined : certificates.read(pem);
  return certificate && isWithinValidity(certificate, clock.nowSeconds()) ? certificate : undefined;
}

/** RFC 5280 §4.1.2.5: both ends belong to it. */
function isWithinValidity({ notBeforeSeconds, notAfterSeconds }: ClientCertificate, nowSeconds: number): boolean {
  return notBeforeSeconds <= nowSeconds && nowSeconds <= notAfterSeconds;
}
