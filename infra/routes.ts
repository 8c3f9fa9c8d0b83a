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
 * ANY. The function then answers 405 with the allowed methods. API Gateway itself would answer 404.
 */
export function functionRoutes(): readonly FunctionRoute[] {
  const routes: FunctionRoute[] = tables.flatMap(({ name, routes: served }) =>
    Object.values(served).map(({ method, path }) => ({ method, path: gatewayPath(path), functionName: name })),
  );
  const paths = [...new Set(routes.map(({ path }) => path))];
  const others = paths.flatMap((path): FunctionRoute[] => {
    const [first, ...more] = new Set(routes.filter((route) => route.path === path).map((route) => route.functionName));
    return first !== undefined && more.length === 0 ? [{ method: 'ANY', path, functionName: first }] : [];
  });
  return [...routes, ...others];
}
