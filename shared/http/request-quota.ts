import type { MiddlewareObj } from '@middy/core';
import type { Route } from '#shared/api/table.ts';
import { DomainError } from '#shared/domain/errors.ts';
import type { RequestLimiter, RequestQuota } from '#shared/domain/ports.ts';
import { isManager } from './caller.ts';
import type { Incoming } from './incoming.ts';
import type { GatewayReply } from './replies.ts';

type Middleware = MiddlewareObj<Incoming, GatewayReply>;

/** Counts the management requests of a client and refuses those beyond its quota. @throws DomainError `rate_limited` */
export function countRequests(ports: () => { readonly requestLimiter: RequestLimiter }): Middleware {
  return {
    before: async ({ event }) => {
      if (!isManager(event.caller) || !isManagement(event.route)) return;
      event.quota = await ports().requestLimiter.count(event.caller.clientId);
      if (!event.quota.isExceeded) return;
      throw new DomainError('rate_limited', 'This client has sent too many requests. Wait, then go on.', {
        retryAfterSeconds: event.quota.resetSeconds,
      });
    },
  };
}

/** Tells with every answer how many requests are left (draft-ietf-httpapi-ratelimit-headers §3 and §4). */
export function tellQuota(): Middleware {
  const tell = ({ event, response }: { event: Incoming; response: GatewayReply | null | undefined }) => {
    if (event.quota !== undefined && response != null) Object.assign(response.headers, rateLimitHeaders(event.quota));
  };
  return { after: tell, onError: tell };
}

/** Introspection takes management tokens too, but is what APIs do for each of their own requests. */
function isManagement(route: Route | undefined): boolean {
  return typeof route?.caller === 'object' && 'permission' in route.caller;
}

function rateLimitHeaders({ limit, windowSeconds, remaining, resetSeconds }: RequestQuota) {
  return {
    'ratelimit-policy': `"client";q=${limit};w=${windowSeconds}`,
    ratelimit: `"client";r=${remaining};t=${resetSeconds}`,
  };
}
