import type { ErrorStyle } from '#shared/api/table.ts';
import { dpopAlgorithms } from '#shared/domain/authentication/dpop.ts';
import { DomainError, type ErrorCode, unavailable } from '#shared/domain/errors.ts';
import { type ErrorKey, errorPage } from '#shared/pages/error.ts';
import { renderPage } from './files.ts';
import { type GatewayReply, uncacheable } from './replies.ts';

const STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  invalid_target: 400,
  invalid_dpop_proof: 400,
  use_dpop_nonce: 400,
  unauthenticated: 401,
  invalid_token: 401,
  unproven_token: 401,
  insufficient_scope: 403,
  insufficient_user_authentication: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  precondition_failed: 412,
  payload_too_large: 413,
  rate_limited: 429,
  temporarily_unavailable: 503,
  server_error: 500,
};

/** Our code → the nearest code of OAuth, for the codes that RFC 6749 §5.2 and its extensions do not define. */
const OAUTH_CODE: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'invalid_token',
  unproven_token: 'invalid_dpop_proof',
  forbidden: 'insufficient_scope',
  not_found: 'invalid_request',
  method_not_allowed: 'invalid_request',
  conflict: 'invalid_request',
  precondition_failed: 'invalid_request',
  payload_too_large: 'invalid_request',
  rate_limited: 'temporarily_unavailable',
};

/** Turns a thrown value into a domain error. An unexpected value becomes a `server_error` without details. */
export function asDomainError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  if (isOutOfTime(thrown)) return unavailable(thrown);
  return new DomainError('server_error', 'Something went wrong on our side.', { cause: thrown });
}

/** Whether middy ended the request because a service did not answer. It does this shortly before Lambda would. */
function isOutOfTime(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.cause as { package?: unknown } | undefined)?.package === '@middy/core';
}

/** The facts about a route that an error answer can show. */
interface AboutRoute {
  readonly allowedMethods: readonly string[];
  /** The URL of the metadata that say which tokens the API accepts (RFC 9728); undefined if the API has none. */
  readonly resourceMetadataUri: () => string | undefined;
  /** The id by which the platform team finds the request in the log; pages show it. */
  readonly requestId: string;
}

/** Renders an error as an answer, in the style of the route. */
export function renderError(
  error: DomainError,
  style: ErrorStyle,
  { allowedMethods, resourceMetadataUri, requestId }: AboutRoute,
): GatewayReply {
  if (style === 'page') return renderErrorPage(error, { allowedMethods, requestId });
  const isProblem = style === 'problem';
  return {
    statusCode: STATUS[error.code],
    headers: {
      'content-type': isProblem ? 'application/problem+json' : 'application/json',
      ...uncacheable,
      ...authenticateHeader(error, resourceMetadataUri),
      ...(error.code === 'method_not_allowed' && { allow: allowedMethods.join(', ') }),
      ...(error.retryAfterSeconds !== undefined && { 'retry-after': String(error.retryAfterSeconds) }),
    },
    body: JSON.stringify(isProblem ? problem(error) : oauthError(error)),
  };
}

/** Our code → the page that says it to a person. All other codes are about the request that a person did not write. */
const PAGE: Partial<Record<ErrorCode, ErrorKey>> = {
  forbidden: 'forbidden',
  not_found: 'notFound',
  method_not_allowed: 'wrongMethod',
  rate_limited: 'tooMany',
  temporarily_unavailable: 'unavailable',
  server_error: 'unexpected',
};

/** Renders an error as a page for a person. */
function renderErrorPage(
  error: DomainError,
  { allowedMethods, requestId }: Pick<AboutRoute, 'allowedMethods' | 'requestId'>,
): GatewayReply {
  const page = errorPage({ error: PAGE[error.code] ?? 'badRequest', detail: error.message, requestId });
  const reply = renderPage(page);
  return {
    ...reply,
    headers: {
      ...reply.headers,
      ...(error.code === 'method_not_allowed' && { allow: allowedMethods.join(', ') }),
      ...(error.retryAfterSeconds !== undefined && { 'retry-after': String(error.retryAfterSeconds) }),
    },
  };
}

/** Renders an error as RFC 6749 §5.2 says. */
function oauthError(error: DomainError) {
  return { error: OAUTH_CODE[error.code] ?? error.code, error_description: plain(error.message) };
}

/** Renders an error as problem details (RFC 9457 §3). `code` is Mintmark's own and stable, `detail` is for people. */
function problem(error: DomainError) {
  return {
    type: 'about:blank',
    title: error.code.replaceAll('_', ' '),
    status: STATUS[error.code],
    code: error.code,
    detail: error.message,
    ...(error.field !== undefined && { field: error.field }),
  };
}

/** Keeps the characters that `error_description` may have (RFC 6749 §5.2). */
function plain(text: string): string {
  return text.replaceAll(/[^\x20\x21\x23-\x5B\x5D-\x7E]/g, ' ');
}

/**
 * Says how to authenticate, as every 401 must (RFC 9110 §11.6.1). Errors about access tokens have the form of RFC 6750
 * §3, RFC 9449 §7.1, RFC 9470 §3 and RFC 9728 §5.1.
 */
function authenticateHeader(
  { code, neededScope, maxAgeSeconds, scheme }: DomainError,
  resourceMetadataUri: AboutRoute['resourceMetadataUri'],
): Record<string, string> {
  if (code === 'invalid_client') return { 'www-authenticate': 'Basic realm="mintmark", charset="UTF-8"' };
  if (code === 'insufficient_scope') {
    return { 'www-authenticate': `Bearer error="insufficient_scope", scope="${neededScope ?? ''}"` };
  }
  if (STATUS[code] !== 401) return {};
  const isAboutProof = code === 'unproven_token';
  const error = code === 'unauthenticated' ? undefined : `error="${isAboutProof ? 'invalid_dpop_proof' : code}"`;
  const isDpop = isAboutProof || (code === 'invalid_token' && scheme === 'DPoP');
  const algorithms = isDpop ? `algs="${dpopAlgorithms.join(' ')}"` : undefined;
  const metadata = parameter('resource_metadata', resourceMetadataUri());
  const maxAge = parameter('max_age', maxAgeSeconds);
  const parameters = [error, maxAge, algorithms, metadata].filter((written) => written !== undefined);
  return { 'www-authenticate': `${isDpop ? 'DPoP' : 'Bearer'} ${parameters.join(', ')}`.trimEnd() };
}

function parameter(name: string, value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : `${name}="${value}"`;
}
