import type { ZodOpenApiResponseObject } from 'zod-openapi';
import type { ErrorStyle, LambdaTable, Route } from '#shared/api/table.ts';
import { DomainError, type ErrorCode } from '#shared/domain/errors.ts';
import { renderError } from '#shared/http/reply/errors.ts';
import { errorCodes } from './error-codes.ts';
import { schemaReference } from './schemas.ts';

/** The meaning of each code for the caller. */
export const MEANING: Readonly<Record<ErrorCode, string>> = {
  invalid_request: 'The request is malformed, or a member of it is missing or not allowed.',
  invalid_client: 'The client is unknown or its credentials are wrong.',
  invalid_grant: 'The assertion is not valid, or was redeemed before.',
  unauthorized_client: 'The client may not use this grant, or the token was issued to another client.',
  unsupported_grant_type: 'The grant type is not supported.',
  invalid_scope: 'The requested scope is malformed, unknown or not allowed.',
  invalid_target: 'The client has no permission at the requested audience.',
  invalid_dpop_proof: 'The DPoP proof is not valid or was used before, or the API accepts only bound tokens.',
  use_dpop_nonce: 'The DPoP proof lacks a recent nonce: repeat with the nonce of the `DPoP-Nonce` header.',
  unauthenticated: 'The request carries no management token.',
  invalid_token: 'The management token is malformed, expired or revoked, or it is meant for another API.',
  unproven_token:
    'The management token is bound to a key, and its DPoP proof is missing, not valid, or was used before.',
  insufficient_user_authentication:
    'The change needs a login of the person that is not older than the `max_age` of the `WWW-Authenticate` header.',
  insufficient_scope: 'The management token lacks the permission that this operation needs.',
  forbidden: 'The level rule does not allow the caller to assign one of these roles.',
  not_found: 'There is no such resource, or you may not see it.',
  method_not_allowed: 'The path does not support this method.',
  precondition_failed: 'If-Match names another version than the current version.',
  conflict: 'Another record has this name or id, or the record was changed by another request.',
  payload_too_large: 'The body is too large.',
  rate_limited: 'There were too many requests, or too many failed attempts.',
  temporarily_unavailable: 'A service that this request needs did not answer. Try again.',
  server_error: 'Something went wrong on our side.',
};

/** One response of an operation. */
interface ErrorResponse {
  readonly status: number;
  /** The name of the response in `components.responses`. */
  readonly name: string;
  readonly response: ZodOpenApiResponseObject;
}

/** Renders the errors of a route, one response for each status. */
export function errorResponses(operation: string, table: LambdaTable, route: Route): readonly ErrorResponse[] {
  const style = route.errors;
  const all = errorCodes(operation, table, route).map((code) => renderAlternative(code, style));
  return [...Map.groupBy(all, ({ status }) => status)].map(([status, alternatives]) => ({
    status,
    name: `${style}_${alternatives.map(({ code }) => code).join('_or_')}`,
    response: errorResponse(alternatives, style),
  }));
}

interface Alternative {
  readonly code: ErrorCode;
  /** The code as the body has it. */
  readonly wireCode: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly example: unknown;
}

/** Renders an example with the renderer of real answers, so that the document cannot differ from it. */
function renderAlternative(code: ErrorCode, style: ErrorStyle): Alternative {
  const mayRepeat = code === 'rate_limited' || code === 'temporarily_unavailable';
  const error = new DomainError(code, MEANING[code], mayRepeat ? { retryAfterSeconds: 1 } : {});
  const { statusCode, headers, body } = renderError(error, style, {
    allowedMethods: [],
    resourceMetadataUri: () => undefined,
    requestId: '',
  });
  const example = JSON.parse(body) as { readonly error?: string; readonly code?: string };
  return { code, wireCode: example.error ?? example.code ?? code, status: statusCode, headers, example };
}

function errorResponse(alternatives: readonly Alternative[], style: ErrorStyle) {
  const headers: Readonly<Record<string, string>> = Object.assign({}, ...alternatives.map((each) => each.headers));
  const content = {
    schema: schemaReference(style === 'oauth' ? 'OAuthError' : 'Problem'),
    examples: Object.fromEntries(alternatives.map(({ code, example }) => [code, { value: example }])),
  };
  return {
    description: alternatives.map(({ code, wireCode }) => `\`${wireCode}\`: ${MEANING[code]}`).join(' '),
    headers: {
      'Cache-Control': { $ref: '#/components/headers/NoStore' },
      'X-Request-Id': { $ref: '#/components/headers/RequestId' },
      ...('www-authenticate' in headers && { 'WWW-Authenticate': { $ref: '#/components/headers/WwwAuthenticate' } }),
      ...(alternatives.some(({ code }) => code === 'use_dpop_nonce') && {
        'DPoP-Nonce': { $ref: '#/components/headers/DPoPNonce' },
      }),
      ...(alternatives.some(({ code }) => code === 'rate_limited') && {
        'RateLimit-Policy': { $ref: '#/components/headers/RateLimitPolicy' },
        RateLimit: { $ref: '#/components/headers/RateLimit' },
      }),
      ...('retry-after' in headers && { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } }),
    },
    content: { [style === 'oauth' ? 'application/json' : 'application/problem+json']: content },
  };
}
