/** The parts of `requestContext` that can hold a client certificate. Each kind of event has one of them. */
interface Connection {
  /** Payload format 2.0. */
  readonly authentication?: { readonly clientCert?: ClientCertificate | null } | null;
  /** Payload format 1.0. */
  readonly identity?: { readonly clientCert?: ClientCertificate | null } | null;
}

interface ClientCertificate {
  readonly clientCertPem: string;
}

/**
 * Reads the certificate of a mutual TLS connection, in PEM. API Gateway has verified it against the truststore of the
 * domain, and has verified that the client holds its key. A certificate in a header never counts (E3).
 * @returns undefined for a connection without mutual TLS
 */
export function certificateOf({ authentication, identity }: Connection): string | undefined {
  return (authentication?.clientCert ?? identity?.clientCert)?.clientCertPem;
}
