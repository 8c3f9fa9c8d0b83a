import type { MiddlewareObj } from '@middy/core';
import { isPublicDocument, type Route } from '#shared/api/table.ts';
import { done, type GatewayReply } from './reply/replies.ts';
import type { Incoming } from './request/incoming.ts';

/** The name of the operation that answers the preflight of a browser. */
export const PREFLIGHT = 'preflight';

const PREFLIGHT_MAX_AGE_SECONDS = 86_400;

/** Answers a preflight. `shareDocuments` adds the headers. */
export const preflight = async () => done(204);

/** Describes the preflight of a public document: OPTIONS at its path, which needs no credentials. */
export function preflightOf({ path, errors }: Route): Route {
  const reply = { status: 204, description: 'The methods and headers that a browser may use' } as const;
  return { method: 'GET', path, summary: 'Answer a preflight', caller: 'anyone', errors, reply };
}

/**
 * Lets the pages of all origins read public documents, without credentials (L10). All other answers stay with pages of
 * Mintmark's own origin: at the OAuth endpoints there is no browser to serve (M19).
 */
export function shareDocuments(): MiddlewareObj<Incoming, GatewayReply> {
  const share = ({ event, response }: { event: Incoming; response: GatewayReply | null | undefined }) => {
    if (response == null || event.route === undefined || !isPublicDocument(event.route)) return;
    Object.assign(response.headers, event.operation === PREFLIGHT ? preflightHeaders : documentHeaders);
  };
  return { after: share, onError: share };
}

const documentHeaders = { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' };

const preflightHeaders = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, HEAD',
  'access-control-allow-headers': '*',
  'access-control-max-age': String(PREFLIGHT_MAX_AGE_SECONDS),
};

/** Leaves the body out of the answer to HEAD (RFC 9110 §9.3.2). */
export function leaveOutBody(): MiddlewareObj<Incoming, GatewayReply> {
  const leaveOut = (request: { event: Incoming; response: GatewayReply | null | undefined }) => {
    if (request.event.method !== 'HEAD' || request.response == null) return;
    request.response = { ...request.response, body: '' };
  };
  return { after: leaveOut, onError: leaveOut };
}
