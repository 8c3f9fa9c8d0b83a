import type {
  APIGatewayAuthorizerResult,
  APIGatewayRequestAuthorizerEvent,
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
  APIGatewayTokenAuthorizerEvent,
} from 'aws-lambda';
import type { GuardedAccess } from '#shared/domain/checks/guard-request.ts';
import { DomainError } from '#shared/domain/errors.ts';

/** The three kinds of events that API Gateway sends to a Lambda authorizer. */
export type AuthorizerEvent =
  | APIGatewayRequestAuthorizerEventV2
  | APIGatewayTokenAuthorizerEvent
  | APIGatewayRequestAuthorizerEvent;

/** The caller as the API behind the gateway sees it. All values are scalars, and none is secret (P12). */
interface AccessContext {
  readonly [name: string]: string;
}

/** The answer of an authorizer: a yes or no for HTTP APIs, a policy about the one request for REST APIs. */
export type AuthorizerAnswer = APIGatewaySimpleAuthorizerWithContextResult<AccessContext> | APIGatewayAuthorizerResult;

/**
 * Renders a decision in the form that the event asks for: a simple response for HTTP APIs (payload 2.0), a policy for
 * REST APIs. The policy names the method ARN of this request alone, because the wildcards of IAM match more than a
 * variable of a route.
 * @param access what the token permits; undefined if the token was refused
 * @throws DomainError `invalid_token` for a refused token at a REST API: API Gateway turns this message into a 401
 */
export function answerFor(event: AuthorizerEvent, access: GuardedAccess | undefined): AuthorizerAnswer {
  if ('routeKey' in event) {
    return { isAuthorized: access?.isAllowed ?? false, context: contextOf(access) };
  }
  if (access === undefined) throw new DomainError('invalid_token', 'Unauthorized');
  return {
    principalId: access.claims.sub,
    policyDocument: policyAbout(event.methodArn, access.isAllowed),
    context: contextOf(access),
  };
}

function contextOf(access: GuardedAccess | undefined): AccessContext {
  if (access === undefined) return {};
  const { claims, permissions } = access;
  return {
    clientId: claims.client_id,
    subject: claims.sub,
    tokenId: claims.jti,
    permissions: permissions.join(' '),
    ...(claims.tenant_id !== undefined && { tenantId: claims.tenant_id }),
  };
}

function policyAbout(methodArn: string, isAllowed: boolean): APIGatewayAuthorizerResult['policyDocument'] {
  const Effect = isAllowed ? 'Allow' : 'Deny';
  return { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource: [methodArn] }] };
}
