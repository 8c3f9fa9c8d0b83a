import type { GatewayResponse } from '../wire/gateway-response.ts';
import type { AuthorizerContext, HttpApiCall } from './http-api-event.ts';

/** The decision of an authorizer: the request is allowed, or it gets this response. */
export type HttpAuthorization =
  | { readonly kind: 'allowed'; readonly authorizer: AuthorizerContext }
  | { readonly kind: 'refused'; readonly response: GatewayResponse };

/** Decides about one request to an HTTP API. */
export type HttpAuthorizationStep = (call: HttpApiCall) => Promise<HttpAuthorization>;
