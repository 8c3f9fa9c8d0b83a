import { gatewayPath } from '#shared/api/table.ts';
import { tables } from '#shared/api/tables.ts';

/** A route of API Gateway, with the function that serves it. */
export interface FunctionRoute {
  readonly method: string;
  readonly path: `/${string}`;
  readonly functionName: (typeof tables)[number]['name'];
}

/**
 * Returns all routes of the API tables. If one function serves all methods of a path, the path also gets the method
 * ANY. The function then answers 405 with the allowed methods. API Gateway itself would answer 404. If several functions
 * serve a path, the function of GET also serves HEAD (RFC 9110 §9.3.2).
 */
export function functionRoutes(): readonly FunctionRoute[] {
  const routes: FunctionRoute[] = tables.flatMap(({ name, routes: served }) =>
    Object.values(served).map(({ method, path }) => ({ method, path: gatewayPath(path), functionName: name })),
  );
  const paths = [...new Set(routes.map(({ path }) => path))];
  const others = paths.flatMap((path): FunctionRoute[] => {
    const [first, ...more] = new Set(routes.filter((route) => route.path === path).map((route) => route.functionName));
    if (first !== undefined && more.length === 0) return [{ method: 'ANY', path, functionName: first }];
    const reading = routes.find((route) => route.path === path && route.method === 'GET');
    return reading === undefined ? [] : [{ ...reading, method: 'HEAD' }];
  });
  return [...routes, ...others];
}
