import * as z from 'zod';
import type { Route } from '../table.ts';
import { jsonValue, page, timestamp } from './fields.ts';

/** The members that every resource has. */
export const commonMembers = { createdAt: timestamp, version: z.int() };

/** An example of `commonMembers`. */
export const commonExample = { createdAt: '2027-01-15T08:00:00.000Z', version: 1 } as const;

/** Metadata in an answer. */
export const shownMetadata = z.record(z.string(), jsonValue).optional();

/** The status of a record that can be disabled. */
export const status = z.enum(['active', 'disabled']);

/** A route that lists items, without its path and permission. `query` has the filters of the list. */
export function listing<Item extends z.ZodType, Query extends z.ZodType>(item: Item, example: unknown, query: Query) {
  return {
    method: 'GET',
    errors: 'problem',
    query,
    reply: { status: 200, description: 'A page of the list', schema: page(item), example: { items: [example] } },
  } as const;
}

/** A route that shows one item, without its path and permission. */
export function showing<Item extends z.ZodType>(item: Item, example: unknown) {
  return {
    method: 'GET',
    errors: 'problem',
    reply: { status: 200, description: 'The resource', schema: item, example },
  } as const;
}

/** A route that creates an item, without its path, permission, body and audit event. */
export function creating<Item extends z.ZodType>(item: Item, example: unknown) {
  return {
    method: 'POST',
    errors: 'problem',
    reply: { status: 201, description: 'The new resource', schema: item, example },
  } as const;
}

/** A route that changes an item, without its path, permission, body and audit event. If-Match prevents lost updates. */
export function updating<Item extends z.ZodType>(item: Item, example: unknown) {
  return {
    method: 'PATCH',
    errors: 'problem',
    reply: { status: 200, description: 'The resource after the change', schema: item, example },
  } as const;
}

/** A route that deletes an item, without its path, permission and audit event. */
export const deleting = {
  method: 'DELETE',
  errors: 'problem',
  reply: { status: 204, description: 'Deleted, with everything that belongs to it' },
} as const satisfies Partial<Route>;
