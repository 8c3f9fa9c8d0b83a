import { authorize } from '#shared/domain/access/authority.ts';
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

/** Refuses a management token without the permission of the route, before the request itself is checked. */
export function authorizeCaller(): Middleware {
  return {
    before: ({ event }) => {
      const permission = permissionOf(routeOf(event).caller);
      if (permission !== undefined && isManager(event.caller))
        authorize(event.caller, { permission, ids: event.target });
    },
  };
}
