import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { APIGatewayEventClientCertificate } from 'aws-lambda';
import { clientCertificate } from './client-certificate.ts';
import { forwardedHeaders, type HeaderField, headerFields } from './header-fields.ts';

/** API Gateway's payload quota, 10 MB. */
const PAYLOAD_BYTES_MAX = 10 * 1024 * 1024;

/** A received request, before an API makes a Lambda event of it. */
export interface GatewayRequest {
  readonly method: string;
  /** Percent-encoded, with the stage if the URL has one, and without the query. */
  readonly path: string;
  readonly rawQueryString: string;
  readonly headers: readonly HeaderField[];
  readonly body: Buffer;
  /** For example `HTTP/1.1`. */
  readonly protocol: string;
  /** The address of the connection's other end. Headers cannot change it. */
  readonly sourceIp: string;
  /** The client certificate of a mutual TLS connection. */
  readonly clientCert: APIGatewayEventClientCertificate | undefined;
}

/**
 * Reads a whole request, or returns the refusal if no API can serve it. Rejects if the client closes the connection.
 */
export async function readRequest(
  message: IncomingMessage,
): Promise<GatewayRequest | 'malformed-target' | 'payload-too-large'> {
  const body = await readBody(message);
  if (body === undefined) return 'payload-too-large';
  const target = message.url ?? '';
  if (!target.startsWith('/')) return 'malformed-target';
  const queryStart = target.indexOf('?');
  const sourceIp = message.socket.remoteAddress ?? '';
  const protocol = message.socket instanceof TLSSocket ? 'https' : 'http';
  const peer = { sourceIp, port: message.socket.localPort ?? 0, protocol };
  return {
    method: message.method ?? '',
    path: queryStart < 0 ? target : target.slice(0, queryStart),
    rawQueryString: queryStart < 0 ? '' : target.slice(queryStart + 1),
    headers: forwardedHeaders(headerFields(message.rawHeaders), peer),
    body,
    protocol: `HTTP/${message.httpVersion}`,
    sourceIp,
    clientCert: clientCertificate(message),
  };
}

/**
 * Reads the body. A body that is too large is read to its end and not kept, because the client must receive the
 * refusal.
 */
async function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let receivedBytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    receivedBytes += chunk.length;
    if (receivedBytes <= PAYLOAD_BYTES_MAX) chunks.push(chunk);
  }
  return receivedBytes <= PAYLOAD_BYTES_MAX ? Buffer.concat(chunks) : undefined;
}
