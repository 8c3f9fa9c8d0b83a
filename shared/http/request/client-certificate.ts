/** The parts of `requestContext` that can hold a client certificate; each kind of event has one of them. */
interface Connection {
  /** Payload format 2.0. */
  readonly authentication?: { readonly clientCert?: Shown | null } | null;
  /** Payload format 1.0. */
  readonly identity?: { readonly clientCert?: Shown | null } | null;
}

interface Shown {
  readonly clientCertPem: string;
}

/**
 * The certificate of a mutual TLS connection, in PEM: API Gateway has verified it against the domain's truststore, and
 * that the client has its key. Headers never say who connected (E3).
 */
export function certificateOf({ authentication, identity }: Connection): string | undefined {
  return (authentication?.clientCert ?? identity?.clientCert)?.clientCertPem;
}
