import type { MiddlewareObj } from '@middy/core';
import type { GatewayReply } from '../reply/replies.ts';
import { type GatewayEvent, type Incoming, readIncoming } from '../request/incoming.ts';
import type { Middleware } from './step.ts';

/** Reads API Gateway's event, of either version, into one shape for everything that follows. */
export function readEvent(): MiddlewareObj {
  return {
    before: (request) => {
      request.event = readIncoming(request.event as GatewayEvent);
    },
  };
}

/** Lets callers quote the request in question. */
export function nameRequest(): Middleware {
  const name = ({ event, response }: { event: Incoming; response: GatewayReply | null | undefined }) => {
    if (response != null && event.requestId !== undefined) response.headers['x-request-id'] = event.requestId;
  };
  return { after: name, onError: name };
}
