import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';

/**
 * One JSON line per request. Header fields, query strings, bodies and whole paths stay out: the first three can carry
 * secrets, and the route says where a path led without the ids in it (U1, ASVS 16.2.5).
 */
const fields = {
  requestId: '$context.requestId',
  requestTime: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  routeKey: '$context.routeKey',
  status: '$context.status',
  responseBytes: '$context.responseLength',
  latencyMilliseconds: '$context.responseLatency',
  integrationLatencyMilliseconds: '$context.integrationLatency',
  integrationStatus: '$context.integrationStatus',
  errorType: '$context.error.responseType',
};

/** The access log's format, from the `$context` variables of HTTP APIs. */
export const accessLogFormat = AccessLogFormat.custom(JSON.stringify(fields));
