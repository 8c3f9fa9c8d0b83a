import { ID } from '#shared/api/fields/fields.ts';
import type { LambdaTable, Method } from '#shared/api/table.ts';
import { DomainError, notFound } from '#shared/domain/errors.ts';
import { isSecretInPlaceOfId } from '#shared/domain/ids.ts';
import { isAskedFor, type Middleware } from './step.ts';

/** Whether text can be an id, and is not a secret in the place of an id: log and audit lines show ids. */
function mayBeId(text: string): boolean {
  return ID.test(text) && !isSecretInPlaceOfId(text);
}

/** Finds the route of a request in the table. @throws DomainError `not_found`, `method_not_allowed` */
export function findRoute(table: LambdaTable): Middleware {
  return {
    before: ({ event }) => {
      const candidates = Object.entries(table.routes).filter(([, route]) => isAskedFor(route, event));
      const match = candidates.find(([, route]) => route.method === (event.method as Method));
      if (candidates.length === 0) throw notFound();
      if (match === undefined) throw new DomainError('method_not_allowed', 'This path does not support this method.');
      if (!Object.values(event.target).every(mayBeId)) throw notFound();
      [event.operation, event.route] = match;
    },
  };
}
