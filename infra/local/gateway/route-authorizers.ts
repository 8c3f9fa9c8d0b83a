import type { GatewayRoute } from './configuration.ts';

type Authorizer = NonNullable<GatewayRoute['authorizer']>;

/** Compiles each authorizer once. Routes with the same authorizer object share its step and its cache. */
export function compileAuthorizers<Step>(
  routes: readonly GatewayRoute[],
  compile: (authorizer: Authorizer) => Step,
): ReadonlyMap<Authorizer, Step> {
  const authorizers = new Set(routes.flatMap(({ authorizer }) => authorizer ?? []));
  return new Map([...authorizers].map((authorizer) => [authorizer, compile(authorizer)]));
}
