import { authorize } from '#shared/domain/access/authority.ts';
import { assertMayChange } from '#shared/domain/access/sensitive-changes.ts';
import type { Clock } from '#shared/domain/ambient.ts';
import { authenticate, type CallerPorts, isManager, permissionOf } from '../caller/caller.ts';
import { type Middleware, routeOf } from './step.ts';

/** Recognises the caller by its credentials. @throws DomainError as `authenticate` does */
export function recogniseCaller(ports: () => CallerPorts): Middleware {
  return {
    before: async ({ event }) => {
      event.caller = await authenticate(event, routeOf(event).caller, ports());
    },
  };
}

/**
 * Refuses a management token without the permission of the route, or that lacks what the change needs besides, before
 * the request itself is checked.
 */
export function authorizeCaller(ports: () => { readonly clock: Clock }): Middleware {
  return {
    before: ({ event }) => {
      const { caller, audit } = routeOf(event);
      const permission = permissionOf(caller);
      if (permission === undefined || !isManager(event.caller)) return;
      authorize(event.caller, { permission, ids: event.target });
      if (audit !== undefined) assertMayChange(event.caller, audit, ports().clock.nowSeconds());
    },
  };
}
