import type { GatewayRoute } from './configuration.ts';

/** A route, with the values of its path variables. */
export interface RouteMatch {
  readonly route: GatewayRoute;
  readonly pathParameters: Readonly<Record<string, string>>;
}

type Segment = { readonly kind: 'static' | 'variable' | 'greedy'; readonly text: string };

interface CompiledRoute {
  readonly route: GatewayRoute;
  readonly segments: readonly Segment[];
}

/** The path of the route that an HTTP API takes if no other route matches (API Gateway). */
const DEFAULT_ROUTE = '$default';

/** Routes in the order in which they are compared with a path. */
export type RouteTable = readonly CompiledRoute[];

/**
 * Sorts routes by the priority of API Gateway: full matches before greedy matches, then static segments before
 * variables from left to right, then a method before ANY.
 *
 * @throws Error if API Gateway would refuse a path, or a route is declared twice
 */
export function compileRoutes(routes: readonly GatewayRoute[]): RouteTable {
  const routeKeys = routes.map(routeKey);
  const repeated = routeKeys.find((key, index) => routeKeys.indexOf(key) !== index);
  if (repeated !== undefined) throw new Error(`Route ${repeated} is declared twice.`);
  return routes
    .map((route) => ({ route, segments: parsePath(route.path) }))
    .sort((left, right) => specificity(left).localeCompare(specificity(right)));
}

/** Returns API Gateway's name of a route, such as `GET /v1/tenants/{tenantId}` or `$default`. */
export function routeKey({ method, path }: GatewayRoute): string {
  if (path === DEFAULT_ROUTE) return path;
  return `${method} ${path}`;
}

/**
 * Finds the route in an HTTP API: the first of the routes with this method, or with ANY, that matches the path, and
 * otherwise the default route.
 */
export function matchHttpRoute(table: RouteTable, method: string, path: string): RouteMatch | undefined {
  const match = firstMatch(
    table.filter(({ route }) => takesMethod(route, method)),
    path,
  );
  const byDefault = table.find(({ route }) => route.path === DEFAULT_ROUTE);
  return match ?? (byDefault && { route: byDefault.route, pathParameters: {} });
}

/**
 * Finds the route in a REST API: first the resource by its path, then the method. A method that the resource lacks is
 * not searched on other resources. A slash at the end is ignored.
 */
export function matchRestRoute(table: RouteTable, method: string, path: string): RouteMatch | undefined {
  const resourcePath = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const resource = firstMatch(table, resourcePath)?.route.path;
  return firstMatch(
    table.filter(({ route }) => route.path === resource && takesMethod(route, method)),
    resourcePath,
  );
}

function parsePath(path: string): Segment[] {
  if (path === DEFAULT_ROUTE) return [];
  if (!path.startsWith('/')) throw new Error(`Route path ${path} does not start with /.`);
  const segments = path.slice(1).split('/').map(parseSegment);
  if (segments.slice(0, -1).some(({ kind }) => kind === 'greedy')) {
    throw new Error(`Route path ${path} continues after a greedy variable.`);
  }
  return segments;
}

function parseSegment(segment: string): Segment {
  const variable = /^\{(?<name>[\w.-]+)(?<greedy>\+?)\}$/.exec(segment)?.groups;
  if (variable?.name === undefined) return { kind: 'static', text: segment };
  return { kind: variable.greedy === '+' ? 'greedy' : 'variable', text: variable.name };
}

const SEGMENT_RANKS = { static: 0, variable: 1, greedy: 2 } as const;

/** Returns one digit for each criterion of the priority, the most important digit first. Text comparison sorts them. */
function specificity({ route, segments }: CompiledRoute): string {
  const isGreedy = segments.at(-1)?.kind === 'greedy';
  const ranks = segments.map(({ kind }) => SEGMENT_RANKS[kind]);
  return [isGreedy ? 1 : 0, ...ranks, route.method === 'ANY' ? 1 : 0].join('');
}

function takesMethod(route: GatewayRoute, method: string): boolean {
  return route.method === method || route.method === 'ANY';
}

function firstMatch(table: RouteTable, path: string): RouteMatch | undefined {
  const pathSegments = path.slice(1).split('/');
  for (const { route, segments } of table) {
    const pathParameters = matchSegments(segments, pathSegments);
    if (pathParameters !== undefined) return { route, pathParameters };
  }
  return undefined;
}

function matchSegments(segments: readonly Segment[], path: readonly string[]): Record<string, string> | undefined {
  const isGreedy = segments.at(-1)?.kind === 'greedy';
  if (isGreedy ? path.length < segments.length : path.length !== segments.length) return undefined;
  const values = segments.map(({ kind }, index) => (kind === 'greedy' ? path.slice(index).join('/') : path[index]));
  const isMatch = segments.every(({ kind, text }, index) =>
    kind === 'static' ? values[index] === text : values[index] !== '',
  );
  if (!isMatch) return undefined;
  return Object.fromEntries(
    segments.flatMap(({ kind, text }, index) => (kind === 'static' ? [] : [[text, values[index] ?? '']])),
  );
}
