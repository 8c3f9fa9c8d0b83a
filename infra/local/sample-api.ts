import type { ProtectedApi } from '#shared/domain/checks/guard-request.ts';
import type { GatewayRoute, LambdaHandler, RestApi } from './gateway/configuration.ts';

/** The identifier under which the sample is to be registered with `POST /v1/apis`. */
const AUDIENCE = 'https://api.example.com/reports';

/** An HTTP API authorizer's answer depends on the route, so the route is part of what it is remembered by. */
const HTTP_IDENTITY_SOURCES = ['$request.header.Authorization', '$context.routeKey'];

/** Results are not remembered here, so that a revocation shows at once. */
const RESULT_TTL_SECONDS = 0;

const list: LambdaHandler = () => ({ reports: ['2026 in numbers'] });

const create: LambdaHandler = () => ({ statusCode: 201, body: JSON.stringify({ created: true }) });

/** An API as our users have them: it knows nothing of tokens, because the authorizer stands in front of it. */
export const sampleApi = {
  protection: {
    audience: AUDIENCE,
    mode: 'online',
    dpop: 'accepted',
    mtls: 'accepted',
    routes: { 'GET /reports': 'read:reports', 'POST /reports': 'write:reports' },
  } satisfies ProtectedApi,

  /** The sample on an HTTP API. */
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

  /** The sample on a REST API, under `/rest`. */
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
