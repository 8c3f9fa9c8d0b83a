import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { type Gateway, type GatewayOptions, startGateway } from '#infra/local/gateway/gateway.ts';

/** The part of a response that is the same each time. */
export interface Answer {
  readonly status: number | undefined;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

/** A request as it is sent: header names keep their case, and a list sends one header for each value. */
export interface WireRequest {
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
}

const VOLATILE_HEADERS = [
  'apigw-requestid',
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'x-amz-apigw-id',
  'x-amzn-requestid',
];

/**
 * Starts a gateway on a free port, and closes it at the end of the test. `failures` collects the failures of handlers.
 */
export async function gatewayWith(options: Partial<GatewayOptions>): Promise<Gateway & { failures: string[] }> {
  const failures: string[] = [];
  const gateway = await startGateway({
    httpRoutes: [],
    onHandlerError: ({ functionName, error }) => failures.push(`${functionName}: ${String(error)}`),
    ...options,
  });
  onTestFinished(() => gateway.close());
  return { ...gateway, failures };
}

/** Sends a request on a new connection and waits for the whole response. */
export async function send(url: string, { method = 'GET', headers = {}, body }: WireRequest = {}): Promise<Answer> {
  const { host, pathname } = new URL(url);
  const path = url.slice(url.indexOf(host) + host.length) || pathname;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, path, method, headers, agent: false }, resolve).on('error', reject).end(body);
  });
  const kept = Object.entries(response.headers).filter(([name]) => !VOLATILE_HEADERS.includes(name));
  return { status: response.statusCode, headers: Object.fromEntries(kept), body: await text(response) };
}

/** Answers with its event, so that a test can read it. */
export async function echo(event: unknown): Promise<{ statusCode: number; body: string }> {
  return { statusCode: 200, body: JSON.stringify(event) };
}

/** Returns the event that `echo` received. */
export async function echoedEvent(url: string, wireRequest?: WireRequest): Promise<Record<string, unknown>> {
  const { body } = await send(url, wireRequest);
  return JSON.parse(body);
}

/** Returns the response of the gateway itself with this status and body. */
export function gatewayAnswer(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

/** Makes a clock that stands still until a test moves it. */
export function stoppedClock(startMilliseconds = Date.UTC(2026, 0, 31, 9, 5, 7)) {
  let current = startMilliseconds;
  return {
    nowMilliseconds: () => current,
    advanceSeconds(seconds: number) {
      current += seconds * 1000;
    },
  };
}
