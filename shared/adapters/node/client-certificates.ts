import { createHash, X509Certificate } from 'node:crypto';
import type { AlternativeName, CertificateReader, ClientCertificate } from '#shared/domain/authentication/ports.ts';

/** Compares a host name with the alternative names only, and takes a wildcard as an ordinary character. */
const LITERAL_NAMES = { subject: 'never', wildcards: false, partialWildcards: false } as const;

/**
 * Reads client certificates in PEM with Node's `X509Certificate`. `read` returns undefined for text that is not a
 * certificate. It does not check who issued a certificate: API Gateway did that in the TLS handshake (RFC 8705 §2.1).
 */
export function x509Certificates(): CertificateReader {
  return {
    read: (pem) => {
      try {
        return describe(new X509Certificate(pem));
      } catch {
        // Node's errors would not help the client to correct its certificate.
        return undefined;
      }
    },
  };
}

function describe(certificate: X509Certificate): ClientCertificate {
  return {
    thumbprint: createHash('sha256').update(certificate.raw).digest('base64url'),
    notBeforeSeconds: secondsOf(certificate.validFromDate),
    notAfterSeconds: secondsOf(certificate.validToDate),
    subjectDn: inOneLine(certificate.subject ?? ''),
    isSelfSigned: certificate.issuer === certificate.subject || certificate.verify(certificate.publicKey),
    publicJwk: certificate.publicKey.export({ format: 'jwk' }) as Record<string, string>,
    hasAlternativeName: (name) => hasAlternativeName(certificate, name),
  };
}

function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1_000);
}

/**
 * Writes OpenSSL's subject as RFC 4514 does. OpenSSL puts each part on its own line, root first; RFC 4514 begins at the
 * other end. Both use the same escapes, also for a line break within a value.
 */
function inOneLine(subject: string): string {
  return subject.split('\n').reverse().join(',');
}

function hasAlternativeName(certificate: X509Certificate, { dns, uri, ip, email }: AlternativeName): boolean {
  if (dns !== undefined) return !dns.startsWith('.') && certificate.checkHost(dns, LITERAL_NAMES) !== undefined;
  if (ip !== undefined) return certificate.checkIP(ip) !== undefined;
  if (email !== undefined) return certificate.checkEmail(email, { subject: 'never' }) !== undefined;
  return uri !== undefined && urisIn(certificate.subjectAltName ?? '').includes(uri);
}

/**
 * Reads the URIs from Node's list of alternative names. Node separates names by commas, and quotes a name with a comma
 * as JSON.
 */
function urisIn(list: string): readonly string[] {
  const entries = list.split(', ').filter((entry) => entry.startsWith('URI:'));
  return entries.map((entry) => entry.slice(4)).map((uri) => (uri.startsWith('"') ? String(JSON.parse(uri)) : uri));
}
