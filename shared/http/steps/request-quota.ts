import type { MiddlewareObj } from '@middy/core';
import type { Route } from '#shared/api/table.ts';
import { DomainError } from '#shared/domain/errors.ts';
import type { RequestLimiter, RequestQuota } from '#shared/domain/requests.ts';
import { isManager } from '../caller/caller.ts';
import { asDomainError } from '../reply/errors.ts';
import type { GatewayReply } from '../reply/replies.ts';
import type { Incoming } from '../request/incoming.ts';

type Middleware = MiddlewareObj<Incoming, GatewayReply>;

/** Counts the management requests of a client. @throws DomainError `rate_limited` if the quota is exceeded */
export function countRequests(ports: () => { readonly requestLimiter: RequestLimiter }): Middleware {
  return {
    before: async ({ event }) => {
      if (!isManager(event.caller) || !isManagement(event.route)) return;
      const quota = await ports().requestLimiter.count(event.caller.clientId);
      event.quotas = [quota];
      if (!quota.isExceeded) return;
      throw new DomainError('rate_limited', 'This client has sent too many requests. Wait before you send more.', {
        retryAfterSeconds: quota.resetSeconds,
      });
    },
  };
}

/** Adds the rest of each quota to every answer (draft-ietf-httpapi-ratelimit-headers §3 and §4). */
export function tellQuotas(): Middleware {
  const tell = (response: GatewayReply | null | undefined, ...counted: readonly (readonly RequestQuota[])[]) => {
    const quotas = counted.flat();
    if (quotas.length > 0 && response != null) Object.assign(response.headers, rateLimitHeaders(quotas));
  };
  return {
    after: ({ event, response }) => tell(response, event.quotas ?? [], event.reply?.quotas ?? []),
    onError: ({ event, response, error }) => tell(response, event.quotas ?? [], asDomainError(error).quotas),
  };
}

/**
 * Whether requests of a route are counted. Introspection is not counted, because APIs introspect once for each of their
 * own requests.
 */
function isManagement(route: Route | undefined): boolean {
  return typeof route?.caller === 'object' && 'permission' in route.caller;
}

function rateLimitHeaders(quotas: readonly RequestQuota[]) {
  const policies = quotas.map(({ name, limit, windowSeconds }) => `"${name}";q=${limit};w=${windowSeconds}`);
  const limits = quotas.map(({ name, remaining, resetSeconds }) => `"${name}";r=${remaining};t=${resetSeconds}`);
  return { 'ratelimit-policy': policies.join(', '), ratelimit: limits.join(', ') };
}
