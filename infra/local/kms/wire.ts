import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { KmsError } from './errors.ts';

const contentType = 'application/x-amz-json-1.1';
const targetPattern = /^TrentService\.([A-Za-z]+)$/;
/** Several times the largest request that KMS accepts. */
const bodyBytesMax = 256 * 1024;

/**
 * Reads the operation of a request: `POST /` with `x-amz-target: TrentService.<Operation>` (AWS JSON 1.1).
 *
 * @throws KmsError UnknownOperationException
 */
export function operationNameOf(request: IncomingMessage): string {
  const target = request.headers['x-amz-target'];
  const name = typeof target === 'string' ? targetPattern.exec(target)?.[1] : undefined;
  const isFramed = request.method === 'POST' && request.url === '/' && request.headers['content-type'] === contentType;
  if (!isFramed || name === undefined) {
    throw new KmsError('UnknownOperationException', 'The request names no operation of this service.');
  }
  return name;
}

/**
 * Refuses requests without a signature, as KMS does. The signature is not verified, because the endpoint has no AWS
 * secret keys.
 *
 * @throws KmsError MissingAuthenticationTokenException
 */
export function assertSigned(request: IncomingMessage): void {
  if (request.headers.authorization?.startsWith('AWS4-')) return;
  throw new KmsError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
}

/**
 * Reads the JSON object in a request's body. An empty body counts as an empty object.
 *
 * @throws KmsError SerializationException, RequestEntityTooLargeException
 */
export async function readBody(request: IncomingMessage): Promise<object> {
  const text = await readText(request);
  const body = text === '' ? {} : parseJson(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new KmsError('SerializationException', 'The request body is not a JSON object.');
  }
  return body;
}

/** Sends a successful answer. Without output, its body is empty. */
export function sendOutput(response: ServerResponse, output: object | undefined): void {
  send(response, 200, output);
}

/** Sends an error as KMS does, with the members `__type` and `message`. */
export function sendError(response: ServerResponse, error: KmsError): void {
  send(response, error.status, { __type: error.name, message: error.message });
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let lengthBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    lengthBytes += chunk.length;
    if (lengthBytes > bodyBytesMax) {
      throw new KmsError('RequestEntityTooLargeException', `The request body has more than ${bodyBytesMax} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new KmsError('SerializationException', 'The request body is not JSON.');
  }
}

function send(response: ServerResponse, status: number, body: object | undefined): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(text);
}
