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

/** An event of API Gateway in either version: HTTP APIs send payload 2.0, REST APIs send 1.0. */
export type GatewayEvent = APIGatewayProxyEvent | APIGatewayProxyEventV2;

/**
 * One request on its way through the steps of `way-in.ts` and `way-back.ts`. The members of API Gateway's event are
 * read-only. The steps fill in the other members:
 *
 * | member | filled in by | read by |
 * |---|---|---|
 * | `target` | `readEvent` (ids in the path), the operation (ids of what it made or names) | `findRoute`, `authorizeCaller`, `audit`, `auditRefusals`, `writeLog` |
 * | `operation`, `route` | `findRoute` | every later step; absent on the way back if no route was found |
 * | `failures` | `watchFailures` | `writeLog` |
 * | `members` | `decodeMembers` | `recogniseCaller`, `checkInput`, `auditRefusals` |
 * | `dpopNonce` | `checkPossession` | `tellNonce` |
 * | `possession` | `checkPossession` | the operation |
 * | `caller` | `recogniseCaller` | `countRequests`, `noteUse`, `authorizeCaller`, `answerRepeats`, `audit`, the operation, `auditRefusals`, `writeLog` |
 * | `quotas` | `countRequests` | `tellQuotas` |
 * | `expectedVersions` | `checkInput` | the operation |
 * | `readOnlyMembers` | `checkInput` | `assertUnchanged` |
 * | `body` | `checkInput` | `answerRepeats`, the operation |
 * | `parsedQuery` | `checkInput`, `openCursors` | the operation |
 * | `repeatedReply` | `answerRepeats` | `audit`; it also replaces the operation |
 * | `isAttempted` | `audit`, or the operation of a route whose caller is `anyone` | `audit`, `auditRefusals` |
 * | `reply` | the operation | `answerRepeats`, `audit`, `tellQuotas`, `writeLog` |
 */
export interface Incoming {
  readonly requestId: string;
  readonly method: string;
  /** The path as API Gateway knows it, for example `/v1/tenants/{tenantId}`. */
  readonly pathTemplate: string;
  /** The path that the client asked for. */
  readonly path: string;
  readonly pathParameters: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** The query string without the question mark. For an event of a REST API it is made again of its values. */
  readonly rawQuery: string;
  /** The cookies by name. */
  readonly cookies: Readonly<Record<string, string | undefined>>;
  /** The headers by lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawBody: string;
  readonly isBase64Encoded: boolean;
  /** The address of the client, as API Gateway saw it; never taken from a header. */
  readonly source: string;
  /** The client certificate of the connection, in PEM; never taken from a header (E3). */
  readonly certificate: string | undefined;
  /** The User-Agent header, shortened and cleaned for log and audit lines. */
  readonly userAgent: string;
  readonly startedAtMilliseconds: number;

  operation?: string;
  route?: Route;
  /** The members of the body, decoded and not yet checked against the schema. */
  members?: Readonly<Record<string, unknown>>;
  /** The members of a change that answers show and the operation cannot change. */
  readOnlyMembers?: Readonly<Record<string, unknown>>;
  body?: unknown;
  parsedQuery?: unknown;
  /** The versions of the resource that the caller means to change; undefined for any version. */
  expectedVersions?: readonly number[] | undefined;
  /** The nonce that the next DPoP proof needs; only if this request carries a proof. */
  dpopNonce?: string;
  /** The key and the certificate that the requester has proven to hold. The new token can be bound to them. */
  possession?: Possession;
  caller?: AuthenticatedClient | ManagementCaller | undefined;
  /** The counter of failed attempts, in functions that have one. */
  failures?: FailureCounter | undefined;
  /** The quotas of the caller, after this request was counted. */
  quotas?: readonly RequestQuota[];
  /** Whether the audit log already has the attempt of this change. */
  isAttempted?: boolean;
  /** The stored answer of the first request, if this request repeats it. */
  repeatedReply?: OperationReply<number, unknown>;
  /** The answer of the operation. */
  reply?: OperationReply<number, unknown>;
  /** The ids that log and audit lines show: the ids in the path, and the ids of created records. */
  target: Record<string, string>;
}

