import type { Incoming } from '#shared/http/request/incoming.ts';

/** A request as the middlewares see it; what a test does not say is empty. */
export function incoming(request: Partial<Incoming>): Incoming {
  return {
    requestId: 'request-1',
    method: 'POST',
    pathTemplate: '/oauth/token',
    path: '/oauth/token',
    pathParameters: {},
    query: {},
    rawQuery: '',
    cookies: {},
    headers: {},
    rawBody: '',
    isBase64Encoded: false,
    source: '192.0.2.1',
    certificate: undefined,
    userAgent: '',
    startedAtMilliseconds: 0,
    target: {},
    ...request,
  };
}
