import { directory } from '#shared/api/management/directory.ts';
import { gatewayPath, type LambdaTable, MANAGEMENT_PREFLIGHTS, type Route } from '#shared/api/table.ts';
import { tables } from '#shared/api/tables.ts';
import type { Grant } from '#shared/ports.ts';

/** The grants of functions that issue tokens: every request of their routes can take a signature. */
const ISSUING_GRANTS: readonly Grant[] = ['tokens:issue', 'tokens:sign'];

/** What a route signs: `token` for a route that issues tokens, `answer` for a route whose answer can be signed. */
export type Signing = 'token' | 'answer';

/** A route of API Gateway, with the function that serves it. */
export interface FunctionRoute {
  readonly method: string;
  readonly path: `/${string}`;
  readonly functionName: (typeof tables)[number]['name'];
  /** Absent for a route that signs nothing. */
  readonly signs?: Signing | undefined;
}

/** The preflights of the management API need the settings, which the function of the directory can read. */
const preflights: FunctionRoute = { method: 'OPTIONS', path: MANAGEMENT_PREFLIGHTS, functionName: directory.name };

/**
 * Returns all routes of the API tables. If one function serves all methods of a path, the path also gets the method
 * ANY. The function then answers 405 with the allowed methods. API Gateway itself would answer 404. If several functions
 * serve a path, the function of GET also serves HEAD (RFC 9110 §9.3.2).
 */
export function functionRoutes(): readonly FunctionRoute[] {
  const routes: FunctionRoute[] = tables.flatMap(({ name, grants, routes: served }) =>
    Object.values<Route>(served).map((route) => ({
      method: route.method,
      path: gatewayPath(route.path),
      functionName: name,
      signs: signedBy(route, grants),
    })),
  );
  const paths = [...new Set(routes.map(({ path }) => path))];
  const others = paths.flatMap((path): FunctionRoute[] => {
    const [first, ...more] = new Set(routes.filter((route) => route.path === path).map((route) => route.functionName));
    if (first !== undefined && more.length === 0) return [{ method: 'ANY', path, functionName: first }];
    const reading = routes.find((route) => route.path === path && route.method === 'GET');
    return reading === undefined ? [] : [{ ...reading, method: 'HEAD' }];
  });
  return [...routes, ...others, preflights];
}

function signedBy({ reply }: Route, grants: LambdaTable['grants']): Signing | undefined {
  if (grants.some((grant) => ISSUING_GRANTS.includes(grant))) return 'token';
  return reply.signedAs === undefined ? undefined : 'answer';
}
