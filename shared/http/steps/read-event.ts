import type { MiddlewareObj } from '@middy/core';
import type { GatewayReply } from '../reply/replies.ts';
import { type GatewayEvent, type Incoming, readIncoming } from '../request/incoming.ts';
import type { Middleware } from './step.ts';

/** Replaces API Gateway's event, of either version, by an `Incoming` for all later steps. */
export function readEvent(): MiddlewareObj {
  return {
    before: (request) => {
      request.event = readIncoming(request.event as GatewayEvent);
    },
  };
}

/** Adds the request id to the answer, so that callers can quote it. */
export function nameRequest(): Middleware {
  const name = ({ event, response }: { event: Incoming; response: GatewayReply | null | undefined }) => {
    if (response != null && event.requestId !== undefined) response.headers['x-request-id'] = event.requestId;
  };
  return { after: name, onError: name };
}
