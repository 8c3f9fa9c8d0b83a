import type { Gateway, GatewayOptions, GatewayRoute, HandlerFailure } from './configuration.ts';
import { createHttpApi } from './http-api/http-api.ts';
import { createLambdaRuntime } from './lambda-runtime.ts';
import { createRestApi } from './rest-api/rest-api.ts';
import type { GatewayRequest } from './wire/gateway-request.ts';
import { listen } from './wire/server.ts';

export type {
  Gateway,
  GatewayAuthorizer,
  GatewayOptions,
  GatewayRoute,
  JwtAuthorizer,
} from './configuration.ts';

/** The longest time that API Gateway waits for an integration. */
const TIMEOUT_MILLISECONDS = 29_000;

/**
 * Starts an API Gateway on this machine: one HTTP API, and REST APIs whose paths begin with their stage. Events,
 * authorizers, caches, throttles and errors are like those of AWS, so a handler needs no local mode. It listens on
 * `localhost`, on 127.0.0.1 and ::1, and answers 421 to a request for any other host.
 *
 * @throws Error if API Gateway would refuse the configuration, or if the server cannot listen
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { httpRoutes, restApis = [], nowMilliseconds = Date.now } = options;
  assertStagesAreDistinct(
    restApis.map(({ stage }) => stage),
    httpRoutes,
  );
  const lambda = createLambdaRuntime({
    timeoutMilliseconds: options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS,
    report: options.onHandlerError ?? printFailure,
  });
  const httpApi = createHttpApi(httpRoutes, { lambda, nowMilliseconds });
  const restApiByStage = new Map(
    restApis.map((restApi) => [restApi.stage, createRestApi(restApi, { lambda, nowMilliseconds })]),
  );
  const { port = 0, onRequest = () => undefined, https, mutualTls } = options;
  const handle = (request: GatewayRequest) => (restApiByStage.get(firstSegment(request.path)) ?? httpApi)(request);
  const plain = await listen({ port, handle, onRequest, tls: https && { certificate: https } });
  if (mutualTls === undefined) return plain;
  const { truststore, serverCertificate } = mutualTls;
  const tls = { certificate: async () => serverCertificate, truststore };
  const secure = await listen({ port: mutualTls.port ?? 0, handle, onRequest, tls }).catch(async (error) => {
    await plain.close();
    throw error;
  });
  const close = async () => {
    await Promise.all([plain.close(), secure.close()]);
  };
  return { url: plain.url, mutualTlsUrl: secure.url, close };
}

/** Checks that no stage hides a path of the HTTP API. On AWS each API has its own host, so this cannot happen. */
function assertStagesAreDistinct(stages: readonly string[], httpRoutes: readonly GatewayRoute[]): void {
  const taken = httpRoutes.map(({ path }) => firstSegment(path));
  const ambiguous = stages.find((stage, index) => taken.includes(stage) || stages.indexOf(stage) !== index);
  if (ambiguous !== undefined)
    throw new Error(`Stage ${ambiguous} is also the name of another stage or the start of a route's path.`);
}

function firstSegment(path: string): string {
  return path.split('/', 2)[1] ?? '';
}

function printFailure({ functionName, error }: HandlerFailure): void {
  console.error(`${functionName}: invocation failed`, error);
}
