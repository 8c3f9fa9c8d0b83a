import type {
  APIGatewayAuthorizerResult,
  APIGatewayRequestAuthorizerEvent,
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
  APIGatewayTokenAuthorizerEvent,
} from 'aws-lambda';
import type { GuardedAccess } from '#shared/domain/checks/guard-request.ts';
import { DomainError } from '#shared/domain/errors.ts';

/** The three ways in which API Gateway asks a Lambda authorizer. */
export type AuthorizerEvent =
  | APIGatewayRequestAuthorizerEventV2
  | APIGatewayTokenAuthorizerEvent
  | APIGatewayRequestAuthorizerEvent;

/** What the API behind the gateway learns of the caller: scalars only, nothing secret (P12). */
interface AccessContext {
  readonly [name: string]: string;
}

export type AuthorizerAnswer = APIGatewaySimpleAuthorizerWithContextResult<AccessContext> | APIGatewayAuthorizerResult;

/**
 * The answer in the form that the event asks for: a simple one for HTTP APIs (payload 2.0), a policy for REST APIs.
 * @throws DomainError `invalid_token` at a REST API, with the one message that API Gateway turns into a 401
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
 * API Gateway reuses a policy for every request with the same token, so it must speak of all routes (P8). Refused
 * routes are denied by name, because the wildcards of an allowed one might cover them.
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
  const given = statements.filter(({ Resource }) => Resource.length > 0);
  return { Version: '2012-10-17', Statement: given.length > 0 ? given : [denyAll(stage)] };
}

/** A policy needs a statement; without any route there is nothing to allow. */
function denyAll(stage: string) {
  return { Action: 'execute-api:Invoke', Effect: 'Deny' as const, Resource: [`${stage}/*`] };
}

/** `GET /reports/{id}` as the end of an execute-api ARN: `GET/reports/*`. */
function resourceOf(route: string): string {
  const [method = '', path = ''] = route.split(' ');
  return method + path.replaceAll(/\{[^}]+\}/g, '*');
}
