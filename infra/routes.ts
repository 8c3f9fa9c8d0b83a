import { directory } from '#shared/api/management/directory.ts';
import { pushRequest } from '#shared/api/oauth/push-request.ts';
import { gatewayPath, type LambdaTable, MANAGEMENT_PREFLIGHTS, methodsOf, type Route } from '#shared/api/table.ts';
import { tables } from '#shared/api/tables.ts';
import { defaultRoute } from '#shared/api/without-routes.ts';
import type { Grant } from '#shared/ports.ts';

/** API Gateway's name of the route that takes each request that no other route takes. */
export const DEFAULT_ROUTE = '$default';

/** The grants of functions that issue tokens: every request of their routes can take a signature. */
const ISSUING_GRANTS: readonly Grant[] = ['tokens:issue', 'tokens:sign'];

/**
 * Why a route has a limit of its own: `token` for a route that issues tokens, `answer` for a route whose answer can be
 * signed, and for pushed requests, `guess` for a route that takes guesses at codes and links or calls an identity
 * provider, `unserved` for the default route.
 */
export type RouteLimit = 'token' | 'answer' | 'guess' | 'unserved';

/** A route of API Gateway, with the function that serves it. */
export interface FunctionRoute {
  readonly method: string;
  readonly path: `/${string}` | typeof DEFAULT_ROUTE;
  readonly functionName: (typeof tables)[number]['name'];
  /** Absent for a route that only has the limit of the whole API. */
  readonly limit?: RouteLimit | undefined;
}

interface Served extends FunctionRoute {
  readonly route: Route;
}

/** The preflights of the management API need the settings, which the function of the directory can read. */
const preflights: FunctionRoute = { method: 'OPTIONS', path: MANAGEMENT_PREFLIGHTS, functionName: directory.name };

/** Everything that no other route takes. */
const rest: FunctionRoute = {
  method: 'ANY',
  path: DEFAULT_ROUTE,
  functionName: defaultRoute.name,
  limit: 'unserved',
};

/**
 * Returns all routes of the API tables, the route of preflights, and the default route.
 *
 * The function of GET also serves HEAD (RFC 9110 §9.3.2) and preflights, and both sign what GET signs. So its route is
 * ANY, with one limit for all of them, and it takes the other methods of the path, too, because a stack can have 500
 * resources and each route is one; the function refuses the methods that it does not serve. If other functions serve the
 * same path, it has a route for each of these methods instead, because it cannot name the methods of the others. The
 * default route refuses all other methods and paths.
 *
 * What a table serves below one path comes by one greedy route, and the function finds the operation (`greedyBelow`).
 */
export function functionRoutes(): readonly FunctionRoute[] {
  const byPath = Map.groupBy(tables.flatMap(servedBy), ({ path }) => path);
  const routes = [...byPath.values()].flatMap((served) => served.flatMap((one) => gatewayRoutes(one, served)));
  return [...routes, ...tables.flatMap(greedyRoutes), preflights, rest];
}

/** The routes of a function that bring more than one path each. */
function greedyRoutes(table: LambdaTable & (typeof tables)[number]): readonly FunctionRoute[] {
  const { name: functionName, greedyBelow = [], routes } = table;
  const paths = Object.values<Route>(routes).map(({ path }) => path);
  return greedyBelow
    .flatMap((base) => [...(paths.includes(base) ? [base] : []), `${base}/{rest+}` as const])
    .map((path) => ({ method: 'ANY', path, functionName }));
}

/** Whether a greedy route brings the requests of a route. */
function isGathered({ path, takesGuesses }: Route, { greedyBelow = [] }: LambdaTable): boolean {
  return takesGuesses !== true && greedyBelow.some((base) => path === base || path.startsWith(`${base}/`));
}

function servedBy(table: (typeof tables)[number]): readonly Served[] {
  const { name, grants, routes } = table;
  return Object.values<Route>(routes)
    .filter((route) => !isGathered(route, table))
    .map((route) => ({
      route,
      method: route.method,
      path: gatewayPath(route.path),
      functionName: name,
      limit: limitOf(route, grants),
    }));
}

function gatewayRoutes({ route, ...own }: Served, samePath: readonly Served[]): readonly FunctionRoute[] {
  const isAlone = samePath.every(({ functionName }) => functionName === own.functionName);
  if (isAlone && route.method === 'GET') return [{ ...own, method: 'ANY' }];
  const isCovered = isAlone && own.limit === undefined && samePath.some(({ method }) => method === 'GET');
  // A preflight takes no signature, and no guess.
  const limitOfMethod = (method: string) => (method === 'OPTIONS' ? undefined : own.limit);
  return isCovered ? [] : methodsOf(route).map((method) => ({ ...own, method, limit: limitOfMethod(method) }));
}

function limitOf({ reply, path, takesGuesses }: Route, grants: LambdaTable['grants']): RouteLimit | undefined {
  if (takesGuesses === true) return 'guess';
  if (grants.some((grant) => ISSUING_GRANTS.includes(grant))) return 'token';
  const isPush = path === pushRequest.routes.pushRequest.path;
  return isPush || reply.signedAs !== undefined ? 'answer' : undefined;
}
