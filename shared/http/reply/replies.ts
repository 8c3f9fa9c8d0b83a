import type { Reply } from '#shared/api/table.ts';
import type { ErrorCode } from '#shared/domain/errors.ts';
import type { RequestQuota } from '#shared/domain/requests.ts';

/** What an operation answers: the body, and the ids that log and audit lines are to name. */
export interface OperationReply<Status extends number, Body> {
  readonly status: Status;
  readonly body: Body;
  readonly target: Readonly<Record<string, string>>;
  /** Why nothing was changed, where the audit log is told and the caller is not. */
  readonly unchangedBecause?: ErrorCode | undefined;
  /** What the caller has left of what this has counted. */
  readonly quotas?: readonly RequestQuota[];
  /** Of a route that lets this vary. */
  readonly maxAgeSeconds?: number | undefined;
}

export function ok<Body>(
  body: Body,
  target: Readonly<Record<string, string>> = {},
  quotas: readonly RequestQuota[] = [],
): OperationReply<200, Body> {
  return { status: 200, body, target, quotas };
}

/** An answer that is a JWT, under the media type that the API table gives it. */
export interface SignedBody {
  readonly jwt: string;
}

export function created<Body>(body: Body, target: Readonly<Record<string, string>>): OperationReply<201, Body> {
  return { status: 201, body, target };
}

/** A success that has nothing to say. */
export function done<Status extends 200 | 204>(
  status: Status,
  target: Readonly<Record<string, string>> = {},
): OperationReply<Status, undefined> {
  return { status, body: undefined, target };
}

/** API Gateway's answer, understood by both its flavours. */
export interface GatewayReply {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Renders a success as the API table describes it. */
export function renderReply(
  { status, body, maxAgeSeconds = 0 }: OperationReply<number, unknown>,
  reply: Reply,
): GatewayReply {
  const content = contentOf(body, reply);
  const maxAge = reply.maxAgeSeconds === 'varying' ? maxAgeSeconds : reply.maxAgeSeconds;
  return {
    statusCode: status,
    headers: {
      ...(content && { 'content-type': content.type }),
      ...(hasVersion(body) && { etag: entityTag(body.version) }),
      ...(maxAge === undefined ? uncacheable : { 'cache-control': `public, max-age=${maxAge}` }),
    },
    body: content?.text ?? '',
  };
}

function contentOf(body: unknown, { signedAs }: Reply): { readonly type: string; readonly text: string } | undefined {
  if (body === undefined) return undefined;
  if (signedAs !== undefined && isSigned(body)) return { type: signedAs, text: body.jwt };
  return { type: 'application/json', text: JSON.stringify(body) };
}

function isSigned(body: unknown): body is SignedBody {
  return typeof body === 'object' && body !== null && 'jwt' in body && typeof body.jwt === 'string';
}

/** A single resource carries its version; saying it as ETag too lets callers send it back as If-Match. */
function hasVersion(body: unknown): body is { readonly version: number } {
  return typeof body === 'object' && body !== null && 'version' in body && typeof body.version === 'number';
}

/** RFC 6749 §5.1: nobody keeps a copy of a token, a secret, or the news that one was refused. */
export const uncacheable = { 'cache-control': 'no-store', pragma: 'no-cache' } as const;

/** A record's version as a strong entity tag (RFC 9110 §8.8.3). */
function entityTag(version: number): string {
  return `"${version}"`;
}
