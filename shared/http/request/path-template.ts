import { gatewayPath, type Route } from '#shared/api/table.ts';
import type { Incoming } from './incoming.ts';

/**
 * Names the path template, and the parameters of the path, as API Gateway would if it had a route of its own for each of
 * these paths. A request that came by such a route stays as it is. The default route and greedy routes take many paths.
 */
export function withTemplate(event: Incoming, paths: readonly Route['path'][]): Incoming {
  if (!isOfManyPaths(event.pathTemplate)) return event;
  const path = mostSpecific(paths.filter((candidate) => matches(candidate, event.path)));
  return path === undefined ? event : { ...event, ...asRouted(path, event) };
}

/** Whether API Gateway's route takes more than one path. */
function isOfManyPaths(template: string): boolean {
  return template === '$default' || template.endsWith('/{rest+}');
}

function asRouted(path: Route['path'], { path: asked, target }: Incoming) {
  const values = asked.split('/');
  const variables = path.split('/').flatMap((segment, index) => {
    const name = nameOf(segment);
    return name === undefined ? [] : [[name, values[index] ?? ''] as const];
  });
  const pathParameters = Object.fromEntries(variables);
  return { pathTemplate: gatewayPath(path), pathParameters, target: { ...target, ...pathParameters } };
}

function matches(template: string, path: string): boolean {
  const expected = template.split('/');
  const segments = path.split('/');
  return (
    expected.length === segments.length &&
    expected.every((text, index) => (isVariable(text) ? segments[index] !== '' : segments[index] === text))
  );
}

/** Chooses as API Gateway does: static segments before variables, from left to right. */
function mostSpecific(paths: readonly Route['path'][]): Route['path'] | undefined {
  const rank = (path: string) => path.split('/').map(isVariable).map(Number).join('');
  return paths.toSorted((one, other) => rank(one).localeCompare(rank(other)))[0];
}

function isVariable(segment: string): boolean {
  return nameOf(segment) !== undefined;
}

/** The name of a variable such as `{tenantId}`. */
function nameOf(segment: string): string | undefined {
  return /^\{(\w+)\}$/.exec(segment)?.[1];
}
