import { Duration } from 'aws-cdk-lib';
import { TokenAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { ProtectedApi } from '#shared/domain/authorize-request.ts';

/** Lambda takes 4 KB of settings in all; the rest is for names and ARNs. */
const PROTECTED_API_BYTES_MAX = 2_560;

export interface AuthorizerOptions {
  /**
   * How long API Gateway may repeat a decision for the same token. A token that is taken back, or ends, still opens
   * the API for this long, so the default is zero: every request is decided anew.
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

/** For an HTTP API. The route is part of what a decision is cached under, so none leaks from one route to another. */
export function createHttpAuthorizer(name: string, handler: IFunction, { resultsCacheTtl }: AuthorizerOptions) {
  return new HttpLambdaAuthorizer(`${name}-authorizer`, handler, {
    responseTypes: [HttpLambdaResponseType.SIMPLE],
    identitySource: ['$request.header.Authorization', '$context.routeKey'],
    resultsCacheTtl: resultsCacheTtl ?? Duration.seconds(0),
  });
}

/** For a REST API. A cached decision is a policy over all routes of the API. */
export function createRestAuthorizer(
  scope: Construct,
  name: string,
  handler: IFunction,
  { resultsCacheTtl }: AuthorizerOptions,
): TokenAuthorizer {
  return new TokenAuthorizer(scope, `${name}-authorizer`, {
    handler: seenFrom(scope, name, handler),
    resultsCacheTtl: resultsCacheTtl ?? Duration.seconds(0),
  });
}

/** The function by its ARN, so that the permission to invoke it is made in the API's stack and the stacks make no circle. */
function seenFrom(scope: Construct, name: string, { functionArn }: IFunction): IFunction {
  return LambdaFunction.fromFunctionAttributes(scope, `${name}-function`, { functionArn, sameEnvironment: true });
}
