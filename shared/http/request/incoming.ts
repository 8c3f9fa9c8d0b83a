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
 * One request on its way through the steps of `way-in.ts` and `way-back.ts`. What API Gateway said is read-only; the
 * other members are filled in on the way:
 *
 * | member | filled in by | read by |
 * |---|---|---|
 * | `target` | `readEvent`; the ids of what it made or names: the operation | `findRoute`, `authoriseCaller`, `audit`, `auditRefusals`, `writeLog` |
 * | `operation`, `route` | `findRoute` | every later step; on the way back they are absent where no route was found |
 * | `failures` | `watchFailures` | `writeLog` |
 * | `members` | `decodeMembers` | `recogniseCaller`, `checkInput`, `auditRefusals` |
 * | `dpopNonce` | `checkPossession` | `tellNonce` |
 * | `possession` | `checkPossession` | the operation |
 * | `caller` | `recogniseCaller` | `countRequests`, `noteUse`, `authoriseCaller`, `answerRepeats`, `audit`, the operation, `auditRefusals`, `writeLog` |
 * | `quotas` | `countRequests` | `tellQuotas` |
 * | `expectedVersion` | `checkInput` | the operation |
 * | `body` | `checkInput` | `answerRepeats`, the operation |
 * | `parsedQuery` | `checkInput`, `openCursors` | the operation |
 * | `repeatedReply` | `answerRepeats` | `audit`, and in the place of the operation |
 * | `isAttempted` | `audit`, or the operation of a route that anybody may call | `audit`, `auditRefusals` |
 * | `reply` | the operation | `answerRepeats`, `audit`, `tellQuotas`, `writeLog` |
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
  /** The nonce that the next proof needs, where this request brought a proof. */
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

/**
 * Reads either version of event into one shape. Header names are lower case already.
 * @throws DomainError `invalid_request` for two Authorization headers, of which nobody could say which counts (A16)
 */
export function readIncoming(event: GatewayEvent): Incoming {
  return 'routeKey' in event ? readHttpApiEvent(event) : readRestApiEvent(event);
}

/** Payload format 2.0, of HTTP APIs. */
function readHttpApiEvent(event: APIGatewayProxyEventV2): Incoming {
  const { http, requestId } = event.requestContext;
  return {
    ...readAlike(event),
    requestId,
    method: http.method,
    pathTemplate: event.routeKey.slice(event.routeKey.indexOf(' ') + 1),
    path: event.rawPath,
    headers: { ...event.headers },
    source: http.sourceIp,
    userAgent: legible(http.userAgent),
  };
}

/** Payload format 1.0, of REST APIs: of several headers it has the last in `headers`, where 2.0 has all of them. */
function readRestApiEvent(event: APIGatewayProxyEvent): Incoming {
  const { requestId, identity } = event.requestContext;
  refuseRepeated('authorization', event.multiValueHeaders);
  const proofs = event.multiValueHeaders?.dpop;
  return {
    ...readAlike(event),
    requestId,
    method: event.httpMethod,
    pathTemplate: event.resource,
    path: event.path,
    // Several proofs in one header are no proof, so that a request with several is refused.
    headers: { ...event.headers, ...(proofs && { dpop: proofs.join(',') }) },
    source: identity.sourceIp,
    userAgent: legible(identity.userAgent),
  };
}

/** What both versions say in the same members. */
function readAlike(event: GatewayEvent) {
  const pathParameters = parametersOf(event);
  return {
    query: event.queryStringParameters ?? {},
    pathParameters,
    rawBody: event.body ?? '',
    isBase64Encoded: event.isBase64Encoded,
    certificate: certificateOf(event.requestContext),
    startedAtMilliseconds: performance.now(),
    target: idsOf(pathParameters),
  };
}

/** Every value of each header. */
type Repeated = Readonly<Record<string, readonly string[] | undefined>> | null | undefined;

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
