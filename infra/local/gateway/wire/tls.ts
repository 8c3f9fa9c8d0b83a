import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { CertificateSource } from '../configuration.ts';
import type { GatewayResponse } from './gateway-response.ts';

/** The lowest TLS version of a custom domain with the security policy TLS_1_2 (FP10). */
const TLS_VERSION_MIN = 'TLSv1.2';

/** How often a server asks for its certificate, which may have been renewed. */
const CERTIFICATE_CHECK_MILLISECONDS = 3_600_000;

/** TLS of a port. */
export interface Tls {
  readonly certificate: CertificateSource;
  /** With it, each client has to present a certificate that leads to one of these. */
  readonly truststore?: readonly string[] | undefined;
}

/** Servers with TLS. */
export interface TlsServers {
  /** Creates one more server; it does not listen yet. */
  create(serve: RequestListener, maxHeaderSize: number): Server;
  /** Ends the checks for renewed certificates. */
  close(): void;
}

/**
 * Prepares servers with TLS, which present a renewed certificate without a restart. With a truststore, the handshake
 * fails if the client's certificate does not lead there. A self-signed certificate must be in the truststore itself.
 */
export async function tlsServers({ certificate, truststore }: Tls): Promise<TlsServers> {
  const servers: Server[] = [];
  const readContext = async (): Promise<SecureContextOptions> => ({
    ...(await certificate()),
    ...(truststore && { ca: [...truststore] }),
    minVersion: TLS_VERSION_MIN,
  });
  let context = await readContext();

  async function renew(): Promise<void> {
    const before = context;
    context = await readContext();
    if (context.cert === before.cert) return;
    for (const server of servers) server.setSecureContext(context);
  }

  const timer = setInterval(() => {
    // The certificate before is valid for some days more, in which the next check may succeed.
    renew().catch((error: unknown) => console.error('The certificate was not renewed.', error));
  }, CERTIFICATE_CHECK_MILLISECONDS).unref();
  const mutual = truststore && { requestCert: true, rejectUnauthorized: true };
  return {
    create(serve, maxHeaderSize) {
      const server = createServer({ ...context, ...mutual, maxHeaderSize }, serve);
      servers.push(server);
      return server;
    },
    close: () => clearInterval(timer),
  };
}

/**
 * Leaves out the header that insists on https (RFC 6797). A browser would keep it for every port of `localhost`, so it
 * would no longer open the other programs of this machine.
 */
export function withoutHsts(response: GatewayResponse): GatewayResponse {
  const headers = response.headers.filter(([name]) => name.toLowerCase() !== 'strict-transport-security');
  return { ...response, headers };
}
