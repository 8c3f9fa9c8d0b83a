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

/** Lambda allows 4 KB for all settings of a function. The other settings need the rest. */
const PROTECTED_API_BYTES_MAX = 2_560;

/** The options of an authorizer. */
export interface AuthorizerOptions {
  /**
   * How long API Gateway caches a decision about a token. During this time a revoked or expired token still has access.
   * It must be zero if the API has `dpop` or `mtls`.
   * @default zero: every request is decided anew
   */
  readonly resultsCacheTtl?: Duration | undefined;
}

/**
 * Writes the setting that tells an authorizer's function which API it protects.
 * @throws Error if the API has more routes than fit into Lambda's settings
 */
export function protectedApiSetting(name: string, protectedApi: ProtectedApi): string {
  const setting = JSON.stringify(protectedApi);
  if (Buffer.byteLength(setting) <= PROTECTED_API_BYTES_MAX) return setting;
  throw new Error(
    `The routes of "${name}" take more than ${PROTECTED_API_BYTES_MAX} bytes: divide them among several protected APIs.`,
  );
}

/** An authorizer's function, and the API that it protects. */
interface Guard {
  readonly name: string;
  readonly handler: IFunction;
  readonly protectedApi: ProtectedApi;
}

/**
 * Creates the Lambda authorizer of an HTTP API. The cache key of a decision contains the route, so a decision for one
 * route is never used for another.
 * @throws Error if decisions about bound tokens would be cached
 */
export function createHttpAuthorizer(guard: Guard, options: AuthorizerOptions): HttpLambdaAuthorizer {
  const { name, handler } = guard;
  return new HttpLambdaAuthorizer(`${name}-authorizer`, handler, {
    responseTypes: [HttpLambdaResponseType.SIMPLE],
    identitySource: ['$request.header.Authorization', '$context.routeKey'],
    resultsCacheTtl: resultsCacheTtlOf(guard, options),
  });
}

/**
 * Creates the Lambda authorizer of a REST API. Its cached decision is a policy for all routes of the API. A TOKEN
 * authorizer sees only the access token, so an API with DPoP proofs or certificates gets a REQUEST authorizer.
 * @throws Error if decisions about bound tokens would be cached
 */
export function createRestAuthorizer(
  scope: Construct,
  guard: Guard,
  options: AuthorizerOptions,
): Authorizer & IAuthorizer {
  const { name, protectedApi } = guard;
  const resultsCacheTtl = resultsCacheTtlOf(guard, options);
  const props = { handler: functionByArn(scope, name, guard.handler), resultsCacheTtl };
  if (!checksSenders(protectedApi)) return new TokenAuthorizer(scope, `${name}-authorizer`, props);
  const identitySources = [IdentitySource.header('Authorization')];
  return new RequestAuthorizer(scope, `${name}-authorizer`, { ...props, identitySources });
}

/**
 * Returns the time to cache decisions, which must be zero for bound tokens. A cached decision about one sender would
 * also apply to another sender of the same token (DEC14).
 * @throws Error if bound tokens are accepted and the time is not zero
 */
function resultsCacheTtlOf({ name, protectedApi }: Guard, { resultsCacheTtl }: AuthorizerOptions): Duration {
  const ttl = resultsCacheTtl ?? Duration.seconds(0);
  if (!checksSenders(protectedApi) || ttl.toSeconds() === 0) return ttl;
  throw new Error(`"${name}" accepts bound tokens: leave out resultsCacheTtl, or set it to zero.`);
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
