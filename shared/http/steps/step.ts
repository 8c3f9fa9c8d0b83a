import type { MiddlewareObj } from '@middy/core';
import { gatewayPath, type Route } from '#shared/api/table.ts';
import type { GatewayReply } from '../reply/replies.ts';
import type { Incoming } from '../request/incoming.ts';

export type Middleware = MiddlewareObj<Incoming, GatewayReply>;

/** Whether a request is for this route's path; the method is another question. */
export function isAskedFor({ path }: Route, { pathTemplate, path: asked }: Incoming): boolean {
  const template = gatewayPath(path);
  return template === pathTemplate && (template === path || path === asked);
}

export function routeOf(event: Incoming): Route {
  if (event.route === undefined) throw new Error('The route is known before this is asked.');
  return event.route;
}
