import type { ProtectedApi } from '#shared/domain/checks/guard-request.ts';
import type { GatewayRoute, LambdaHandler, RestApi } from './gateway/configuration.ts';

/** The identifier of the sample API. Register it with `POST /v1/apis`. */
const AUDIENCE = 'https://api.example.com/reports';

/** The authorizer's answer depends on the route, so the route is part of the cache key. */
const HTTP_IDENTITY_SOURCES = ['$request.header.Authorization', '$context.routeKey'];

/** Results are not cached, so that a revocation takes effect at once. */
const RESULT_TTL_SECONDS = 0;

const list: LambdaHandler = () => ({ reports: ['2026 in numbers'] });

const create: LambdaHandler = () => ({ statusCode: 201, body: JSON.stringify({ created: true }) });

/** A sample of a user's API. Its handlers do not read tokens, because the authorizer protects them. */
export const sampleApi = {
  protection: {
    audience: AUDIENCE,
    mode: 'online',
    dpop: 'accepted',
    mtls: 'accepted',
    routes: { 'GET /reports': 'read:reports', 'POST /reports': 'write:reports' },
  } satisfies ProtectedApi,

  /** The sample as routes of an HTTP API. */
  httpRoutes: (authorizer: LambdaHandler): readonly GatewayRoute[] => {
    const guard = {
      handler: authorizer,
      identitySources: HTTP_IDENTITY_SOURCES,
      resultTtlSeconds: RESULT_TTL_SECONDS,
    };
    return [
      { method: 'GET', path: '/reports', handler: list, functionName: 'reports', authorizer: guard },
      { method: 'POST', path: '/reports', handler: create, functionName: 'reports', authorizer: guard },
    ];
  },

  /** The sample as a REST API with the stage `rest`. */
  restApi: (authorizer: LambdaHandler): RestApi => {
    const guard = {
      type: 'REQUEST',
      handler: authorizer,
      identitySources: ['method.request.header.Authorization'],
      resultTtlSeconds: RESULT_TTL_SECONDS,
    } as const;
    const answer: LambdaHandler = async (...call) => ({ statusCode: 200, body: JSON.stringify(await list(...call)) });
    return {
      stage: 'rest',
      routes: [
        { method: 'GET', path: '/reports', handler: answer, functionName: 'reports', authorizer: guard },
        { method: 'POST', path: '/reports', handler: create, functionName: 'reports', authorizer: guard },
      ],
    };
  },
};
