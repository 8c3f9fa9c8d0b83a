import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Route } from '#shared/api/table.ts';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import type { AuthenticatedClient } from '#shared/domain/authentication/authenticate-client.ts';
import type { FailureCounter } from '#shared/domain/authentication/ports.ts';
import { DomainError } from '#shared/domain/errors.ts';
import type { Possession } from '#shared/domain/grants/bind-token.ts';
import type { RequestQuota } from '#shared/domain/requests.ts';
import type { OperationReply } from '../reply/replies.ts';
import { certificateOf } from './client-certificate.ts';

const USER_AGENT_CHARACTERS_MAX = 256;

/** API Gateway's two event versions: HTTP APIs send payload 2.0, REST APIs 1.0. */
export type GatewayEvent = APIGatewayProxyEvent | APIGatewayProxyEventV2;

/**
 * One request on its way through the middlewares. What API Gateway said is fixed; what the middlewares find out
 * (operation, parameters, body, caller) is filled in as they go.
 */
export interface Incoming {
  readonly requestId: string;
  readonly method: string;
  /** The path as API Gateway was told of it, e.g. `/v1/tenants/{tenantId}`. */
  readonly pathTemplate: string;
  /** The path as it was asked for. */
  readonly path: string;
  readonly pathParameters: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawBody: string;
  readonly isBase64Encoded: boolean;
  /** The address that API Gateway saw; never taken from a header. */
  readonly source: string;
  /** Of the connection, in PEM, as API Gateway saw it; never taken from a header (E3). */
  readonly certificate: string | undefined;
  /** What the client calls itself, as far as log and audit lines show it. */
  readonly userAgent: string;
  readonly startedAtMilliseconds: number;

  operation?: string;
  route?: Route;
  /** The body's members, decoded but not yet checked against the schema. */
  members?: Readonly<Record<string, unknown>>;
  body?: unknown;
  parsedQuery?: unknown;
  /** The version of the resource that the caller means to change; undefined for any. */
  expectedVersion?: number | undefined;
  /** The nonce that the next proof of whoever sent one needs. */
  dpopNonce?: string;
  /** What the caller has proven to have, so that nobody without it can use what this request obtains. */
  possession?: Possession;
  caller?: AuthenticatedClient | ManagementCaller | undefined;
  /** What counts failed attempts, where the function does. */
  failures?: FailureCounter | undefined;
  /** What the caller has left of what is counted. */
  quotas?: readonly RequestQuota[];
  /** The audit log holds a line about this change already. */
  isAttempted?: boolean;
  /** The answer of an earlier request that this one repeats. */
  repeatedReply?: OperationReply<number, unknown>;
  /** What the operation answered. */
  reply?: OperationReply<number, unknown>;
  /** Ids that log and audit lines carry: from the path, and of what was created. */
  target: Record<string, string>;
}

/** The part of an event that both versions share, for reading headers before telling them apart. */
type Repeated = Readonly<Record<string, readonly string[] | undefined>> | null | undefined;

/**
 * Reads either version of event into one shape. Header names are lower case already.
 * @throws DomainError `invalid_request` for two Authorization headers, of which nobody could say which counts (A16)
 */
export function readIncoming(event: GatewayEvent): Incoming {
  const common = {
    query: event.queryStringParameters ?? {},
    pathParameters: parametersOf(event),
    headers: event.headers ?? {},
    rawBody: event.body ?? '',
    isBase64Encoded: event.isBase64Encoded,
    startedAtMilliseconds: performance.now(),
  };
  if ('routeKey' in event) {
    const { http, requestId } = event.requestContext;
    return {
      ...common,
      requestId,
      method: http.method,
      pathTemplate: event.routeKey.slice(event.routeKey.indexOf(' ') + 1),
      path: event.rawPath,
      source: http.sourceIp,
      certificate: certificateOf(event.requestContext),
      userAgent: legible(http.userAgent),
      target: idsOf(common.pathParameters),
    };
  }
  refuseRepeated('authorization', event.multiValueHeaders);
  const { requestId, identity } = event.requestContext;
  const proofs = event.multiValueHeaders?.dpop;
  return {
    ...common,
    // REST APIs keep the last of several headers, HTTP APIs all of them; several proofs are none.
    headers: { ...common.headers, ...(proofs && { dpop: proofs.join(',') }) },
    requestId,
    method: event.httpMethod,
    pathTemplate: event.resource,
    path: event.path,
    source: identity.sourceIp,
    certificate: certificateOf(event.requestContext),
    userAgent: legible(identity.userAgent),
    target: idsOf(common.pathParameters),
  };
}

function refuseRepeated(header: string, repeated: Repeated): void {
  if ((repeated?.[header]?.length ?? 0) < 2) return;
  throw new DomainError('invalid_request', `Send one ${header} header.`);
}

/** What a client calls itself cannot end a line, steer a terminal or fill a log (U3). */
function legible(userAgent: string | null | undefined): string {
  return (userAgent ?? '').slice(0, USER_AGENT_CHARACTERS_MAX).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}

/** What is behind a greedy variable is a path, and no parameter of any. */
function parametersOf({ pathParameters }: GatewayEvent): Incoming['pathParameters'] {
  const { rest: _rest, ...parameters } = pathParameters ?? {};
  return parameters;
}

function idsOf(parameters: Incoming['pathParameters']): Record<string, string> {
  const present = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(present);
}
