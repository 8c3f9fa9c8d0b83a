import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { APIGatewayEventClientCertificate } from 'aws-lambda';

/** Describes the client certificate of a mutual TLS connection as events do; undefined for other connections. */
export function clientCertificate({ socket }: IncomingMessage): APIGatewayEventClientCertificate | undefined {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  if (certificate === undefined) return undefined;
  return {
    clientCertPem: certificate.toString(),
    subjectDN: inOneLine(certificate.subject),
    issuerDN: inOneLine(certificate.issuer),
    serialNumber: (certificate.serialNumber.match(/../g) ?? []).join(':').toLowerCase(),
    validity: { notBefore: certificate.validFrom, notAfter: certificate.validTo },
  };
}

/**
 * Writes a name as RFC 4514 §2.1 does. OpenSSL puts each part on its own line, root first; the RFC begins at the other
 * end.
 */
function inOneLine(name: string): string {
  return name.split('\n').reverse().join(',');
}
