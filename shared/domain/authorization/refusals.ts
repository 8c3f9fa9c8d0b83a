import type { ResponseMode } from '../people-records/authorization-request.ts';

/** Why a request cannot be answered at the application: it is not known, or where it wants its answer is not. */
export interface PageProblem {
  readonly is: 'unknownApplication' | 'noRedirectUri' | 'unknownRedirectUri' | 'unknownPushedRequest';
  /** The name of the application, if it is known. */
  readonly application: string | undefined;
}

/** The errors that an application gets at its redirect URI (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, RFC 8707). */
export type AuthorizationErrorCode =
  | 'invalid_request'
  | 'unauthorized_client'
  | 'access_denied'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'login_required'
  | 'interaction_required'
  | 'consent_required'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'temporarily_unavailable'
  | 'server_error';

/** Where and how an answer reaches the application. */
export interface Destination {
  readonly redirectUri: string;
  readonly responseMode: ResponseMode;
  readonly state: string | undefined;
}

/** A refusal that goes to the application. The message is for its developers. */
export class AuthorizationError extends Error {
  override readonly name = 'AuthorizationError';
  readonly code: AuthorizationErrorCode;
  readonly destination: Destination;

  constructor(code: AuthorizationErrorCode, description: string, destination: Destination) {
    super(description);
    this.code = code;
    this.destination = destination;
  }
}
