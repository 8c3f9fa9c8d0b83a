import { createHash, X509Certificate } from 'node:crypto';
import type { AlternativeName, CertificateReader, ClientCertificate } from '#shared/domain/authentication/ports.ts';

/** Names are those in the certificate's own list; none of them stands for others. */
const LITERALLY = { subject: 'never', wildcards: false, partialWildcards: false } as const;

/** Reads certificates by Node's own cryptography. */
export function x509Certificates(): CertificateReader {
  return {
    read: (pem) => {
      try {
        return describe(new X509Certificate(pem));
      } catch {
        // Node's errors say nothing about the certificate that anybody could use.
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
 * OpenSSL lists the parts of a name from the root on, one in a line, with the escapes of RFC 4514, which begins at the
 * other end; a line that ends within a value is escaped too.
 */
function inOneLine(subject: string): string {
  return subject.split('\n').reverse().join(',');
}

function hasAlternativeName(certificate: X509Certificate, { dns, uri, ip, email }: AlternativeName): boolean {
  if (dns !== undefined) return !dns.startsWith('.') && certificate.checkHost(dns, LITERALLY) !== undefined;
  if (ip !== undefined) return certificate.checkIP(ip) !== undefined;
  if (email !== undefined) return certificate.checkEmail(email, { subject: 'never' }) !== undefined;
  return uri !== undefined && urisIn(certificate.subjectAltName ?? '').includes(uri);
}

/** Node lists alternative names with a comma between them, and writes those that hold one as JSON. */
function urisIn(list: string): readonly string[] {
  const entries = list.split(', ').filter((entry) => entry.startsWith('URI:'));
  return entries.map((entry) => entry.slice(4)).map((uri) => (uri.startsWith('"') ? String(JSON.parse(uri)) : uri));
}
