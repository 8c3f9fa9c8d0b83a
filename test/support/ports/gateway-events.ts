import { Buffer } from 'node:buffer';
import type { GatewayEvent } from '#shared/http/request/incoming.ts';

type Fields = readonly (readonly [name: string, value: string])[];

/** A request before API Gateway makes an event of it. */
export interface GatewayCall {
  readonly method: string;
  readonly route: string;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly query?: Fields;
  readonly headers?: Fields;
  readonly body?: string;
}

/** The same request in every shape in which API Gateway hands it to a Lambda, by name of the shape. */
export function eventsOf(call: GatewayCall): Readonly<Record<string, GatewayEvent>> {
  const shouted = { ...call, headers: spell(call.headers, (name) => name.toUpperCase()) };
  const titled = {
    ...call,
    headers: spell(call.headers, (name) => name.replaceAll(/\b[a-z]/g, (first) => first.toUpperCase())),
  };
  return {
    'HTTP API': httpApiEvent(call),
    'HTTP API, body in base64': inBase64(httpApiEvent(call)),
    'HTTP API, payload 1.0': { ...restApiEvent(call), version: '1.0' } as GatewayEvent,
    'REST API': restApiEvent(call),
    'REST API, body in base64': inBase64(restApiEvent(call)),
    'REST API, names in capitals': restApiEvent(shouted),
    'REST API, names as HTTP/1.1 writes them': restApiEvent(titled),
  };
}

/** Payload format 2.0, in which cookies are a list and not a header. */
export function httpApiEvent({
  method,
  route,
  pathParameters,
  query = [],
  headers = [],
  body,
}: GatewayCall): GatewayEvent {
  const routeKey = `${method} ${route}`;
  const lowered = spell(headers, (name) => name.toLowerCase());
  const cookies = lowered.flatMap(([name, value]) => (name === 'cookie' ? value.split('; ') : []));
  const event = {
    version: '2.0',
    routeKey,
    rawPath: route,
    rawQueryString: new URLSearchParams(query.map(([name, value]): [string, string] => [name, value])).toString(),
    ...(cookies.length > 0 && { cookies }),
    headers: joined(lowered.filter(([name]) => name !== 'cookie')),
    ...(query.length > 0 && { queryStringParameters: joined(query) }),
    ...(pathParameters && { pathParameters }),
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
    requestContext: {
      requestId: 'request-1',
      routeKey,
      http: { method, path: route, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'probe/1' },
    },
  };
  return event as unknown as GatewayEvent;
}

/** Payload format 1.0: of repeated headers and parameters the single-valued maps have the last, the others all. */
export function restApiEvent({ method, route, pathParameters, query, headers = [], body }: GatewayCall): GatewayEvent {
  const event = {
    resource: route,
    path: route,
    httpMethod: method,
    headers: Object.fromEntries(headers),
    multiValueHeaders: grouped(headers),
    queryStringParameters: query === undefined ? null : Object.fromEntries(query),
    multiValueQueryStringParameters: query === undefined ? null : grouped(query),
    pathParameters: pathParameters ?? null,
    stageVariables: null,
    body: body ?? null,
    isBase64Encoded: false,
    requestContext: { requestId: 'request-1', identity: { sourceIp: '192.0.2.1', userAgent: 'probe/1' } },
  };
  return event as unknown as GatewayEvent;
}

function inBase64(event: GatewayEvent): GatewayEvent {
  return { ...event, body: Buffer.from(event.body ?? '').toString('base64'), isBase64Encoded: true };
}

function spell(fields: Fields = [], as: (name: string) => string): Fields {
  return fields.map(([name, value]) => [as(name), value]);
}

function grouped(fields: Fields): Record<string, string[]> {
  const groups = Map.groupBy(fields, ([name]) => name);
  return Object.fromEntries([...groups].map(([name, group]) => [name, group.map(([, value]) => value)]));
}

function joined(fields: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(grouped(fields)).map(([name, values]) => [name, values.join(',')]));
}
