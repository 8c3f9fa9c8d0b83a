import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { keepIdleConnections } from '../../loopback.ts';
import type { MutualTls, RequestLine } from '../configuration.ts';
import { httpApiErrors } from '../http-api/http-api-errors.ts';
import { errorCodeOf } from './error-code.ts';
import { type GatewayRequest, readRequest } from './gateway-request.ts';
import type { GatewayResponse } from './gateway-response.ts';

/** API Gateway's quota for the request line and all headers together. Beyond it, the response is 431. */
const HEADER_BYTES_MAX = 10_240;

/**
 * `close` waits this long for open requests. A browser can keep a connection open without a request for much longer.
 */
const CLOSE_GRACE_MILLISECONDS = 500;

/** The lowest TLS version of a custom domain with the security policy TLS_1_2 (FP10). */
const TLS_VERSION_MIN = 'TLSv1.2';

const STATUS_CODES_WITHOUT_BODY = new Set([204, 304]);

interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly handle: (request: GatewayRequest) => Promise<GatewayResponse>;
  readonly onRequest: (line: RequestLine) => void;
  /** Without it, the server speaks plain HTTP. */
  readonly mutualTls?: MutualTls | undefined;
  /** How long `close` waits for current requests. */
  readonly closeGraceMilliseconds?: number;
}

/** A server that listens on one port. */
export interface Listener {
  /** Base URL without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves requests until it is closed. Rejects if the server cannot listen, for example with EADDRINUSE. */
export async function listen(options: ServerOptions): Promise<Listener> {
  const { host, port, handle, onRequest, closeGraceMilliseconds = CLOSE_GRACE_MILLISECONDS } = options;
  const server = createServerFor(options.mutualTls, (message, response) => {
    void serve(message, response);
  });

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAtMilliseconds = performance.now();
    const answer = await answerTo(message, handle);
    if (answer === undefined) return;
    write(response, answer, server.listening);
    onRequest({
      method: message.method ?? '',
      path: (message.url ?? '').split('?', 1)[0] ?? '',
      status: answer.statusCode,
      milliseconds: performance.now() - startedAtMilliseconds,
      errorCode: errorCodeOf(answer),
    });
  }

  keepIdleConnections(server);
  await listening(server, host, port);
  const { port: boundPort } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  return {
    url: `${options.mutualTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    close() {
      closed ??= shutDown(server, closeGraceMilliseconds);
      return closed;
    },
  };
}

/**
 * Creates the server. With mutual TLS, the handshake fails if the client's certificate does not lead to the truststore.
 * A self-signed certificate must be in the truststore itself.
 */
function createServerFor(mutualTls: MutualTls | undefined, serve: RequestListener): Server {
  if (mutualTls === undefined) return createServer({ maxHeaderSize: HEADER_BYTES_MAX }, serve);
  const { serverCertificate, truststore } = mutualTls;
  const mutual = { ca: [...truststore], requestCert: true, rejectUnauthorized: true };
  const limits = { maxHeaderSize: HEADER_BYTES_MAX, minVersion: TLS_VERSION_MIN } as const;
  return createTlsServer({ ...limits, ...serverCertificate, ...mutual }, serve);
}

/** Answers a request; undefined if the client closed the connection before the request was complete. */
async function answerTo(
  message: IncomingMessage,
  handle: (request: GatewayRequest) => Promise<GatewayResponse>,
): Promise<GatewayResponse | undefined> {
  const request = await readRequest(message).catch(() => undefined);
  if (request === 'payload-too-large') return httpApiErrors.payloadTooLarge;
  if (request === 'malformed-target') return httpApiErrors.badRequest;
  return request && handle(request);
}

function write(response: ServerResponse, { statusCode, headers, body }: GatewayResponse, isListening: boolean): void {
  const framing: [string, string][] = isListening ? [] : [['Connection', 'close']];
  if (!STATUS_CODES_WITHOUT_BODY.has(statusCode)) framing.push(['Content-Length', String(Buffer.byteLength(body))]);
  response.writeHead(statusCode, [...headers, ...framing].flat());
  response.end(body);
}

function listening(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, () => {
    server.off('error', reject);
    resolve();
  });
  return promise;
}

/**
 * Closes idle connections at once, busy connections after their response, and all others at the end of the grace time.
 */
async function shutDown(server: Server, graceMilliseconds: number): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), graceMilliseconds);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  await promise;
  clearTimeout(timer);
}
