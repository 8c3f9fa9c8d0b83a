import type { Clock } from '../ambient.ts';
import type { CertificateReader, ClientCertificate } from './ports.ts';

interface Ports {
  readonly certificates: CertificateReader;
  readonly clock: Clock;
}

/**
 * Reads the certificate of a TLS handshake from PEM (RFC 8705 §2). Undefined for no certificate, for text that is not a
 * certificate, and for a certificate that our clock finds expired or not valid yet.
 */
export function currentCertificate(
  pem: string | undefined,
  { certificates, clock }: Ports,
): ClientCertificate | undefined {
  const certificate = pem === undefined ? undefined : certificates.read(pem);
  return certificate && isWithinValidity(certificate, clock.nowSeconds()) ? certificate : undefined;
}

/** RFC 5280 §4.1.2.5: the validity includes its first and its last second. */
function isWithinValidity({ notBeforeSeconds, notAfterSeconds }: ClientCertificate, nowSeconds: number): boolean {
  return notBeforeSeconds <= nowSeconds && nowSeconds <= notAfterSeconds;
}
