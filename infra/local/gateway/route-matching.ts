import type { GatewayRoute } from './configuration.ts';

/** A route together with what its path variables matched. */
export interface RouteMatch {
  readonly route: GatewayRoute;
  readonly pathParameters: Readonly<Record<string, string>>;
}

type Segment = { readonly kind: 'static' | 'variable' | 'greedy'; readonly text: string };

interface CompiledRoute {
  readonly route: GatewayRoute;
  readonly segments: readonly Segment[];
}

/** Routes in the order in which they are tried. */
export type RouteTable = readonly CompiledRoute[];

/**
 * Orders routes as API Gateway selects them: full matches before greedy ones, then static segments before variables
 * from left to right, then an exact method before ANY.
 *
 * @throws {Error} on a path API Gateway would not accept and on a route declared twice
 */
export function compileRoutes(routes: readonly GatewayRoute[]): RouteTable {
  const routeKeys = routes.map(routeKey);
  const repeated = routeKeys.find((key, index) => routeKeys.indexOf(key) !== index);
  if (repeated !== undefined) throw new Error(`Route ${repeated} is declared twice`);
  return routes
    .map((route) => ({ route, segments: parsePath(route.path) }))
    .sort((left, right) => specificity(left).localeCompare(specificity(right)));
}

/** `GET /v1/tenants/{tenantId}`: how API Gateway names a route. */
export function routeKey({ method, path }: GatewayRoute): string {
  return `${method} ${path}`;
}

/** HTTP APIs choose among the routes that take the method: ANY on a greedy path serves what nothing closer does. */
export function matchHttpRoute(table: RouteTable, method: string, path: string): RouteMatch | undefined {
  return firstMatch(
    table.filter(({ route }) => takesMethod(route, method)),
    path,
  );
}

/**
 * REST APIs choose the resource first, so a method missing on it is not looked for elsewhere. A final slash is
 * ignored.
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
  if (!path.startsWith('/')) throw new Error(`Route path ${path} does not start with /`);
  const segments = path.slice(1).split('/').map(parseSegment);
  if (segments.slice(0, -1).some(({ kind }) => kind === 'greedy')) {
    throw new Error(`Route path ${path} goes on after a greedy variable`);
  }
  return segments;
}

function parseSegment(segment: string): Segment {
  const variable = /^\{(?<name>[\w.-]+)(?<greedy>\+?)\}$/.exec(segment)?.groups;
  if (variable?.name === undefined) return { kind: 'static', text: segment };
  return { kind: variable.greedy === '+' ? 'greedy' : 'variable', text: variable.name };
}

const SEGMENT_RANKS = { static: 0, variable: 1, greedy: 2 } as const;

/** One digit per decision: compared as text, the most telling one comes first. */
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
