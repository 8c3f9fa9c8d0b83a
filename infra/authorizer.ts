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

/** Lambda takes 4 KB of settings in all; the rest is for names and ARNs. */
const PROTECTED_API_BYTES_MAX = 2_560;

export interface AuthorizerOptions {
  /**
   * How long API Gateway may repeat a decision for the same token. A token that is taken back, or ends, still opens
   * the API for this long, so the default is zero: every request is decided anew. Where `dpop` or `mtls` is set, it has to be.
   */
  readonly resultsCacheTtl?: Duration | undefined;
}

/**
 * The setting that tells the authorizer's function what it stands in front of.
 * @throws Error where the API has more routes than Lambda's settings hold
 */
export function protectedApiSetting(name: string, protectedApi: ProtectedApi): string {
  const setting = JSON.stringify(protectedApi);
  if (Buffer.byteLength(setting) <= PROTECTED_API_BYTES_MAX) return setting;
  throw new Error(
    `The routes of "${name}" take more than ${PROTECTED_API_BYTES_MAX} bytes: give some of them an authorizer of their own.`,
  );
}

/** An authorizer with the API that it stands in front of. */
interface Guard {
  readonly name: string;
  readonly handler: IFunction;
  readonly protectedApi: ProtectedApi;
}

/**
 * For an HTTP API. The route is part of what a decision is cached under, so none leaks from one route to another.
 * @throws Error where decisions about senders would be cached
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
 * For a REST API. A cached decision is a policy over all routes of the API. A TOKEN authorizer is shown the access token
 * only, so proofs and certificates take a REQUEST authorizer.
 * @throws Error where decisions about senders would be cached
 */
export function createRestAuthorizer(
  scope: Construct,
  guard: Guard,
  options: AuthorizerOptions,
): Authorizer & IAuthorizer {
  const { name, protectedApi } = guard;
  const resultsCacheTtl = resultsCacheTtlOf(guard, options);
  const props = { handler: seenFrom(scope, name, guard.handler), resultsCacheTtl };
  if (!checksSenders(protectedApi)) return new TokenAuthorizer(scope, `${name}-authorizer`, props);
  const identitySources = [IdentitySource.header('Authorization')];
  return new RequestAuthorizer(scope, `${name}-authorizer`, { ...props, identitySources });
}

/** What is decided about one sender, repeated by the token alone, would let in another (DEC14). */
function resultsCacheTtlOf({ name, protectedApi }: Guard, { resultsCacheTtl }: AuthorizerOptions): Duration {
  const ttl = resultsCacheTtl ?? Duration.seconds(0);
  if (!checksSenders(protectedApi) || ttl.toSeconds() === 0) return ttl;
  throw new Error(`"${name}" takes bound tokens: its authorizer decides each request anew, without resultsCacheTtl.`);
}

function checksSenders({ dpop, mtls }: ProtectedApi): boolean {
  return dpop !== undefined || mtls !== undefined;
}

/** The function by its ARN, so that the permission to invoke it is made in the API's stack and the stacks make no circle. */
function seenFrom(scope: Construct, name: string, { functionArn }: IFunction): IFunction {
  return LambdaFunction.fromFunctionAttributes(scope, `${name}-function`, { functionArn, sameEnvironment: true });
}
