import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { keepIdleConnections } from '../../loopback.ts';
import { isLoopbackHost, type LocalPort } from '../../loopback-host.ts';
import type { RequestLine } from '../configuration.ts';
import { httpApiErrors } from '../http-api/http-api-errors.ts';
import { errorCodeOf } from './error-code.ts';
import { type GatewayRequest, readRequest } from './gateway-request.ts';
import type { GatewayResponse } from './gateway-response.ts';
import { headerFields, headerValues } from './header-fields.ts';
import { listenOnLocalhost } from './loopback-port.ts';
import { type Tls, tlsServers, withoutHsts } from './tls.ts';

/** API Gateway's quota for the request line and all headers together. Beyond it, the response is 431. */
const HEADER_BYTES_MAX = 10_240;

/**
 * `close` waits this long for open requests. A browser can keep a connection open without a request for much longer.
 */
const CLOSE_GRACE_MILLISECONDS = 500;

const STATUS_CODES_WITHOUT_BODY = new Set([204, 304]);

interface ServerOptions {
  /** 0 means a port that is free on both addresses. */
  readonly port: number;
  readonly handle: (request: GatewayRequest) => Promise<GatewayResponse>;
  readonly onRequest: (line: RequestLine) => void;
  /** Without it, the server speaks plain HTTP. */
  readonly tls?: Tls | undefined;
  /** How long `close` waits for current requests. */
  readonly closeGraceMilliseconds?: number;
}

/** A server that listens on one port of `localhost`. */
export interface Listener {
  /** Base URL without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves requests on 127.0.0.1 and ::1 until it is closed. Rejects if the server cannot listen, for example with
 * EADDRINUSE.
 */
export async function listen(options: ServerOptions): Promise<Listener> {
  const { handle, onRequest, closeGraceMilliseconds = CLOSE_GRACE_MILLISECONDS } = options;
  const protocol = options.tls === undefined ? 'http' : 'https';
  // A browser without a certificate gets no answer from a port with mutual TLS, and ignores HSTS over plain HTTP.
  const isForBrowsers = protocol === 'https' && options.tls?.truststore === undefined;
  let closed: Promise<unknown> | undefined;

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAtMilliseconds = performance.now();
    const answer = await answerTo(message, { protocol, port: message.socket.localPort ?? 0 }, handle);
    if (answer === undefined) return;
    write(response, isForBrowsers ? withoutHsts(answer) : answer, closed === undefined);
    onRequest({
      method: message.method ?? '',
      path: (message.url ?? '').split('?', 1)[0] ?? '',
      status: answer.statusCode,
      milliseconds: performance.now() - startedAtMilliseconds,
      errorCode: errorCodeOf(answer),
    });
  }

  const tls = options.tls && (await tlsServers(options.tls));
  const onMessage: RequestListener = (message, response) => void serve(message, response);
  const newServer = (): Server =>
    tls === undefined
      ? createServer({ maxHeaderSize: HEADER_BYTES_MAX }, onMessage)
      : tls.create(onMessage, HEADER_BYTES_MAX);
  const { port, servers } = await listenOnLocalhost(newServer, options.port);
  servers.forEach(keepIdleConnections);
  return {
    url: `${protocol}://localhost:${port}`,
    async close() {
      tls?.close();
      closed ??= Promise.all(servers.map((server) => shutDown(server, closeGraceMilliseconds)));
      await closed;
    },
  };
}

/** Answers a request; undefined if the client closed the connection before the request was complete. */
async function answerTo(
  message: IncomingMessage,
  port: LocalPort,
  handle: (request: GatewayRequest) => Promise<GatewayResponse>,
): Promise<GatewayResponse | undefined> {
  if (!isForThisPort(message, port)) return httpApiErrors.misdirected;
  const request = await readRequest(message).catch(() => undefined);
  if (request === 'payload-too-large') return httpApiErrors.payloadTooLarge;
  if (request === 'malformed-target') return httpApiErrors.badRequest;
  return request && handle(request);
}

/** Whether the request has exactly one Host header, and it names this port. */
function isForThisPort({ rawHeaders }: IncomingMessage, port: LocalPort): boolean {
  const [host = '', ...others] = headerValues(headerFields(rawHeaders), 'host');
  return others.length === 0 && isLoopbackHost(host, port);
}

function write(response: ServerResponse, { statusCode, headers, body }: GatewayResponse, isListening: boolean): void {
  const framing: [string, string][] = isListening ? [] : [['Connection', 'close']];
  if (!STATUS_CODES_WITHOUT_BODY.has(statusCode)) framing.push(['Content-Length', String(Buffer.byteLength(body))]);
  response.writeHead(statusCode, [...headers, ...framing].flat());
  response.end(body);
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
