import { httpApiEvent, httpAuthorizerEvent } from '#infra/local/gateway/http-api/http-api-event.ts';

/** A request that can be sent over HTTP or converted to an event for a handler. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The route and its path variables, if the route differs from the path. */
  readonly route?: { readonly path: string; readonly pathParameters: Readonly<Record<string, string>> };
}

/** The credentials of a client. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Makes a form request with HTTP Basic authentication. */
export function formRequest(
  path: string,
  { clientId, clientSecret }: Credentials,
  parameters: Readonly<Record<string, string>>,
): Request {
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', path, headers, body: new URLSearchParams(parameters).toString() };
}

/** Makes a request with a bearer token and, if given, a JSON body. */
export function bearerRequest(method: string, path: string, token: string, body?: unknown): Request {
  const headers = { authorization: `Bearer ${token}` };
  if (body === undefined) return { method, path, headers };
  return { method, path, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** Converts a request to the event of an HTTP API for the route's function. */
export function proxyEvent(request: Request) {
  return httpApiEvent(callOf(request), undefined);
}

/** Converts a request to the event of an HTTP API for its authorizer. */
export function authorizerEvent(request: Request) {
  return httpAuthorizerEvent(callOf(request), [request.headers.authorization ?? '']);
}

function callOf({ method, path, headers, body = '', route = { path, pathParameters: {} } }: Request) {
  return {
    request: {
      method,
      path,
      rawQueryString: '',
      headers: Object.entries(headers),
      body: Buffer.from(body),
      protocol: 'HTTP/1.1',
      clientCert: undefined,
      sourceIp: '127.0.0.1',
    },
    rawPath: path,
    route: { method, path: route.path, handler: () => undefined },
    pathParameters: route.pathParameters,
    requestId: 'bench',
    receivedAtMilliseconds: Date.now(),
  };
}
