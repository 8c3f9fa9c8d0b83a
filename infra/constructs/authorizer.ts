import { Duration } from 'aws-cdk-lib';
import {
  type Authorizer,
  type IAuthorizer,
  IdentitySource,
  RequestAuthorizer,
  TokenAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { ProtectedApi } from '#shared/domain/checks/guard-request.ts';
import { hasVariable } from '#shared/domain/checks/route-rules.ts';
import { rulesOf } from './protected-api.ts';

/** The options of an authorizer. */
export interface AuthorizerOptions {
  /**
   * How long API Gateway caches a decision about a token and a path. During this time a revoked or expired token still
   * has access. It must be zero if the API has `dpop` or `mtls`, or a route with a variable.
   * @default zero: every request is decided anew
   */
  readonly resultsCacheTtl?: Duration | undefined;
}

/** An authorizer's function, and the API that it protects. */
interface Guard {
  readonly name: string;
  readonly handler: IFunction;
  readonly protectedApi: ProtectedApi;
}

/**
 * Creates the Lambda authorizer of an HTTP API. The cache key of a decision contains method and path, so a decision about
 * one request is never used for another.
 * @throws Error if decisions about bound tokens or routes with variables would be cached
 */
export function createHttpAuthorizer(guard: Guard, options: AuthorizerOptions): HttpLambdaAuthorizer {
  const { name, handler } = guard;
  const resultsCacheTtl = resultsCacheTtlOf(guard, options);
  const ofTheRequest = resultsCacheTtl.toSeconds() > 0 ? ['$context.httpMethod', '$context.path'] : [];
  return new HttpLambdaAuthorizer(`${name}-authorizer`, handler, {
    responseTypes: [HttpLambdaResponseType.SIMPLE],
    identitySource: ['$request.header.Authorization', '$context.routeKey', ...ofTheRequest],
    resultsCacheTtl,
  });
}

/**
 * Creates the Lambda authorizer of a REST API. A TOKEN authorizer sees only the access token and is cached by it alone.
 * So an API with DPoP proofs or certificates gets a REQUEST authorizer, and so does an API with a result cache, whose key
 * contains method and path.
 * @throws Error if decisions about bound tokens or routes with variables would be cached
 */
export function createRestAuthorizer(
  scope: Construct,
  guard: Guard,
  options: AuthorizerOptions,
): Authorizer & IAuthorizer {
  const { name, protectedApi } = guard;
  const resultsCacheTtl = resultsCacheTtlOf(guard, options);
  const props = { handler: functionByArn(scope, name, guard.handler), resultsCacheTtl };
  const isCached = resultsCacheTtl.toSeconds() > 0;
  if (!isCached && !checksSenders(protectedApi)) return new TokenAuthorizer(scope, `${name}-authorizer`, props);
  const ofTheRequest = isCached ? [IdentitySource.context('httpMethod'), IdentitySource.context('path')] : [];
  const identitySources = [IdentitySource.header('Authorization'), ...ofTheRequest];
  return new RequestAuthorizer(scope, `${name}-authorizer`, { ...props, identitySources });
}

/**
 * Returns the time to cache decisions. It must be zero for bound tokens, because a cached decision about one sender would
 * also apply to another sender of the same token (DEC14). It must be zero for routes with variables, because a cache of
 * decisions about any number of paths is filled by callers and seldom asked.
 * @throws Error if the time must be zero and is not
 */
function resultsCacheTtlOf({ name, protectedApi }: Guard, { resultsCacheTtl }: AuthorizerOptions): Duration {
  const ttl = resultsCacheTtl ?? Duration.seconds(0);
  if (ttl.toSeconds() === 0) return ttl;
  const instead = 'leave out resultsCacheTtl, or set it to zero.';
  if (checksSenders(protectedApi)) throw new Error(`"${name}" accepts bound tokens: ${instead}`);
  const variable = [...rulesOf(name, protectedApi).values()].flat().find(hasVariable);
  if (variable !== undefined) throw new Error(`"${name}" has a route with a variable, "${variable.route}": ${instead}`);
  return ttl;
}

function checksSenders({ dpop, mtls }: ProtectedApi): boolean {
  return dpop !== undefined || mtls !== undefined;
}

/**
 * Refers to the function by its ARN. CDK then creates the permission to invoke it in the API's stack, and the two
 * stacks do not depend on each other in a circle.
 */
function functionByArn(scope: Construct, name: string, { functionArn }: IFunction): IFunction {
  return LambdaFunction.fromFunctionAttributes(scope, `${name}-function`, { functionArn, sameEnvironment: true });
}
