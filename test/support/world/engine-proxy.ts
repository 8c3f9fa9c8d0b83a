import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { keepIdleConnections } from '#infra/local/loopback.ts';
import { beginCall, waitMilliseconds } from './waiting-time.ts';

/** The failure of one call to an engine. */
export type Fault =
  | { readonly kind: 'error'; readonly name: string; readonly status?: number }
  | { readonly kind: 'hang' }
  /** The engine answers late. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** The connection breaks before the engine hears anything. */
  | { readonly kind: 'reset' }
  /** The engine did it, but the connection breaks before its reply arrives. */
  | { readonly kind: 'lose-reply' }
  /** The engine did it, but only the first half of its reply arrives, as if it were whole. */
  | { readonly kind: 'truncate' }
  /** The engine is not asked; the caller gets this body. */
  | { readonly kind: 'answer'; readonly body: unknown };

/** An engine behind a proxy. */
export interface Engine {
  readonly url: string;
  /** The server of an engine in this process. Calls reach it without a connection, which would cost as much. */
  readonly server?: Server;
}

/** Decides how a call fails; undefined lets it through. */
export type Decide = (
  operation: string,
  body: string,
  request: IncomingMessage,
) => Fault | undefined | Promise<Fault | undefined>;

/** The proxy before an engine: it counts the calls of the AWS SDK and can make them fail. */
export interface EngineProxy {
  readonly url: string;
  /** The engine behind the proxy. */
  readonly engine: Engine;
  /** Operations so far, e.g. `BatchGetItem`, in order. */
  readonly calls: readonly string[];
  /** Request bodies so far, as they went over the wire. */
  readonly bodies: readonly string[];
  forget(): void;
  /** Decides for each call, by its operation and body, how it fails; undefined lets it through. */
  injectFault(decide: Decide | undefined): void;
  close(): Promise<void>;
}

/** How long calls may take to end before the proxy closes; the engine closes next and could not answer them. */
const GRACE_MILLISECONDS = 1_000;

/** Starts a proxy between the AWS SDK and an engine that counts calls and lets tests make them fail. */
export async function startEngineProxy(engine: Engine): Promise<EngineProxy> {
  const calls: string[] = [];
  const bodies: string[] = [];
  let decide: Decide | undefined;
  const answer = async (request: IncomingMessage, response: ServerResponse, work: { end(): void }) => {
    const body = await read(request);
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    calls.push(operation);
    bodies.push(body.toString());
    const decided = decide?.(operation, body.toString(), request);
    const fault = decided instanceof Promise ? await decided : decided;
    const call = { engine, request, body, response };
    if (fault?.kind === 'hang' || fault?.kind === 'delay') work.end();
    if (fault === undefined) forward(call);
    else await fail(fault, call);
  };
  let underWay = 0;
  const server = createServer((request, response) => {
    underWay += 1;
    const work = beginCall();
    response.once('close', () => {
      underWay -= 1;
      work.end();
    });
    void answer(request, response, work);
  });
  keepIdleConnections(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    engine,
    calls,
    bodies,
    forget: () => {
      calls.length = 0;
      bodies.length = 0;
    },
    injectFault: (next) => {
      decide = next;
    },
    close: async () => {
      const giveUpAt = performance.now() + GRACE_MILLISECONDS;
      while (underWay > 0 && performance.now() < giveUpAt) await setTimeout(5);
      server.close();
      server.closeAllConnections();
    },
  };
}

interface Call {
  readonly engine: Engine;
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly response: ServerResponse;
}

async function fail(fault: Fault, call: Call): Promise<void> {
  const { engine, request, body, response } = call;
  if (fault.kind === 'hang') return;
  if (fault.kind === 'delay') {
    await waitMilliseconds(fault.milliseconds);
    return forward(call);
  }
  if (fault.kind === 'reset') return void response.destroy();
  if (fault.kind === 'error') {
    response.writeHead(fault.status ?? 400, { 'content-type': 'application/x-amz-json-1.0' });
    return void response.end(JSON.stringify({ __type: fault.name, message: 'injected' }));
  }
  if (fault.kind === 'answer') {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    return void response.end(JSON.stringify(fault.body));
  }
  const answer = await ask(engine.url, request, body);
  const whole = await read(answer);
  if (fault.kind === 'lose-reply') return void response.destroy();
  const { 'content-length': _, ...headers } = answer.headers;
  response.writeHead(answer.statusCode ?? 500, headers).end(whole.subarray(0, whole.length / 2));
}

function ask(engineUrl: string, { headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    httpRequest(engineUrl, { method: 'POST', headers }, resolve).on('error', reject).end(body);
  });
}

function forward({ engine, request, body, response }: Call): void {
  if (engine.server !== undefined) {
    const { method, url, headers } = request;
    engine.server.emit('request', Object.assign(Readable.from([body]), { method, url, headers }), response);
    return;
  }
  const onward = httpRequest(engine.url, { method: 'POST', headers: request.headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  onward.end(body);
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
