import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';

/**
 * The members of a log line; each request writes one line of JSON. Header fields, query strings and bodies are not
 * logged, because they can contain secrets. The route is logged in place of the path, which contains ids (U1, ASVS
 * 16.2.5).
 */
const fields = {
  requestId: '$context.requestId',
  requestTime: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  routeKey: '$context.routeKey',
  status: '$context.status',
  responseBytes: '$context.responseLength',
  latencyMilliseconds: '$context.responseLatency',
  integrationLatencyMilliseconds: '$context.integrationLatency',
  integrationStatus: '$context.integrationStatus',
  errorType: '$context.error.responseType',
};

/** The format of the access log, with the `$context` variables of HTTP APIs (API Gateway). */
export const accessLogFormat = AccessLogFormat.custom(JSON.stringify(fields));
