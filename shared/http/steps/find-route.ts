import { ID } from '#shared/api/fields/fields.ts';
import { isPublicDocument, type LambdaTable, type Route } from '#shared/api/table.ts';
import { DomainError, notFound } from '#shared/domain/errors.ts';
import { isSecretInPlaceOfId } from '#shared/domain/ids.ts';
import type { Incoming } from '../request/incoming.ts';
import { withTemplate } from '../request/path-template.ts';
import { isOnManagementPath, managementPreflight, PREFLIGHT, preflightOf } from '../share-origins.ts';
import { isAskedFor, type Middleware } from './step.ts';

/** Whether text can be an id, and is not a secret in the place of an id: log and audit lines show ids. */
function mayBeId(text: string): boolean {
  return ID.test(text) && !isSecretInPlaceOfId(text);
}

type NamedRoute = readonly [operation: string, route: Route];

/** HEAD asks for the answer of GET without its body. */
function askedAmong(routes: readonly NamedRoute[], method: string): NamedRoute | undefined {
  return routes.find(([, route]) => route.method === (method === 'HEAD' ? 'GET' : method));
}

/** Only public documents, the management API and routes for pages of clients answer the preflight of a browser. */
function preflightAmong(routes: readonly NamedRoute[], event: Incoming): NamedRoute | undefined {
  const document = routes.find(([, route]) => isPublicDocument(route));
  if (document !== undefined) return [PREFLIGHT, preflightOf(document[1])];
  const forPages = routes.find(([, route]) => route.isForPages === true);
  if (forPages !== undefined) return [PREFLIGHT, preflightOf(forPages[1])];
  return isOnManagementPath(event) ? [PREFLIGHT, managementPreflight] : undefined;
}

/** Names the path template of a request that came by a route for many paths: the default route, or a greedy one. */
export function nameTemplate({ routes }: Pick<LambdaTable, 'routes'>): Middleware {
  const paths = Object.values(routes).map(({ path }) => path);
  return {
    before: (request) => {
      request.event = withTemplate(request.event, paths);
    },
  };
}

/** Finds the route of a request in the table. @throws DomainError `not_found`, `method_not_allowed` */
export function findRoute(table: LambdaTable): Middleware {
  return {
    before: ({ event }) => {
      const candidates = Object.entries(table.routes).filter(([, route]) => isAskedFor(route, event));
      const isPreflight = event.method === 'OPTIONS';
      const match = isPreflight ? preflightAmong(candidates, event) : askedAmong(candidates, event.method);
      if (match === undefined && candidates.length === 0) throw notFound();
      if (match === undefined) throw new DomainError('method_not_allowed', 'This path does not support this method.');
      if (!Object.values(event.target).every(mayBeId)) throw notFound();
      [event.operation, event.route] = match;
    },
  };
}
