import type { GatewayResponse } from './gateway-response.ts';
import type { AuthorizerContext, HttpApiCall } from './http-api-event.ts';

/** What an authorizer made of a request: leave to go on, or the answer to the client. */
export type HttpAuthorization =
  | { readonly kind: 'allowed'; readonly authorizer: AuthorizerContext }
  | { readonly kind: 'refused'; readonly response: GatewayResponse };

/** Decides about one request to an HTTP API. */
export type HttpAuthorizationStep = (call: HttpApiCall) => Promise<HttpAuthorization>;
