import { randomBytes } from 'node:crypto';
import type { RouteRequest } from '../route-requests/index.ts';

/** The beginning of every planted secret. A text with it, in any encoding, holds one of them. */
export const CANARY = 'canary-d41f8Wq0Zb';

/** Names of members in which a caller may send a secret to the wrong place. */
const NAMES = [
  'client_secret',
  'clientSecret',
  'secret',
  'secretHash',
  'password',
  'privateKey',
  'accessToken',
  'code',
];

/** A planted secret that names the place it was sent to. */
export function canary(): string {
  return `${CANARY}-${randomBytes(18).toString('base64url')}`;
}

/** A good request once for each place in which the product expects no secret, with secrets there. */
export function plantEverywhere(good: RouteRequest): readonly RouteRequest[] {
  const withHeaders = (headers: Record<string, string>) => ({ ...good, headers: { ...good.headers, ...headers } });
  return [
    withHeaders({ authorization: `Bearer ${canary()}` }),
    // The management API refuses unknown parameters and members, but no unknown header: these requests succeed.
    withHeaders({ cookie: canary(), 'x-api-key': canary(), 'x-amz-security-token': canary() }),
    withHeaders({ referer: `https://app.example.com/callback?code=${canary()}` }),
    inQuery(withHeaders({ cookie: canary(), dpop: canary(), 'x-api-key': canary(), 'x-amz-security-token': canary() })),
    ...(good.body === undefined ? [] : [inBody(good, good.body)]),
  ];
}

function inQuery(good: RouteRequest): RouteRequest {
  return { ...good, path: `${good.path}?${new URLSearchParams(secretsBeside({}))}` };
}

/** Secrets beside the good members, which stay. */
function inBody(good: RouteRequest, body: string): RouteRequest {
  if (good.headers['content-type']?.includes('json') !== true) {
    const members = Object.fromEntries(new URLSearchParams(body));
    return { ...good, body: new URLSearchParams({ ...members, ...secretsBeside(members) }).toString() };
  }
  const members = JSON.parse(body) as object;
  return { ...good, body: JSON.stringify({ ...members, ...secretsBeside(members) }) };
}

function secretsBeside(members: object): Record<string, string> {
  return Object.fromEntries(NAMES.filter((name) => !(name in members)).map((name) => [name, canary()]));
}