/**
 * Reads an event of either version into one shape. Header names must be lower case.
 * @throws DomainError `invalid_request` for two Authorization headers, because it is unclear which of them counts (A16)
 */
export function readIncoming(event: GatewayEvent): Incoming {
  return 'routeKey' in event ? readHttpApiEvent(event) : readRestApiEvent(event);
}

/** Reads payload format 2.0, which HTTP APIs send. */
function readHttpApiEvent(event: APIGatewayProxyEventV2): Incoming {
  const { http, requestId } = event.requestContext;
  return {
    ...readCommon(event),
    requestId,
    method: http.method,
    pathTemplate: event.routeKey.slice(event.routeKey.indexOf(' ') + 1),
    path: event.rawPath,
    rawQuery: event.rawQueryString,
    cookies: cookiesOf(event.cookies ?? []),
    headers: { ...event.headers },
    source: http.sourceIp,
    userAgent: cleaned(http.userAgent),
  };
}

/** Reads payload format 1.0, which REST APIs send. Of a repeated header, its `headers` has only the last value. */
function readRestApiEvent(event: APIGatewayProxyEvent): Incoming {
  const { requestId, identity } = event.requestContext;
  refuseRepeated('authorization', event.multiValueHeaders);
  const proofs = event.multiValueHeaders?.dpop;
  return {
    ...readCommon(event),
    requestId,
    method: event.httpMethod,
    pathTemplate: event.resource,
    path: event.path,
    rawQuery: queryOf(event.multiValueQueryStringParameters),
    cookies: cookiesOf((event.headers?.cookie ?? '').split(';')),
    // Several proofs in one text are not a valid proof, so the request is refused.
    headers: { ...event.headers, ...(proofs && { dpop: proofs.join(',') }) },
    source: identity.sourceIp,
    userAgent: cleaned(identity.userAgent),
  };
}

function queryOf(values: APIGatewayProxyEvent['multiValueQueryStringParameters']): string {
  const pairs = Object.entries(values ?? {}).flatMap(([name, all = []]) =>
    all.map((value): [string, string] => [name, value]),
  );
  return new URLSearchParams(pairs).toString();
}

/** Reads the members that both versions have. */
function readCommon(event: GatewayEvent) {
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

/**
 * Reads cookies (RFC 6265 §4.2.1). Of two cookies with one name, neither counts: only one can be ours, and the other may
 * come from somebody who could set a cookie for our host.
 */
function cookiesOf(pairs: readonly string[]): Incoming['cookies'] {
  const read = pairs.map((pair): [string, string] => {
    const at = pair.indexOf('=');
    return [pair.slice(0, Math.max(at, 0)).trim(), pair.slice(at + 1).trim()];
  });
  const isSingle = ([name]: [string, string]) => read.filter(([other]) => other === name).length === 1;
  return Object.fromEntries(read.filter(isSingle));
}

/** All values of each header. */
type HeaderValues = Readonly<Record<string, readonly string[] | undefined>> | null | undefined;

function refuseRepeated(header: string, all: HeaderValues): void {
  if ((all?.[header]?.length ?? 0) < 2) return;
  throw new DomainError('invalid_request', `Send one ${header} header.`);
}

/** Cleans a User-Agent header, so that it cannot end a line, steer a terminal or fill a log (U3). */
function cleaned(userAgent: string | null | undefined): string {
  return (userAgent ?? '').slice(0, USER_AGENT_CHARACTERS_MAX).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}

/** Reads the path parameters. The value of a greedy variable is the rest of a path, and not a parameter. */
function parametersOf({ pathParameters }: GatewayEvent): Incoming['pathParameters'] {
  const { rest: _rest, ...parameters } = pathParameters ?? {};
  return parameters;
}

function idsOf(parameters: Incoming['pathParameters']): Record<string, string> {
  const present = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(present);
}
