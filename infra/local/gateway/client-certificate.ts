import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { APIGatewayEventClientCertificate } from 'aws-lambda';

/** What events say of the certificate of a mutual TLS connection; undefined for every other connection. */
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

/** OpenSSL lists the parts of a name from the root on, one in a line; RFC 4514 §2.1 begins at the other end. */
function inOneLine(name: string): string {
  return name.split('\n').reverse().join(',');
}
