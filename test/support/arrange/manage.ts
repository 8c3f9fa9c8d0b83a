import type { RouteRequest } from '../route-requests/desk.ts';
import type { Reply, World } from '../world/world.ts';

/** Sends a management request. A change is sent as a merge patch unless a header says something else. */
export type Manage = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Reply>;

/** Manages with one token, so that a test is about its requests and not about exchanges. */
export function manageWith(world: Pick<World, 'send'>, token: string): Manage {
  return (method, path, body, headers) => {
    const { method: _method, path: _path, ...init } = managementRequest(token, method, path, body, headers);
    return world.send(method, path, init);
  };
}

/** The same request, not sent yet. */
export function managementRequest(token: string, ...[method, path, body, headers]: Parameters<Manage>): RouteRequest {
  return {
    method,
    path,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': mediaTypeOf(method) }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
}

function mediaTypeOf(method: string): string {
  return method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
}

/** The body of a creation or change that must succeed. */
export async function succeed<Body = { readonly id: string }>(replying: Promise<Reply>): Promise<Body> {
  const { status, text, body } = await replying;
  if (status >= 300) throw new Error(`${status}: ${text}`);
  return body as Body;
}
