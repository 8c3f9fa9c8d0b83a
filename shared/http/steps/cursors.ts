import type { MiddlewareObj } from '@middy/core';
import { DomainError } from '#shared/domain/errors.ts';
import type { Pepper } from '#shared/domain/keys/ports.ts';
import type { GatewayReply, OperationReply } from '../reply/replies.ts';
import type { Incoming } from '../request/incoming.ts';

const SEALED = /^(?<place>[A-Za-z0-9_.-]+)\.(?<seal>[0-9A-Za-z]{8})$/;

interface Ports {
  readonly pepper: Pepper;
}

/**
 * Checks the cursor of a request and replaces it by the place in it, at which the list goes on. The seal of a cursor
 * holds for one list with its filters; a cursor that a client made up has no valid seal (T2).
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

/** Seals the cursor of a page that has a next page. */
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
  const isGenuine = place !== '' && (await ports.pepper.isSealed(messageFor(place, event), seal));
  if (isGenuine) return place;
  throw new DomainError('invalid_request', 'The cursor is malformed or belongs to another list.', { field: 'cursor' });
}

/** Names the list by everything that the request says about it, except cursor and limit. */
function messageFor(place: string, { operation, pathParameters, query }: Incoming): string {
  const filters = Object.entries(query).filter(([name]) => name !== 'cursor' && name !== 'limit');
  return `cursor\n${JSON.stringify([operation, pathParameters, filters.sort(), place])}`;
}

function hasNextPage(body: unknown): body is { readonly nextCursor: string } {
  return typeof body === 'object' && body !== null && 'nextCursor' in body && typeof body.nextCursor === 'string';
}
