import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import * as z from 'zod';
import type { JwtAuthorizer } from '../configuration.ts';
import type { GatewayPorts } from '../gateway-ports.ts';
import { compileIdentitySources, HTTP_API_NOTATION } from '../identity-sources.ts';
import { type GatewayResponse, withHeaders } from '../wire/gateway-response.ts';
import { httpApiErrors } from './http-api-errors.ts';
import { contextVariables } from './http-api-event.ts';
import type { HttpAuthorization, HttpAuthorizationStep } from './http-authorization.ts';

/** The signature algorithms that the authorizer accepts. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512'];

/** Fetched keys are used this long. A key that is published in the meantime is unknown until then. */
const KEY_SET_LIFETIME_MILLISECONDS = 2 * 60 * 60 * 1000;

const FETCH_TIMEOUT_MILLISECONDS = 3000;

const discoveryDocument = z.object({ jwks_uri: z.url() });
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** Creates the JWT authorizer of an HTTP API. Every invalid token gets the same 401 response. */
export function compileJwtAuthorizer(configuration: JwtAuthorizer, ports: GatewayPorts): HttpAuthorizationStep {
  const { issuer, audience, identitySource = '$request.header.Authorization' } = configuration;
  const readIdentity = compileIdentitySources([identitySource], HTTP_API_NOTATION);
  const currentKeys = cachedKeys(issuer, ports.nowMilliseconds);

  async function verify(token: string): Promise<JWTPayload | undefined> {
    try {
      if (decodeProtectedHeader(token).kid === undefined) return undefined;
      const { payload } = await jwtVerify(token, createLocalJWKSet(await currentKeys()), {
        issuer,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp'],
        currentDate: new Date(ports.nowMilliseconds()),
      });
      return isMeantFor(audience, payload) ? payload : undefined;
    } catch (error) {
      ports.lambda.report({ functionName: 'JWT authorizer', error });
      return undefined;
    }
  }

  return async function authorize(call): Promise<HttpAuthorization> {
    const identity = readIdentity(call.request, contextVariables(call))?.[0];
    if (identity === undefined) return refused(httpApiErrors.unauthorized, 'Bearer');
    const claims = await verify(identity.replace(/^bearer +/i, ''));
    if (claims === undefined) return refused(httpApiErrors.unauthorized, 'Bearer scope="" error="invalid_token"');
    const { authorizationScopes: wanted = [] } = call.route;
    const granted = grantedScopes(claims).filter((scope) => wanted.includes(scope));
    if (wanted.length > 0 && granted.length === 0) {
      return refused(httpApiErrors.forbidden, `Bearer scope="${wanted.join(' ')}" error="insufficient_scope"`);
    }
    return {
      kind: 'allowed',
      authorizer: { jwt: { claims: asStrings(claims), scopes: wanted.length > 0 ? granted : null } },
    };
  };
}

function refused(response: GatewayResponse, challenge: string): HttpAuthorization {
  return { kind: 'refused', response: withHeaders(response, [['WWW-Authenticate', challenge]]) };
}

function isMeantFor(audience: readonly string[], { aud, client_id: clientId }: JWTPayload): boolean {
  return [aud ?? clientId].flat().some((value) => typeof value === 'string' && audience.includes(value));
}

function grantedScopes({ scope, scp }: JWTPayload): string[] {
  return [scope ?? scp].flat().flatMap((value) => (typeof value === 'string' ? value.split(' ') : []));
}

/** Converts claims to text for the event: lists look like `[a b]`, numbers and booleans as in JSON. */
function asStrings(claims: JWTPayload): Record<string, string> {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.map(text).join(' ')}]` : text(value),
    ]),
  );
}

function cachedKeys(issuer: string, nowMilliseconds: () => number): () => Promise<JSONWebKeySet> {
  let cached: { readonly keys: JSONWebKeySet; readonly expiresAtMilliseconds: number } | undefined;
  return async function currentKeys() {
    if (cached !== undefined && nowMilliseconds() < cached.expiresAtMilliseconds) return cached.keys;
    const discoveryUrl = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const { jwks_uri: jwksUrl } = discoveryDocument.parse(await fetchJson(discoveryUrl));
    const keys = keySet.parse(await fetchJson(jwksUrl));
    cached = { keys, expiresAtMilliseconds: nowMilliseconds() + KEY_SET_LIFETIME_MILLISECONDS };
    return keys;
  };
}

async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MILLISECONDS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return await response.json();
}
