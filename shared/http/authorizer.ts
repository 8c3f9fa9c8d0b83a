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

/** The answer of an authorizer: a decision about one route for HTTP APIs, a policy for REST APIs. */
export type AuthorizerAnswer = APIGatewaySimpleAuthorizerWithContextResult<AccessContext> | APIGatewayAuthorizerResult;

/**
 * Renders a decision in the form that the event asks for: a simple response for HTTP APIs (payload 2.0), a policy for
 * REST APIs.
 * @param access the routes that the token opens; undefined if the token was refused
 * @throws DomainError `invalid_token` for a refused token at a REST API: API Gateway turns this message into a 401
 */
export function answerFor(event: AuthorizerEvent, access: GuardedAccess | undefined): AuthorizerAnswer {
  if ('routeKey' in event) {
    return { isAuthorized: access?.allowedRoutes.includes(event.routeKey) ?? false, context: contextOf(access) };
  }
  if (access === undefined) throw new DomainError('invalid_token', 'Unauthorized');
  return {
    principalId: access.claims.sub,
    policyDocument: policyOf(event.methodArn, access),
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

/**
 * Renders a policy about all routes, because API Gateway reuses it for each request with the same token (P8). It denies
 * the refused routes by name, because the wildcards of an allowed route might cover them.
 */
function policyOf(
  methodArn: string,
  { allowedRoutes, refusedRoutes }: GuardedAccess,
): APIGatewayAuthorizerResult['policyDocument'] {
  const stage = methodArn.split('/').slice(0, 2).join('/');
  const statement = (Effect: 'Allow' | 'Deny', routes: readonly string[]) => ({
    Action: 'execute-api:Invoke',
    Effect,
    Resource: routes.map((route) => `${stage}/${resourceOf(route)}`),
  });
  const statements = [statement('Allow', allowedRoutes), statement('Deny', refusedRoutes)];
  const withRoutes = statements.filter(({ Resource }) => Resource.length > 0);
  return { Version: '2012-10-17', Statement: withRoutes.length > 0 ? withRoutes : [denyAll(stage)] };
}

/** Denies everything. A policy needs at least one statement, even if the API has no route. */
function denyAll(stage: string) {
  return { Action: 'execute-api:Invoke', Effect: 'Deny' as const, Resource: [`${stage}/*`] };
}

/** Renders `GET /reports/{id}` as the end of an execute-api ARN: `GET/reports/*`. */
function resourceOf(route: string): string {
  const [method = '', path = ''] = route.split(' ');
  return method + path.replaceAll(/\{[^}]+\}/g, '*');
}
