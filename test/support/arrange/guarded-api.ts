import { handler as authorizer } from '#functions/authorizer.ts';
import type { AdapterChanges } from '#infra/local/functions.ts';
import type { GatewayAuthorizer, GatewayRoute, LambdaHandler, MutualTls } from '#infra/local/gateway/configuration.ts';
import { startGateway } from '#infra/local/gateway/gateway.ts';
import { apiGuard, type ProtectedApi } from '#shared/domain/checks/guard-request.ts';
import { REPORTS, type World } from '../world/world.ts';
import { settingsOf } from './settings.ts';

/** The rules of the authorizer, and how the API can be reached. */
export interface GuardedApiOptions {
  readonly mode: ProtectedApi['mode'];
  readonly dpop?: ProtectedApi['dpop'];
  readonly mtls?: ProtectedApi['mtls'];
  readonly selfSigned?: ProtectedApi['selfSigned'];
  /** A second address of the API, for mutual TLS. */
  readonly mutualTls?: MutualTls;
  /** The address of the API in the proofs of clients; by default its real address. */
  readonly origin?: string;
  /** How long API Gateway repeats a decision, by the clock of the world; by default not at all. */
  readonly resultTtlSeconds?: number;
  /** The rules of the routes, for a test of other rules. */
  readonly routes?: ProtectedApi['routes'];
  /** Adapters of the authorizer that replace the usual ones. */
  readonly adapters?: AdapterChanges;
}

/** The answer to a request: its status, and what API Gateway told the API about the caller. */
export interface Visit {
  readonly status: number;
  readonly told: unknown;
}

/** A running API behind API Gateway and an authorizer. */
export interface GuardedApi {
  readonly url: string;
  /** Its address for mutual TLS; empty without mutual TLS. */
  readonly mutualTlsUrl: string;
  /** Sends `Authorization` as given, or none, to a path such as `/reports` or, at the REST API, `/rest/reports`. */
  visit(method: string, path: string, authorization?: string, proof?: string): Promise<Visit>;
  /** How often API Gateway has asked the authorizer so far. */
  readonly asked: () => number;
  close(): Promise<void>;
}

/** The rules of the authorizer. `DELETE /reports/{id}` has no rule, so nobody may use it. */
const rules = { 'GET /reports': 'read:reports', 'POST /reports': 'write:reports', 'GET /reports/{id}': 'read:reports' };

const served = [...Object.keys(rules), 'DELETE /reports/{id}'];

/**
 * An API that Mintmark protects: an HTTP API, and below `/rest` (TOKEN authorizer, without a result cache) and
 * `/rest-request` (REQUEST authorizer) two REST APIs, behind an authorizer process of its own.
 */
export async function startGuardedApi(
  world: World,
  {
    mode,
    dpop,
    mtls,
    selfSigned,
    origin,
    mutualTls,
    resultTtlSeconds = 0,
    routes = rules,
    adapters = {},
  }: GuardedApiOptions,
): Promise<GuardedApi> {
  const guard = authorizer.with({
    ...adapters,
    environment: () => settingsOf(world),
    protectedApi: () =>
      apiGuard({ audience: REPORTS, mode, routes, dpop, mtls, selfSigned, origin: origin ?? gateway.url }),
    clock: () => world.clock,
  });
  let asked = 0;
  const handler: LambdaHandler = (event, context) => {
    asked += 1;
    return guard(event, context);
  };
  const isCached = resultTtlSeconds > 0;
  const request = isCached ? ['context.httpMethod', 'context.path'] : [];
  const forRest = { handler, resultTtlSeconds, identitySources: ['method.request.header.Authorization', ...request] };
  const forHttp = {
    handler,
    resultTtlSeconds,
    identitySources: ['$request.header.Authorization', '$context.routeKey', '$context.httpMethod', '$context.path'],
  };
  const gateway = await startGateway({
    httpRoutes: routesBehind(forHttp),
    mutualTls,
    restApis: [
      { stage: 'rest', routes: routesBehind({ ...forRest, type: isCached ? 'REQUEST' : 'TOKEN' }) },
      { stage: 'rest-request', routes: routesBehind({ ...forRest, type: 'REQUEST' }) },
    ],
    nowMilliseconds: () => world.clock.nowSeconds() * 1_000,
    onHandlerError: () => undefined,
  });
  return {
    url: gateway.url,
    mutualTlsUrl: gateway.mutualTlsUrl ?? '',
    visit: async (method, path, authorization, proof) => {
      const headers = {
        ...(authorization !== undefined && { authorization }),
        ...(proof !== undefined && { dpop: proof }),
      };
      const response = await fetch(gateway.url + path, { method, headers });
      const body = (await response.json()) as { told?: unknown };
      return { status: response.status, told: body.told };
    },
    asked: () => asked,
    close: () => gateway.close(),
  };
}

function routesBehind(guard: GatewayAuthorizer): readonly GatewayRoute[] {
  return served.map((route) => {
    const [method = '', path = ''] = route.split(' ');
    return { method, path, handler: tellBack, authorizer: guard };
  });
}

/** The API itself: it sees no tokens, and answers with what API Gateway told it about the caller. */
const tellBack: LambdaHandler = (event: { requestContext: { authorizer?: unknown } }) => ({
  statusCode: 200,
  body: JSON.stringify({ told: event.requestContext.authorizer }),
});
