import { authorize } from '#shared/domain/access/authority.ts';
import { authenticate, type CallerPorts, isManager, permissionOf } from '../caller/caller.ts';
import { type Middleware, routeOf } from './step.ts';

/** Recognises the caller. */
export function recogniseCaller(ports: () => CallerPorts): Middleware {
  return {
    before: async ({ event }) => {
      event.caller = await authenticate(event, routeOf(event).caller, ports());
    },
  };
}

/** Refuses a manager who may not do this, before anything is said about the request itself. */
export function authoriseCaller(): Middleware {
  return {
    before: ({ event }) => {
      const permission = permissionOf(routeOf(event).caller);
      if (permission !== undefined && isManager(event.caller))
        authorize(event.caller, { permission, ids: event.target });
    },
  };
}
