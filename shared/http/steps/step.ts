import type { MiddlewareObj } from '@middy/core';
import { gatewayPath, type Route } from '#shared/api/table.ts';
import type { GatewayReply } from '../reply/replies.ts';
import type { Incoming } from '../request/incoming.ts';

/** A step of `way-in.ts` or `way-back.ts`. */
export type Middleware = MiddlewareObj<Incoming, GatewayReply>;

/** Whether a request asks for the path of this route, with any method. */
export function isAskedFor({ path }: Route, { pathTemplate, path: asked }: Incoming): boolean {
  const template = gatewayPath(path);
  return template === pathTemplate && (template === path || path === asked);
}

/** The route that `findRoute` has found. @throws Error if it has not run yet, which is a defect */
export function routeOf(event: Incoming): Route {
  if (event.route === undefined) throw new Error('The route is not known yet.');
  return event.route;
}
