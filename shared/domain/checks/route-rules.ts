/** The methods of HTTP that API Gateway takes. `ANY` in a route means all of them. */
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const;

/** A route key of API Gateway: a method in capitals, one space, and a path. */
const ROUTE_KEY = new RegExp(`^(?<method>ANY|${METHODS.join('|')}) /(?<path>\\S*)$`);

/** A static segment: characters that stand in URLs without an escape (RFC 3986 §3.3), without the wildcard `*`. */
const STATIC_SEGMENT = /^(?!\.{1,2}$)[\w.~:@!$&'()+,;=-]+$/;

/** A variable for one segment (`{id}`), or at the end of a path for all further segments (`{proxy+}`). */
const VARIABLE = /^\{[\w.-]+\+?\}$/;

/** A segment that readers of a path understand differently: empty, a dot segment, or with a wildcard of IAM. */
const AMBIGUOUS_SEGMENT = /^\.{0,2}$|\*/;

/** A request to a protected API: its method, and the decoded segments of its path, without a slash at the end. */
export interface RoutedRequest {
  readonly method: string;
  readonly segments: readonly string[];
}

/** What a route of a protected API needs. */
export interface RouteRule {
  /** The route key: `GET /reports/{id}`. */
  readonly route: string;
  readonly method: string;
  /** The segments of the path, with variables as they are written. */
  readonly segments: readonly string[];
  /** The permission that the route needs; null if any token for the API is enough. */
  readonly permission: string | null;
}

/** Method → its rules, in the order in which they are compared with a path. Rules for `ANY` stand at each method. */
export type RouteRules = ReadonlyMap<string, readonly RouteRule[]>;

/**
 * Reads the rules of a protected API: route key → permission. The order is that of API Gateway's HTTP APIs: full matches
 * before greedy variables, then static segments before variables from left to right, then a method before `ANY`.
 * @throws Error with the route that is no route key, or that stands there twice
 */
export function routeRules(routes: Readonly<Record<string, string | null>>): RouteRules {
  const rules = Object.entries(routes).map(readRule);
  assertDistinct(rules);
  return new Map(METHODS.map((method) => [method, rulesFor(method, rules)]));
}

/** Finds the rule of a request; undefined if it has none, or if its path can be read in two ways. */
export function findRule(rules: RouteRules, { method, segments }: RoutedRequest): RouteRule | undefined {
  if (segments.some((segment) => AMBIGUOUS_SEGMENT.test(segment))) return undefined;
  return rules.get(method)?.find((rule) => matches(rule.segments, segments));
}

/** Whether a route has a variable, so that the permission is for more than one path. */
export function hasVariable({ segments }: RouteRule): boolean {
  return segments.some(isVariable);
}

function readRule([route, permission]: readonly [string, string | null]): RouteRule {
  const { method, path } = ROUTE_KEY.exec(route)?.groups ?? {};
  const segments = path === '' ? [] : path?.split('/');
  if (method === undefined || segments === undefined || !segments.every(isSegment)) {
    throw new Error(`"${route}" is no route: write a method or ANY, one space and a path, like "GET /reports/{id}".`);
  }
  return { route, method, segments, permission };
}

function isSegment(segment: string, index: number, { length }: readonly string[]): boolean {
  if (!isVariable(segment)) return STATIC_SEGMENT.test(segment);
  return VARIABLE.test(segment) && (!isGreedy(segment) || index === length - 1);
}

/** Two routes that differ only in the names of variables are one route. */
function assertDistinct(rules: readonly RouteRule[]): void {
  const seen = new Map<string, string>();
  for (const { route, method, segments } of rules) {
    const shape = [method, ...segments.map((segment) => segment.replace(/[\w.-]+(?=\+?\}$)/, ''))].join('/');
    const other = seen.get(shape);
    if (other !== undefined) throw new Error(`"${other}" and "${route}" are the same route: leave out one of them.`);
    seen.set(shape, route);
  }
}

function rulesFor(method: string, all: readonly RouteRule[]): readonly RouteRule[] {
  return all.filter((rule) => rule.method === method || rule.method === 'ANY').toSorted(byPrecedence);
}

function byPrecedence(one: RouteRule, other: RouteRule): number {
  const [left, right] = [precedenceOf(one), precedenceOf(other)];
  return left < right ? -1 : Number(left > right);
}

/** Returns one digit for each criterion of the order, the most important digit first. Text comparison sorts them. */
function precedenceOf({ method, segments }: RouteRule): string {
  const ranks = segments.map((segment) => (isGreedy(segment) ? 2 : Number(isVariable(segment))));
  return [Number(isGreedy(segments.at(-1))), ...ranks, Number(method === 'ANY')].join('');
}

function isVariable(segment: string): boolean {
  return segment.startsWith('{');
}

function isGreedy(segment: string | undefined): boolean {
  return segment?.endsWith('+}') ?? false;
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  const isLongEnough = isGreedy(pattern.at(-1))
    ? segments.length >= pattern.length
    : segments.length === pattern.length;
  return isLongEnough && pattern.every((segment, index) => isVariable(segment) || segment === segments[index]);
}
