import { randomBytes } from 'node:crypto';
import type { RouteRequest } from '../route-requests/index.ts';

/** How every planted secret begins: whoever finds this, in any spelling, has found one of them. */
export const CANARY = 'canary-d41f8Wq0Zb';

/** Names under which somebody may send a secret that belongs elsewhere. */
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

/** A value that stands out: whoever finds it knows where it came from. */
export function canary(): string {
  return `${CANARY}-${randomBytes(18).toString('base64url')}`;
}

/** A good request once more for each place where nobody looks for a secret, with secrets there. */
export function plantEverywhere(good: RouteRequest): readonly RouteRequest[] {
  const withHeaders = (headers: Record<string, string>) => ({ ...good, headers: { ...good.headers, ...headers } });
  return [
    withHeaders({ authorization: `Bearer ${canary()}` }),
    inQuery(withHeaders({ cookie: canary(), dpop: canary(), 'x-api-key': canary(), 'x-amz-security-token': canary() })),
    ...(good.body === undefined ? [] : [inBody(good, good.body)]),
  ];
}

function inQuery(good: RouteRequest): RouteRequest {
  return { ...good, path: `${good.path}?${new URLSearchParams(secretsBeside({}))}` };
}

/** Beside the good members, which keep what they say. */
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
