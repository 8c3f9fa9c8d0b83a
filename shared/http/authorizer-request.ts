import type { APIGatewayRequestAuthorizerEvent, APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import type { PresentedProof } from '#shared/domain/authentication/dpop.ts';
import type { PresentedToken } from '#shared/domain/checks/sender-constraint.ts';
import type { AuthorizerEvent } from './authorizer.ts';
import { presentedToken } from './caller/bearer.ts';
import { certificateOf } from './request/client-certificate.ts';

type RequestEvent = APIGatewayRequestAuthorizerEvent | APIGatewayRequestAuthorizerEventV2;

/**
 * The access token that the event carries, wherever this kind of event carries it, with the proof and the certificate
 * beside it. A TOKEN authorizer is shown neither. `origin` is how clients name the API, where API Gateway does not know.
 */
export function tokenIn(event: AuthorizerEvent, origin: string | undefined): PresentedToken | undefined {
  if (event.type === 'TOKEN') return presentedToken(event.authorizationToken);
  const token = presentedToken(headerOf(event, 'authorization'));
  return token && { ...token, proof: proofIn(event, origin), certificate: certificateOf(event.requestContext) };
}

function proofIn(event: RequestEvent, origin: string | undefined): PresentedProof | undefined {
  const value = headerOf(event, 'dpop');
  if (value === undefined) return undefined;
  const { domainName = '' } = event.requestContext;
  const { method, path } = resourceOf(event);
  return { value, method, url: (origin ?? `https://${domainName}`) + path };
}

/** Method, and path with the stage; HTTP APIs hand it on decoded, REST APIs as it was sent. */
function resourceOf(event: RequestEvent): { readonly method: string; readonly path: string } {
  if (!('routeKey' in event)) return { method: event.httpMethod, path: event.requestContext.path };
  const { method, path } = event.requestContext.http;
  return { method, path: path.split('/').map(encodeURIComponent).join('/') };
}

/** All values of a header, of which REST APIs would otherwise show the last. */
function headerOf(event: RequestEvent, name: string): string | undefined {
  const all = 'routeKey' in event ? {} : (event.multiValueHeaders ?? {});
  const values = Object.entries({ ...event.headers, ...all }).find(([header]) => header.toLowerCase() === name)?.[1];
  return Array.isArray(values) ? values.join(',') : values;
}
