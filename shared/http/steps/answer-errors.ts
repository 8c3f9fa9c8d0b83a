import { type LambdaTable, methodsOf, type Route } from '#shared/api/table.ts';
import { asDomainError, renderError } from '../reply/errors.ts';
import { resourceMetadataUri } from '../reply/resource-metadata.ts';
import { isAskedFor, type Middleware } from './step.ts';

/** Turns every error into an answer in the style of the route. No other place catches errors of a request. */
export function answerErrors(table: LambdaTable, ports: () => { readonly issuer: string }): Middleware {
  return {
    onError: (request) => {
      const { event, error } = request;
      const routes = Object.values(table.routes);
      const served = routes.filter((route) => isAskedFor(route, event));
      const { errors: style = 'problem', caller } = event.route ?? served[0] ?? routes[0] ?? {};
      const isManagement = typeof caller === 'object' && 'permission' in caller;
      request.response = renderError(asDomainError(error), style, {
        allowedMethods: [...served.flatMap(methodsOf), ...servedElsewhere(table, served[0])],
        requestId: event.requestId,
        resourceMetadataUri: () => (isManagement ? resourceMetadataUri(ports().issuer) : undefined),
      });
    },
  };
}

function servedElsewhere({ servedElsewhere: others = {} }: LambdaTable, route: Route | undefined): readonly string[] {
  const method = route && others[route.path];
  return method === undefined ? [] : [method];
}
