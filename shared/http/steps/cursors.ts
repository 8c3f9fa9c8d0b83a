import type { MiddlewareObj } from '@middy/core';
import { DomainError } from '#shared/domain/errors.ts';
import type { Pepper } from '#shared/domain/keys/ports.ts';
import type { GatewayReply, OperationReply } from '../reply/replies.ts';
import type { Incoming } from '../request/incoming.ts';

const SEALED = /^(?<place>[A-Za-z0-9_-]+)\.(?<seal>[0-9A-Za-z]{8})$/;

interface Ports {
  readonly pepper: Pepper;
}

/**
 * A cursor is good for the list and the filters it was given for, and for nothing that somebody made up (T2). This
 * takes the seal off the one that a request brings; what lists go on with is the place in it.
 * @throws DomainError `invalid_request`
 */
export function openCursors(ports: () => Ports): MiddlewareObj<Incoming, GatewayReply> {
  return {
    before: async ({ event }) => {
      const query = event.parsedQuery as { readonly cursor?: string } | undefined;
      if (query?.cursor === undefined) return;
      event.parsedQuery = { ...query, cursor: await open(query.cursor, event, ports()) };
    },
  };
}

/** Puts the seal on the cursor of a page that has a next one. */
export async function sealCursor<Reply extends OperationReply<number, unknown>>(
  reply: Reply,
  event: Incoming,
  ports: Ports,
): Promise<Reply> {
  const { body } = reply;
  if (!hasNextPage(body)) return reply;
  const { nextCursor: place } = body;
  const seal = await ports.pepper.seal(messageFor(place, event));
  return { ...reply, body: { ...body, nextCursor: `${place}.${seal}` } };
}

async function open(cursor: string, event: Incoming, ports: Ports): Promise<string> {
  const { place = '', seal = '' } = SEALED.exec(cursor)?.groups ?? {};
  const isOurs = place !== '' && (await ports.pepper.isSealed(messageFor(place, event), seal));
  if (isOurs) return place;
  throw new DomainError('invalid_request', 'The cursor is malformed or belongs to another list.', { field: 'cursor' });
}

/** Names the list: everything that the request says about it but how much of it to show. */
function messageFor(place: string, { operation, pathParameters, query }: Incoming): string {
  const filters = Object.entries(query).filter(([name]) => name !== 'cursor' && name !== 'limit');
  return `cursor\n${JSON.stringify([operation, pathParameters, filters.sort(), place])}`;
}

function hasNextPage(body: unknown): body is { readonly nextCursor: string } {
  return typeof body === 'object' && body !== null && 'nextCursor' in body && typeof body.nextCursor === 'string';
}
